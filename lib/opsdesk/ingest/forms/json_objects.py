"""The objects of a JSON file: one per line, or the elements of a list.

The list may be in an object, as APIs answer: `{"tickets": [...], "count": 3}`.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_header import BYTE_ORDER_MARK, LOOKED_AT
from opsdesk.ingest.forms.json_paths import value_text
from opsdesk.ingest.forms.json_window import DECODER, LONGEST, TOO_DEEP, JsonWindow

LONGEST_FIRST = 1 << 22  # bytes of a line by which a file is recognised
NOT_OBJECT = "not an object"


class Element(NamedTuple):
    """One element: its line or number from 1, its value, or else what is wrong and its text."""

    place: int
    value: dict[str, Any]
    problem: str = ""
    raw: str = ""


def read_objects(path: Path, wanted: tuple[str, ...] | None, shown: str) -> Iterator[Element]:
    """Yield every element of a JSON file in UTF-8.

    A line that is not an object is an element with a problem.

    Raises:
        OpsdeskError: a list that is broken or incomplete, or no list of objects.
    """
    if _is_by_line(path, wanted):
        with path.open("rb") as stream:
            yield from _by_line(stream, LONGEST)
        return
    # bytes that are not UTF-8 come back where the row is written
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        window = JsonWindow(text, shown)
        yield from _elements(window) if window.peek() == "[" else _in_object(window)
        window.where = "the text after the last element"
        if window.peek():
            raise window.broken("nothing was expected; write one object per line, or one list")


def _is_by_line(path: Path, wanted: tuple[str, ...] | None) -> bool:
    """Return whether a file holds one object per line, one of which may be broken."""
    with path.open("rb") as stream:
        if stream.read(LOOKED_AT).removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"["):
            return False
        stream.seek(0)
        lines = list(islice(_by_line(stream, LONGEST_FIRST), 3))
    whole = [not line.problem for line in lines]
    starts = [line.raw.lstrip("\ufeff \t")[:1] in ("", "{") for line in lines]
    if len(lines) == 1:
        return whole[0] and _is_ticket(lines[0].value, wanted)
    return starts[0] and (whole[0] or (whole[1] and all(starts)))


def _is_ticket(value: dict[str, Any], wanted: tuple[str, ...] | None) -> bool:
    """Return whether the only object of a file is a ticket, not one with a list of tickets."""
    if wanted and any(path.split(".")[0] in value for path in wanted):
        return True
    return not any(isinstance(item, list) for item in value.values())


def _by_line(stream: BinaryIO, longest: int) -> Iterator[Element]:
    number = 0
    while line := stream.readline(longest):
        number += 1
        is_long = len(line) == longest and not line.endswith(b"\n")
        while is_long and (more := stream.readline(longest)) and not more.endswith(b"\n"):
            pass
        if line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield _read_line(number, line, is_long=is_long)


def _read_line(number: int, line: bytes, *, is_long: bool) -> Element:
    raw = line.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n")
    text = raw.decode("utf-8", "backslashreplace")
    if is_long:
        return Element(number, {}, "longer than 64 MB", text)
    try:
        value = DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Element(number, {}, "not UTF-8", text)
    except RecursionError:
        return Element(number, {}, TOO_DEEP, text)
    except json.JSONDecodeError as error:
        return Element(number, {}, f"not JSON: {error.msg} (character {error.pos + 1:,})", text)
    if not isinstance(value, dict):
        return Element(number, {}, NOT_OBJECT, text)
    return Element(number, value)


def _elements(window: JsonWindow) -> Iterator[Element]:
    window.take("[")
    number = 0
    window.where = "element 1"
    while window.peek() != "]":
        if number:
            window.take(",")
        number += 1
        window.where = f"element {number:,}"
        value = window.value()
        if isinstance(value, dict):
            yield Element(number, value)
        else:
            yield Element(number, {}, NOT_OBJECT, value_text(value))
    window.take("]")


def _in_object(window: JsonWindow) -> Iterator[Element]:
    """Yield the elements of the one list of objects that an object holds."""
    found = ""
    lists = 0
    last: list[str] = []
    window.take("{")
    while window.peek() != "}":
        if last:
            window.take(",")
        window.where = f"what follows {last[-1]!r}" if last else "its first name"
        last = [str(window.value())]
        window.take(":")
        if window.peek() != "[":
            window.value()
            continue
        lists += 1
        for element in _elements(window):
            if element.problem:  # a list of names, say
                continue
            if found and found != last[0]:
                raise OpsdeskError(
                    f"{window.shown} holds two lists of objects, {found!r} and {last[0]!r}: "
                    "export the tickets alone."
                )
            found = last[0]
            yield element
    window.take("}")
    if not lists and not window.peek():
        raise OpsdeskError(
            f"{window.shown} is JSON, but holds no list: is it an answer without "
            "tickets, or an error message? Export it again."
        )
