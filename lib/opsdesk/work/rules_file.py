"""Rules files: YAML lists of rules. Those that come with opsdesk are in params/rules/."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from opsdesk import project
from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml
from opsdesk.guards.texts import is_plain
from opsdesk.work.conditions import check_condition
from opsdesk.work.rules import JOINT, Rule, Rules

KEYS = ("name", "when", "weight", "do")
INCLUDE = "include"
GREATEST = 1_000_000  # of a weight, on either side of 0
LONGEST = 500  # characters of a name or of what to do
FORM = "{name: VIP, when: \"customer = 'Acme'\", weight: 30, do: Call them}"
# the package's own: in its clone, or where `opsdesk init` takes them from
SHIPPED = project.PACKAGE.parents[1] if project.IS_CLONE else project.PACKAGE / "starter"


@dataclass(frozen=True)
class Place:
    """A line of a rules file, as an error names it."""

    file: str
    line: int

    def error(self, sentence: str) -> OpsdeskError:
        """Return the error that says `sentence` about this line."""
        return OpsdeskError(f"{self.file}, line {self.line}: {sentence}")


def read_rules(name: str) -> Rules:
    """Return the rules of a file: a name in params/rules/, or a path.

    Raises:
        OpsdeskError: no such file, or a rule that is not valid; the text names file and line.
    """
    path = rules_path(name)
    placed = _rules_of(path, ())
    first: dict[str, Place] = {}
    for place, rule in placed:
        before = first.setdefault(rule.name, place)
        if before is not place:
            raise place.error(
                f"there is a rule {rule.name!r} already, in {before.file}, line {before.line}: "
                "give this one another name."
            )
    if not placed:
        raise OpsdeskError(f"{project.shown(path)} has no rule: write a line such as - {FORM}")
    return Rules(name, tuple(rule for _, rule in placed))


def rules_path(name: str) -> Path:
    """Return the file of rules: a name in params/rules/, or a path.

    A project that was made before rules came has those of the package.

    Raises:
        OpsdeskError: there is no such file; the text lists the names.
    """
    folder = project.ROOT / "params" / "rules"
    of_package = SHIPPED / "params" / "rules"
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = project.resolve(name)
        places = [path]
    else:
        places = [folder / f"{name}.yaml", of_package / f"{name}.yaml"]
    for path in places:
        project.refuse_pipe("The rules file", path)
        if path.is_file():
            return path
    names = sorted({path.stem for where in (folder, of_package) for path in where.glob("*.yaml")})
    raise OpsdeskError(
        f"There are no rules {name!r} (looked for {project.shown(places[0])}): write the path of "
        f"a rules file, or a name in params/rules/, which has {', '.join(names) or 'none'}."
    )


def _rules_of(path: Path, including: tuple[Path, ...]) -> list[tuple[Place, Rule]]:
    """Return the rules of a file and of those that it includes, each with its place."""
    where = project.shown(path)
    found: list[tuple[Place, Rule]] = []
    for node in _entries(path, where):
        place = Place(where, node.start_mark.line + 1)
        values = _values(place, node)
        if INCLUDE not in values:
            found.append((place, _rule(place, values)))
            continue
        if len(values) > 1:
            raise place.error(
                "`include` is alone in its entry: write the rule in a line of its own."
            )
        other = rules_path(_text(place, values, INCLUDE))
        if other in (path, *including):
            raise place.error(f"{project.shown(other)} includes itself: take the line out.")
        found += _rules_of(other, (path, *including))
    return found


def _entries(path: Path, where: str) -> list[yaml.Node]:
    try:
        root = compose_yaml(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise OpsdeskError(f"{where} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise OpsdeskError(f"{where} cannot be read: {error.strerror}.") from None
    except UnreadableDocument as error:
        raise OpsdeskError(
            f"{where}, {error}: write a list of rules, such as - {FORM} (a condition with quotes, "
            "a colon or a # needs double quotes around it)."
        ) from None
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise OpsdeskError(f"{where} is not a list of rules: begin each with -, such as - {FORM}")
    return list(root.value)


def _values(place: Place, node: yaml.Node) -> dict[str, yaml.ScalarNode]:
    """Return the values of an entry by key; each knows its line."""
    if not isinstance(node, yaml.MappingNode):
        raise place.error(f"this is not a rule: write it as {FORM}")
    values: dict[str, yaml.ScalarNode] = {}
    for key, value in node.value:
        here = Place(place.file, key.start_mark.line + 1)
        if key.value not in (*KEYS, INCLUDE):
            raise here.error(f"a rule has no {key.value!r}; {hint(str(key.value), list(KEYS))}")
        if key.value in values:
            raise here.error(f"{key.value!r} is there twice: keep one.")
        if not isinstance(value, yaml.ScalarNode):
            raise here.error(f"{key.value!r} must be one value, such as in {FORM}")
        values[key.value] = value
    return values


def _rule(place: Place, values: dict[str, yaml.ScalarNode]) -> Rule:
    missing = [key for key in KEYS if key not in values]
    if missing:
        raise place.error(f"the rule has no {missing[0]!r}: write it as {FORM}")
    name = _text(place, values, "name")
    if JOINT.strip() in name:
        raise place.error(f"the name {name!r} has a semicolon, which is between two reasons.")
    return Rule(
        name,
        _condition(place, name, values),
        _weight(_place_of(place, values["weight"]), name, values["weight"]),
        _text(place, values, "do"),
    )


def _condition(place: Place, name: str, values: dict[str, yaml.ScalarNode]) -> str:
    here = _place_of(place, values["when"])
    try:
        return check_condition(_text(place, values, "when"))
    except OpsdeskError as error:
        raise here.error(f"rule {name!r}: {error}") from None


def _weight(place: Place, name: str, node: yaml.ScalarNode) -> int:
    text = node.value.strip()
    digits = text.removeprefix("-")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(GREATEST))
    if not is_whole or int(digits) > GREATEST:
        raise place.error(
            f"rule {name!r}: the weight {text!r} is not a whole number up to {GREATEST:,}."
        )
    return int(text)


def _text(place: Place, values: dict[str, yaml.ScalarNode], key: str) -> str:
    """Return a value as one line of text."""
    here = _place_of(place, values[key])
    text = " ".join(values[key].value.split("\n")).strip()
    if not text or not is_plain(text):
        raise here.error(f"{key!r} must be a text in one line, without control characters.")
    if key in ("name", "do") and len(text) > LONGEST:
        raise here.error(f"{key!r} has {len(text)} characters: {LONGEST} are allowed.")
    return text


def _place_of(place: Place, node: yaml.Node) -> Place:
    return Place(place.file, node.start_mark.line + 1)
