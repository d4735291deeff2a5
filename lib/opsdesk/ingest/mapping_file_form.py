"""What a mapping says about the file itself: one function per key.

Each returns the key's value or names the error. `where` is the file, as messages name it.
"""

import codecs
from datetime import datetime

from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_zone


def timezone(where: str, zone: object) -> str:
    """Return the name of an IANA time zone."""
    if not is_zone(str(zone)):
        raise OpsdeskError(
            f"{where}: timezone {zone!r} is not an IANA time zone such as Europe/Berlin or UTC."
        )
    return str(zone)


def decimal(where: str, sign: object) -> str:
    """Return the sign before the fraction of a number."""
    if sign not in (".", ","):
        raise OpsdeskError(f'{where}: decimal must be "." or ",", got {sign!r}.')
    return str(sign)


def earliest(where: str, day: object) -> datetime | None:
    """Return the day before which no ticket is plausible, at midnight; None where none is given."""
    if day is None:
        return None
    try:
        found = datetime.strptime(str(day), "%Y-%m-%d")
    except ValueError:
        found = datetime.min
    if found.year < 1970:
        raise OpsdeskError(
            f'{where}: earliest must be a day from 1970 on, such as "1998-01-01", got {day!r}.'
        )
    return found


def delimiter(where: str, delimiter: object) -> str:
    """Return the one character between two fields."""
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise OpsdeskError(
            f"{where}: delimiter must be one character, such as ; or a tab, got {delimiter!r}."
        )
    return delimiter


def encoding(where: str, name: object) -> str:
    """Return the name of a codec of Python, "" for UTF-8."""
    try:
        is_text_codec = codecs.lookup(str(name or "utf-8"))._is_text_encoding
    except (LookupError, ValueError):
        is_text_codec = False
    if not is_text_codec:
        raise OpsdeskError(
            f"{where}: encoding {name!r} is not one that Python knows, such as cp1252 or utf-16."
        )
    return str(name)


def sheet(where: str, name: object) -> str:
    """Return the name of a sheet, "" for the first that holds a table."""
    if not isinstance(name, str):
        raise OpsdeskError(f"{where}: sheet must be the name of a sheet in quotes, got {name!r}.")
    return name


def header_row(where: str, row: object) -> int:
    """Return the row of the header, counted from 1."""
    if isinstance(row, bool) or not isinstance(row, int) or not 1 <= row <= 1000:
        raise OpsdeskError(f"{where}: header_row must be a row from 1 to 1000, got {row!r}.")
    return row
