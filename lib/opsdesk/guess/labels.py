"""The texts of a column with few different ones: statuses and priorities, with their counts."""

from dataclasses import dataclass

from opsdesk.duckdb_file import quoted
from opsdesk.guess.cells import Blanks, first_cell
from opsdesk.guess.table import Table
from opsdesk.guess.words import has_word
from opsdesk.ingest.column_finder import Alternative

MOST = 200  # different texts; a column with more is not one of labels
MOSTLY_RESOLVED = 0.8  # of a status: then its tickets are closed, whatever it is called
NAMED_AND_RESOLVED = 0.5  # of a status whose name says closed
Sources = tuple[Alternative, ...]


@dataclass(frozen=True)
class Status:
    """A status: how many rows have it, how many of these a resolved time, what it is taken for.

    `doubt` says what does not fit together, "" where all does.
    """

    text: str
    rows: int
    resolved: int
    is_closed: bool
    doubt: str = ""


@dataclass(frozen=True)
class Priority:
    """A priority, how many rows have it, and ours for it: "" where it is not known."""

    text: str
    rows: int
    ours: str


def count_texts(table: Table, sources: Sources, blanks: Blanks) -> list[tuple[str, int]]:
    """Return the texts of one of our columns with their number of rows, the most frequent first."""
    text = first_cell(sources, blanks)
    query = f"""SELECT text, count(*) FROM (SELECT {text} AS text FROM cells)
        WHERE text IS NOT NULL GROUP BY text ORDER BY 2 DESC, 1 LIMIT {MOST}"""
    return [(text, number) for text, number in table.ask(query)]


def count_statuses(
    table: Table, status: Sources, resolved: Sources, blanks: Blanks, left_out: list[str]
) -> list[tuple[str, int, int]]:
    """Return each status, the number of its rows, and of those with a resolved time.

    Rows that meet a condition in `left_out` are not counted.
    """
    is_counted = " AND ".join(f"({condition}) IS NOT TRUE" for condition in left_out) or "true"
    query = f"""SELECT text, count(*), count(resolved) FROM (
        SELECT {first_cell(status, blanks)} AS text, {first_cell(resolved, blanks)} AS resolved
        FROM cells WHERE {is_counted})
        WHERE text IS NOT NULL GROUP BY text ORDER BY 2 DESC, 1 LIMIT {MOST}"""
    return [(text, rows, done) for text, rows, done in table.ask(query)]


def judge_status(text: str, rows: int, resolved: int) -> Status:
    """Return what a status of an unknown form is taken for."""
    share = resolved / rows
    if has_word("closed", text):
        if share >= NAMED_AND_RESOLVED:
            return Status(text, rows, resolved, True)
        return Status(text, rows, resolved, False, "its name says closed, few have a resolved time")
    if share < MOSTLY_RESOLVED:
        return Status(text, rows, resolved, False)
    if has_word("open", text):
        return Status(text, rows, resolved, False, "its name says open, most have a resolved time")
    return Status(text, rows, resolved, True, "closed because most have a resolved time")


def judge_known_status(text: str, rows: int, resolved: int, is_closed: bool) -> Status:
    """Return a status of a known form, with a doubt where its rows do not fit its meaning."""
    share = resolved / rows
    doubt = ""
    if is_closed and share < NAMED_AND_RESOLVED:
        doubt = "closed tickets without a resolved time are rejected"
    elif not is_closed and share >= MOSTLY_RESOLVED:
        doubt = "most have a resolved time: is it missing in closed_statuses?"
    return Status(text, rows, resolved, is_closed, doubt)


def count_repeated(table: Table, ticket_id: Sources, blanks: Blanks) -> int:
    """Return how many rows have an id that an earlier row has."""
    text = first_cell(ticket_id, blanks)
    ((more,),) = table.ask(f"SELECT count({text}) - count(DISTINCT {text}) FROM cells")
    return int(more)


def count_excluded(table: Table, rules: list[tuple[str, str]]) -> list[tuple[str, int]]:
    """Return how many rows each rule leaves out: a name and a condition, the first that applies."""
    cases = " ".join(f"WHEN {condition} THEN {quoted(name)}" for name, condition in rules)
    if not cases:
        return []
    query = f"""SELECT rule, count(*) FROM (SELECT CASE {cases} END AS rule FROM cells)
        WHERE rule IS NOT NULL GROUP BY rule ORDER BY 2 DESC, 1"""
    return [(name, number) for name, number in table.ask(query)]
