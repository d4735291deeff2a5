"""JSON text value by value: a file of any size, of which only a part is in memory."""

import json
from typing import Any, TextIO

from opsdesk.errors import OpsdeskError

# What stands for a number that is not there; infinities stay texts.
CONSTANTS = {"NaN": None}


def _constant(name: str) -> str | None:
    return CONSTANTS.get(name, name)


# Numbers stay the texts they are: no digit is lost, and none is too many.
DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant)
READ = 1 << 20  # characters that are read at a time
LONGEST = 1 << 26  # characters of a value
BLANKS = " \t\r\n"
TOO_DEEP = "nested too deeply"


class JsonWindow:
    """Reads values and signs one after the other; `shown` is what messages call the file."""

    def __init__(self, stream: TextIO, shown: str) -> None:
        self.shown = shown
        self.where = ""  # what is read, for messages: "element 3"
        self._stream = stream
        self._text = ""
        self._at = 0
        self._before = 0  # characters before the window
        self._is_at_end = False

    def peek(self) -> str:
        """Return the next sign that is not blank, "" at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._read_more():
                return ""

    def take(self, sign: str) -> None:
        """Go on after the sign that must come next.

        Raises:
            OpsdeskError: another comes, or the file ends.
        """
        found = self.peek()
        if found != sign:
            raise self.broken(f"{sign!r} was expected, not {found!r}" if found else "")
        self._at += 1

    def value(self) -> Any:
        """Return the next value.

        Raises:
            OpsdeskError: it is not JSON, the file ends in it, or it is too long or too deep.
        """
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise self.broken(TOO_DEEP) from None
            except json.JSONDecodeError as error:
                # the value may go on after the window
                if len(self._text) - self._at <= LONGEST and self._read_more():
                    continue
                is_cut = self._is_at_end and error.pos >= len(self._text.rstrip())
                is_cut = is_cut or (self._is_at_end and error.msg.startswith("Unterminated"))
                self._at = max(error.pos, self._at)
                raise self.broken("" if is_cut else error.msg) from None
            if end < len(self._text) or not self._read_more():
                self._at = end
                return value

    def broken(self, problem: str) -> OpsdeskError:
        """Return the error of what comes next; without a problem the file ends too early."""
        where = f" in {self.where}" if self.where else ""
        if not problem:
            return OpsdeskError(
                f"{self.shown} is incomplete JSON: the file ends{where}. Fetch it again."
            )
        place = f"character {self._before + self._at + 1:,}"
        return OpsdeskError(
            f"{self.shown} is broken JSON{where}, {place}: {problem}. Export it again."
        )

    def _read_more(self) -> bool:
        """Add to the window as much as it holds; return whether there was more."""
        rest = self._text[self._at :]
        piece = self._stream.read(max(READ, len(rest)))
        self._is_at_end = not piece
        if piece:
            self._before += self._at
            self._text = rest + piece
            self._at = 0
        return bool(piece)
