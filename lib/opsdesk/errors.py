"""The one root of every error that speaks to a person."""


class OpsdeskError(Exception):
    """Something a person can put right: its text says what is wrong, where, and what to do."""


class InUseError(OpsdeskError):
    """Another process holds a file, and did for as long as we cared to wait."""
