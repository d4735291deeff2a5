"""The one root of every error that a person reads."""

from opsdesk.guards.texts import readable


class OpsdeskError(Exception):
    """Something a person can put right: its text says what is wrong, where, and what to do.

    The text may be printed and written down wherever it goes: it holds no secret and no control
    character, and is no longer than a person reads. `exit_code` is that of the command it ends.
    """

    exit_code = 1

    def __init__(self, text: str = "") -> None:
        super().__init__(readable(text))


class InUseError(OpsdeskError):
    """Another process holds a file, and held it for as long as we wait."""
