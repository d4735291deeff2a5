"""What a rule is, and the SQL that a list of rules makes of a ticket."""

from dataclasses import dataclass

from sqlglot import exp

JOINT = "; "  # between the reasons of a ticket


@dataclass(frozen=True)
class Rule:
    """A checked rule: open tickets for which `when` is true get `weight`, a reason, and what to do.

    `when` is GoogleSQL as sqlglot writes it, `name` the reason.
    """

    name: str
    when: str
    weight: int
    do: str


@dataclass(frozen=True)
class Rules:
    """The rules of a run, in the order of their file; `name` is what the parameter `rules` says."""

    name: str
    rules: tuple[Rule, ...]

    @property
    def columns(self) -> dict[str, str]:
        """Return GoogleSQL for score, reasons and action of work_next; nothing without a rule."""
        if not self.rules:
            return {}
        return {"score": self._score(), "reasons": self._reasons(), "action": self._action()}

    def _score(self) -> str:
        return " + ".join(f"IF({rule.when}, {rule.weight}, 0)" for rule in self.rules)

    def _reasons(self) -> str:
        """Return the names of the rules that apply, joined; "" where none applies."""
        named = (f"IF({rule.when}, {_text(JOINT + rule.name)}, '')" for rule in self.rules)
        return f"SUBSTR(CONCAT({', '.join(named)}), {len(JOINT) + 1})"

    def _action(self) -> str:
        cases = " ".join(f"WHEN {rule.when} THEN {_text(rule.do)}" for rule in self.rules)
        return f"CASE {cases} END"


NO_RULES = Rules("", ())


def _text(value: str) -> str:
    """Return a text as a literal of GoogleSQL, whatever signs are in it."""
    return exp.Literal.string(value).sql("bigquery")
