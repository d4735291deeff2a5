"""From a line of a spool to the line, row or object of the delivered file that it was made from."""

from array import array
from bisect import bisect_right


class Places:
    """Lines of a spool with their places, as runs that grow in step.

    Records of one line each that follow each other are one run, so that a large file takes little
    memory. Without any run a line is its own place.
    """

    def __init__(self) -> None:
        self._lines = array("q")  # the first of each run
        self._offsets = array("q")  # from a line to its place

    def add(self, line: int, place: int) -> None:
        """Note the place of a line; lines and places come in order."""
        offset = place - line
        if not self._offsets or self._offsets[-1] != offset:
            self._lines.append(line)
            self._offsets.append(offset)

    def of(self, line: int) -> int:
        """Return the place of a line."""
        run = bisect_right(self._lines, line) - 1
        return line + self._offsets[run] if run >= 0 else line
