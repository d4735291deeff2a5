"""What the checks of a mapping file share."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from opsdesk.errors import OpsdeskError


def is_text(value: object) -> bool:
    """Return whether a value is a text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def refuse_unknown(where: str, kind: str, given: Collection[str], known: Collection[str]) -> None:
    """Refuse a key that nothing reads.

    Raises:
        OpsdeskError: there is one; the text names the nearest that is known.
    """
    for key in given:
        if key not in known:
            close = get_close_matches(str(key), known, 1)
            hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."
            raise OpsdeskError(f"{where}: unknown {kind} {key!r}. {hint}")


def one_of(where: str, key: str, block: Mapping[str, object], known: tuple[str, ...]) -> str:
    """Return the value of a key, the first of `known` where it is not given.

    Raises:
        OpsdeskError: it is not one of `known`.
    """
    value = block.get(key, known[0])
    if value not in known:
        raise OpsdeskError(f"{where}: {key} must be {' or '.join(known)}, got {value!r}.")
    return str(value)
