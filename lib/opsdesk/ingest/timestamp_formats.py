"""The formats of timestamps that a mapping lists: strptime directives, tried in order."""

import re
from functools import lru_cache
from itertools import combinations

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.mapping_words import refuse_unknown

ALL = "all"  # the formats of every column that has none of its own
TIMESTAMPS = ("created_at", "resolved_at", "due_at", "updated_at", "first_response_at")
# DuckDB knows these; it is asked about others only, because starting it takes a while
USUAL_FORMAT = re.compile(r"(?:[^%]|%-?[mdyHIMS]|%[Ypfz])+")
TIME_OF_DAY = re.compile(r"%-?[HIcXs]")
# a day that reads otherwise when day, month and year change places
TELLING = "TIMESTAMP '2003-02-01 00:00:00'"
EPOCH = "TIMESTAMP '1970-01-01'"


def is_zoned(text: str) -> bool:
    """Return whether texts of a format carry their own offset from UTC."""
    return "%z" in text or text.endswith(("Z", " UTC"))


def is_date_only(text: str) -> bool:
    """Return whether texts of a format say the day and no time."""
    return not TIME_OF_DAY.search(text)


@lru_cache
def conflicting(formats: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the pairs of formats that read the same text as different times.

    "%d/%m/%Y" and "%m/%d/%Y" do: 01/02/2003 fits both.
    """
    walls = [text for text in formats if not is_zoned(text)]
    with duckdb.connect() as con:
        return [
            (first, second)
            for first, second in combinations(walls, 2)
            if _misreads(con, first, second) or _misreads(con, second, first)
        ]


def _misreads(con: duckdb.DuckDBPyConnection, written: str, read: str) -> bool:
    """Return whether a text of one format is another, plausible time in the other."""
    other = f"try_strptime(strftime({TELLING}, $written), $read)"
    query = f"SELECT {other} <> {TELLING} AND {other} >= {EPOCH}"
    ((differs,),) = con.execute(query, {"written": written, "read": read}).fetchall()
    return bool(differs)


def check_formats(where: str, written: object) -> dict[str, tuple[str, ...]]:
    """Return the accepted formats by our column, in the order in which they are tried.

    Nothing where none is given: then times must not be texts.
    """
    if written is None:
        return {}
    blocks = written if isinstance(written, dict) else {ALL: written}
    refuse_unknown(f"{where}, timestamps", "column", blocks, (ALL, *TIMESTAMPS))
    return {target: _formats(where, listed) for target, listed in blocks.items()}


def _formats(where: str, formats: object) -> tuple[str, ...]:
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
