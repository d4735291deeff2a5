"""How cells and numbers are printed: short, on one line, and harmless."""

import math

LONGEST = 28  # characters of a cell


def cell(text: str, longest: int = LONGEST) -> str:
    """Return a cell in quotes, cut, with what has no picture made visible.

    The quote comes first, so that a spreadsheet does not take it for a formula.
    """
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return '"' + "".join(_sign(sign) for sign in cut) + '"'


def name(text: str) -> str:
    """Return the name of a column, whole but for endless ones."""
    return cell(text, 60)[1:-1]


def share(part: int, whole: int) -> str:
    """Return a share in percent, never rounded up: 100 % is all."""
    if not whole:
        return "0 %"
    tenths = math.floor(1000 * part / whole)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10} %"


def count(number: int, thing: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _sign(sign: str) -> str:
    if sign.isprintable():
        return sign
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")
