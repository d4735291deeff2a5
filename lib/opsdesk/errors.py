"""The one root of every error that a person reads."""


class OpsdeskError(Exception):
    """Something a person can put right: its text says what is wrong, where, and what to do."""


class InUseError(OpsdeskError):
    """Another process holds a file, and held it for as long as we wait."""
