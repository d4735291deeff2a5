"""A part of a file in memory, read line by line."""

import math
from collections import deque
from typing import BinaryIO


class FileWindow:
    """A part of a file in memory; lines are looked at from `at` on and skipped when done with.

    `position` is the place of `at` in the file, `reach` the end of the furthest line that was
    looked at.
    """

    def __init__(self, stream: BinaryIO, read_bytes: int) -> None:
        self.text = b""
        self.at = 0
        self.position = 0
        self.reach = 0.0
        self._stream = stream
        self._read_bytes = read_bytes
        # ends of lines that leave a quoted field open if it is open before them; one line each
        self._inside: deque[int] = deque()

    def seek(self, position: int) -> None:
        """Go to a place in the file, and forget what was looked at."""
        if position != self.position:
            self._stream.seek(position)
            self.text = b""
            self.at = 0
            self.position = position
            self._inside.clear()
        self.reach = 0

    def line(self, offset: int) -> bytes | None:
        """Return the line that begins `offset` bytes further on, with its end; None at the end."""
        while (end := self.text.find(b"\n", self.at + offset)) < 0:
            piece = self._stream.read(self._read_bytes)
            self.text = self.text[self.at :] + piece
            self.at = 0
            if not piece:
                self.reach = math.inf
                return self.text[offset:] or None
        self.reach = max(self.reach, self.position + end + 1 - self.at)
        return self.text[self.at + offset : end + 1]

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, which were looked at."""
        return self.text[self.at : self.at + size]

    def skip(self, size: int) -> None:
        """Go on after the next `size` bytes."""
        self.at += size
        self.position += size

    def note_inside(self, size: int) -> None:
        """Note that the line that ends after the next `size` bytes leaves a quoted field open."""
        self._inside.append(self.position + size)

    def cached_inside(self, size: int) -> tuple[int, int]:
        """Return how many noted lines come after the next `size` bytes, and the bytes to their end.

        So a line is looked at once, however many unclosed quotes come before it.
        """
        while self._inside and self._inside[0] <= self.position + size:
            self._inside.popleft()
        if not self._inside:
            return 0, size
        self.reach = max(self.reach, self._inside[-1])
        return len(self._inside), self._inside[-1] - self.position
