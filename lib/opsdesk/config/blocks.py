"""Blocks of a params file: a few settings under one name, such as `google:` and `spark:`."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import TypeVar

from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import SECRET_VALUE, holds_secret

Options = TypeVar("Options")


def from_block(kind: type[Options], name: str, block: Mapping[str, str]) -> Options:
    """Return the dataclass `kind` with the settings of a block; others have their default.

    Raises:
        OpsdeskError: a setting that `kind` does not have, or a value that holds a secret.
    """
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    for setting, value in block.items():
        if setting not in known:
            raise OpsdeskError(f"{name} has no setting {setting!r}; {hint(setting, known)}")
        if holds_secret(str(value)):
            raise OpsdeskError(f"{name}.{setting} {SECRET_VALUE}.")
    return kind(**block)


def hint(name: str, known: list[str]) -> str:
    """Return the end of a sentence about a name that is not known: the nearest, or all."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, 1)
    return f"did you mean {folded[close[0]]}?" if close else f"there are {', '.join(known)}."
