"""YAML and JSON that may have been written by anybody: only what a person could mean is read.

A text that is nested 10,000 deep ends Python by its recursion limit, and libyaml by its stack. An
alias of an alias of an alias ("billion laughs") is small to read and endless to walk through.
"""

import json
from typing import Any

import yaml

# libyaml is ten times faster, and not there on every system.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 30  # blocks within blocks; a mapping has 3
LARGEST = 1_000_000  # values after every alias is written out
LONGEST = 10_000_000  # characters; params files and mappings have a few thousand
OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class UnreadableDocument(ValueError):  # noqa: N818 named for what it is
    """A text that is not read; its own text says why, as the end of a sentence."""


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableDocument("is nested too deeply") from None


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text of plain values, blocks and lists.

    Raises:
        UnreadableDocument: it is no YAML, or none that a person could mean.
    """
    check_yaml(text)
    try:
        return yaml.load(text, LOADER)
    except yaml.YAMLError as error:
        raise UnreadableDocument(problem_of(error)) from None
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise UnreadableDocument(f"has a value that YAML cannot read ({error})") from None


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the nodes of a YAML text, which know their lines.

    Raises:
        UnreadableDocument: it is no YAML, or none that a person could mean.
    """
    check_yaml(text)
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableDocument(problem_of(error)) from None
    return node


def check_yaml(text: str) -> None:
    """Look at the events of a YAML text, which need no recursion.

    Raises:
        UnreadableDocument: not YAML, too long, nested too deeply, or endless by its aliases.
    """
    if len(text) > LONGEST:
        raise UnreadableDocument(f"has {len(text):,} characters, more than {LONGEST:,}")
    sizes = _Sizes()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            sizes.add(event)
    except yaml.YAMLError as error:
        raise UnreadableDocument(problem_of(error)) from None


def problem_of(error: Exception) -> str:
    """Return what is wrong with a text that is no YAML: the line and the parser's own words."""
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1} " if mark else ""
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"{line}is not YAML ({problem})"


class _Sizes:
    """How many values a document has, with every alias written out, by the event."""

    def __init__(self) -> None:
        self.open: list[tuple[str | None, int]] = []  # anchor, and the count where it began
        self.by_anchor: dict[str, int] = {}
        self.count = 0

    def add(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            self._add_alias(str(event.anchor), line)
        elif isinstance(event, OPENING):
            self.open.append((event.anchor, self.count))
        elif isinstance(event, CLOSING):
            anchor, before = self.open.pop()
            self._close(anchor, self.count - before)
        elif isinstance(event, yaml.ScalarEvent):
            self._close(event.anchor, 1)
        self.count += 1
        if len(self.open) > DEEPEST:
            raise UnreadableDocument(f"line {line} is nested more than {DEEPEST} deep")
        if self.count > LARGEST:
            raise UnreadableDocument(f"line {line} repeats values by aliases without end")

    def _add_alias(self, anchor: str, line: int) -> None:
        if any(name == anchor for name, _ in self.open):
            raise UnreadableDocument(f"line {line} has an alias, *{anchor}, inside itself")
        self.count += self.by_anchor.get(anchor, 0)

    def _close(self, anchor: str | None, size: int) -> None:
        if anchor:
            self.by_anchor[anchor] = size
