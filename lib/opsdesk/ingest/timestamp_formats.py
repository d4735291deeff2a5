"""The formats of timestamps that a mapping lists: strptime directives, tried in order."""

import re

import duckdb

from opsdesk.errors import OpsdeskError

# DuckDB knows these; it is asked about others only, because starting it takes a while
USUAL_FORMAT = re.compile(r"(?:[^%]|%-?[mdyHIMS]|%[Ypfz])+")


def is_zoned(text: str) -> bool:
    """Return whether texts of a format carry their own offset from UTC."""
    return "%z" in text or text.endswith("Z")


def check_formats(where: str, formats: object) -> tuple[str, ...]:
    """Return the accepted formats of timestamps, in the order in which they are tried."""
    if not isinstance(formats, list) or not formats or not all(map(_is_format, formats)):
        raise OpsdeskError(
            f'{where}: timestamps must list the accepted formats, such as "%Y-%m-%d %H:%M:%S".'
        )
    for text in formats:
        _check_format(where, text)
    return tuple(formats)


def _is_format(text: object) -> bool:
    return isinstance(text, str) and "%" in text


def _check_format(where: str, text: str) -> None:
    if "%Z" in text:
        raise OpsdeskError(
            f"{where}: timestamps has {text!r}; names of zones are ambiguous, "
            "use %z for offsets or set `timezone`."
        )
    if USUAL_FORMAT.fullmatch(text):
        return
    try:
        duckdb.execute("SELECT try_strptime('', $1)", [text])
    except duckdb.Error as error:
        cause = str(error).splitlines()[0]
        raise OpsdeskError(
            f"{where}: timestamps has {text!r}, which is not a format: {cause}"
        ) from None
