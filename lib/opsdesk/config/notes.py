"""Notes files: YAML lines of a day and what happened on it, by which a report names the day."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple, NoReturn

import yaml

from opsdesk import project
from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml
from opsdesk.guards.texts import is_plain

KEYS = ["text", "baseline"]
TRUTHS = {"true": True, "false": False}
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LONGEST = 100  # characters of a text: it is a part of a sentence and a label in a chart
FORM = "2011-08-28: hurricane"
BASELINE_FORM = "2011-08-28: {text: a new phone system, baseline: true}"


class Note(NamedTuple):
    """What happened on a day. A baseline: days from it on are not compared with those before."""

    day: date
    text: str
    is_baseline: bool = False


def read_notes(name: str) -> tuple[Note, ...]:
    """Return the notes of a file, the earliest day first; none where `name` is "".

    Raises:
        OpsdeskError: no such file, or a line that is not a note; the text names file and line.
    """
    if not name:
        return ()
    path = project.resolve(name)
    where = project.shown(path)
    notes: dict[date, Note] = {}
    for key, value in _lines(path, where):
        note = _note(where, key, value)
        if note.day in notes:
            _refuse(where, key, f"{note.day} is there twice: write both texts into one line.")
        notes[note.day] = note
    return tuple(notes[day] for day in sorted(notes))


def is_day(text: str) -> bool:
    """Return whether a text is of the form of a day, as the key of a note is."""
    return bool(DAY.fullmatch(text))


def _lines(path: Path, where: str) -> list[tuple[yaml.Node, yaml.Node]]:
    """Return key and value of each line of the file."""
    project.refuse_pipe("The notes file", path)
    try:
        root = compose_yaml(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise OpsdeskError(f"{where} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise OpsdeskError(
            f"The notes file {where} cannot be read ({error.strerror}): correct `notes` in the "
            "params file, or take it out."
        ) from None
    except UnreadableDocument as error:
        raise OpsdeskError(f"{where}, {error}: write lines such as `{FORM}`.") from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise OpsdeskError(f"{where} is not a list of days: write lines such as `{FORM}`.")
    return list(root.value)


def _note(where: str, key: yaml.Node, value: yaml.Node) -> Note:
    day = _day(where, key)
    if not isinstance(value, yaml.MappingNode):
        return Note(day, _text(where, value))
    given: dict[str, yaml.Node] = {}
    for name, part in value.value:
        if name.value not in KEYS:
            _refuse(where, name, f"a note has no {name.value!r}; {hint(str(name.value), KEYS)}")
        if name.value in given:
            _refuse(where, name, f"{name.value!r} is there twice: keep one.")
        given[name.value] = part
    if "text" not in given:
        _refuse(where, key, f"the note has no 'text': write it as `{BASELINE_FORM}`.")
    text = _text(where, given["text"])
    is_baseline = "baseline" in given and _truth(where, given["baseline"])
    return Note(day, text, is_baseline)


def _day(where: str, node: yaml.Node) -> date:
    text = str(node.value)
    try:
        if isinstance(node, yaml.ScalarNode) and is_day(text):
            return date.fromisoformat(text)
    except ValueError:
        _refuse(where, node, f"{text} is not a day of the calendar: correct it.")
    shown = repr(text) if isinstance(node, yaml.ScalarNode) else "this"
    _refuse(where, node, f"{shown} is not a day such as 2011-08-28: write `{FORM}`.")


def _text(where: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        _refuse(where, node, f"a note is one text: write `{FORM}`, or `{BASELINE_FORM}`.")
    text = " ".join(str(node.value).split())
    if not text or not is_plain(text):
        _refuse(where, node, f"{text!r} is not a text in one line: write `{FORM}`.")
    if len(text) > LONGEST:
        _refuse(where, node, f"the text has {len(text)} characters: {LONGEST} are allowed.")
    return text


def _truth(where: str, node: yaml.Node) -> bool:
    if str(node.value) not in TRUTHS:
        _refuse(where, node, f"baseline is {node.value!r}: write true, or take it out.")
    return TRUTHS[str(node.value)]


def _refuse(where: str, node: yaml.Node, sentence: str) -> NoReturn:
    raise OpsdeskError(f"{where}, line {node.start_mark.line + 1}: {sentence}")
