"""Errors that a notebook shows as one sentence, without the lines of code that led there."""

from collections.abc import Iterator
from contextlib import contextmanager

from opsdesk.errors import OpsdeskError


class SentenceError(OpsdeskError):
    """An error that IPython shows as its text; the cell fails all the same."""

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows in the place of a traceback."""
        return [str(self)]


@contextmanager
def one_sentence() -> Iterator[None]:
    """Let an OpsdeskError within it become a SentenceError."""
    try:
        yield
    except OpsdeskError as error:
        raise SentenceError(str(error)) from None
