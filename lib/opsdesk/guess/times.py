"""Which formats read the times of a column, counted on all of its cells."""

from dataclasses import replace

from opsdesk.duckdb_file import quoted
from opsdesk.guess.date_formats import candidates, formats_by_shape, shape
from opsdesk.guess.format_choice import Times, choose_formats
from opsdesk.guess.table import Column, Table
from opsdesk.ingest.timestamps_sql import TYPED, TYPED_DATE

PROBED = 200  # different cells on which every format is tried
ROUNDS = 4  # in which formats are looked for that read what was not read yet
PLAUSIBLE = "TIMESTAMP '1970-01-02' AND TIMESTAMP '2100-01-01'"
MOST_FORMATS = 60  # a bit for each
MOSTLY = 0.5  # of a column's cells that must be times


def looks_like_times(table: Table, column: Column) -> bool:
    """Return whether most of the sampled cells of a column are times."""
    texts = _probed(column)
    likely = [text for text in texts if _may_be_time(text)]
    if not texts or len(likely) < MOSTLY * len(texts):
        return False
    return len(_probe(table, likely)) >= MOSTLY * len(texts)


def _probed(column: Column) -> list[str]:
    return list(dict.fromkeys(column.sample))[:PROBED]


def _may_be_time(text: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    if digits == len(text):
        return digits in (8, 14)
    return digits >= 3 and 6 <= len(text) <= 40


def _probe(table: Table, texts: list[str]) -> dict[str, tuple[str, ...]]:
    """Return those of the texts that a format reads, each with its formats."""
    found: dict[str, tuple[str, ...]] = {}
    for form, alike in _by_shape(texts).items():
        listed = formats_by_shape().get(form, ())
        if not listed:
            continue
        tries = ", ".join(_reads("t", one) for one in listed)
        query = f"SELECT t, [{tries}] FROM unnest($texts) AS given(t)"
        for text, flags in table.con.execute(query, {"texts": alike}).fetchall():
            read = tuple(one for one, reads in zip(listed, flags, strict=True) if reads)
            found |= {text: read} if read else {}
    return found


def _by_shape(texts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(shape(text), []).append(text)
    return found


def _reads(cell: str, text_format: str) -> str:
    """Return the condition that a format reads a cell as a plausible time."""
    return f"coalesce({_parsed(cell, text_format)} BETWEEN {PLAUSIBLE}, false)"


def read_times(
    table: Table, place: int, given: tuple[str, ...] = (), blanks: tuple[str, ...] = ()
) -> Times:
    """Return which formats read the cells of a column; `given` are the only ones tried, if any are.

    `blanks` are texts that mean blank.
    """
    found = list(given)
    if table.text.is_typed:
        found = [*TYPED, TYPED_DATE, *found]
    masks = _read_all(table, place, found, blanks)
    for _ in range(ROUNDS):
        if given or not masks.get(0):
            break
        read_by = _probe(table, _unread(table, PROBED)).values()
        more = {one for formats in read_by for one in formats} - set(found)
        if not more:
            break
        found = [*found, *sorted(more, key=candidates().index)][:MOST_FORMATS]
        masks = _read_all(table, place, found, blanks)
    unread = _unread(table, 3) if masks.get(0) else []
    times = choose_formats(place, found, masks)
    return replace(times, unread=tuple(unread), is_typed=table.text.is_typed)


def _read_all(
    table: Table, place: int, formats: list[str], blanks: tuple[str, ...]
) -> dict[int, int]:
    """Return how many cells are read by which formats: bit n is set for the n-th.

    The temporary table `reading` has each cell with its bits, for `_unread`.
    """
    column = f"c{place}"
    bits = [f"if({_reads(column, one)}, {1 << n}, 0)" for n, one in enumerate(formats)]
    filled = f"{column} NOT IN ({', '.join(map(quoted, blanks))})" if blanks else "true"
    table.con.execute(f"""CREATE OR REPLACE TEMP TABLE reading AS
        SELECT {column} AS text, ({" + ".join(bits) or "0"})::BIGINT AS bits
        FROM cells WHERE {column} IS NOT NULL AND {filled}""")
    query = "SELECT bits, count(*) FROM reading GROUP BY bits"
    return {int(read_by): number for read_by, number in table.ask(query)}


def _unread(table: Table, most: int) -> list[str]:
    """Return different cells that no format read, the most frequent first."""
    query = f"""SELECT text FROM reading WHERE bits = 0
        GROUP BY text ORDER BY count(*) DESC, text LIMIT {most}"""
    return [text for (text,) in table.ask(query)]


def count_backwards(table: Table, created: Times, resolved: Times) -> int:
    """Return how many rows were resolved before they were created, by what reads their times."""
    if not created.formats or not resolved.formats or created.rivals or resolved.rivals:
        return 0
    first = _instant(f"c{created.place}", created.formats)
    last = _instant(f"c{resolved.place}", resolved.formats)
    ((number,),) = table.ask(f"SELECT count(*) FROM cells WHERE {last} < {first}")
    return int(number)


def _instant(column: str, formats: tuple[str, ...]) -> str:
    return f"coalesce({', '.join(_parsed(column, one) for one in formats)})"


def _parsed(column: str, text_format: str) -> str:
    """Return a cell as a time: in UTC where it has an offset, else in its own zone."""
    if "%z" not in text_format:
        return f"try_strptime({column}, {quoted(text_format)})"
    offset = f"regexp_replace({column}, 'Z$', '+00:00')"
    # most cells have none, and trying them takes long
    has_offset = f"regexp_matches({column}, '(Z|[+-][0-9:]+)$')"
    read = f"try_strptime({offset}, {quoted(text_format)})"
    return f"timezone('UTC', CASE WHEN {has_offset} THEN {read} END)"
