"""Blocks of a params file: a few settings under one name, such as `google:` and `spark:`."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import TypeVar

from opsdesk.errors import OpsdeskError

Options = TypeVar("Options")


def from_block(kind: type[Options], name: str, block: Mapping[str, str]) -> Options:
    """The dataclass `kind` with the settings of a block; a setting that is not given has its default.

    Raises:
        OpsdeskError: a setting that `kind` does not have.
    """
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # every kind is a dataclass
    for setting in block:
        if setting not in known:
            raise OpsdeskError(f"{name}: {unknown_setting(setting, known)}")
    return kind(**block)


def unknown_setting(setting: str, known: list[str]) -> str:
    """A sentence about a setting that a block does not have."""
    close = get_close_matches(setting, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
    return f"there is no setting {setting!r}; {hint}"
