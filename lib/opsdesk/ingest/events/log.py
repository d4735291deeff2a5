"""The changes of an export, each once and in order: table `reported`, then table `events`.

A change may be in several files or deltas. It counts once, as often as the file that has it most
often within its second has it. What comes of it does not depend on the order in which files and
deltas come in: of each change in a second, the last place that any file gives it is taken.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.change_rules import FIELDS
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.day_rows import read_day_files
from opsdesk.ingest.events.chains import SPLIT, chained_changes
from opsdesk.lake.names import EVENTS

CREATE_REPORTED = """CREATE TABLE reported (file BIGINT, record BIGINT, item BIGINT,
    ticket_id VARCHAR, moment TIMESTAMP, fraction DOUBLE, field VARCHAR, old_value VARCHAR,
    new_value VARCHAR, place BIGINT)"""
CHANGES = """INSERT INTO reported SELECT file, {record}, item, ticket_id, moment, fraction, field,
    old_value, new_value, NULL FROM {source} WHERE outcome = 'change'"""
KEY = "ticket_id, moment, field, old_value, new_value"
# Most tickets change once in a second; the others are numbered. They are counted from the last:
# then the last place of each is the same in whatever order files come.
CREATE_ONCE = f"""CREATE TABLE once AS
WITH placed AS (
    SELECT {KEY}, file, coalesce(place, row_number() OVER (
        PARTITION BY file, ticket_id, moment ORDER BY fraction, record, item) - 1) AS position
    FROM reported SEMI JOIN crowded USING (ticket_id, moment)),
numbered AS (
    SELECT {KEY}, position, row_number() OVER (
        PARTITION BY file, {KEY} ORDER BY position DESC) AS nth
    FROM placed)
SELECT {KEY}, nth, max(position) AS position FROM numbered GROUP BY {KEY}, nth"""
CREATE_TIED = """CREATE TABLE tied AS SELECT DISTINCT ticket_id, moment FROM (
    SELECT ticket_id, moment FROM once GROUP BY ticket_id, moment, position HAVING count(*) > 1)"""
TIED = f"""SELECT {KEY}, nth, position FROM once SEMI JOIN tied USING (ticket_id, moment)
ORDER BY ticket_id, moment"""
CREATE_EVENTS = f"""CREATE TABLE events AS
SELECT {KEY}, 0::BIGINT AS seq FROM reported ANTI JOIN crowded USING (ticket_id, moment)
UNION ALL SELECT {KEY}, position FROM once ANTI JOIN tied USING (ticket_id, moment)"""
# Snapshots that overlapping files share count once; each is compared with the one before it.
VALUES = ", ".join(FIELDS)
SHARED = f"""WITH numbered AS (
    SELECT *, row_number() OVER (
        PARTITION BY file, ticket_id, moment, fraction, {VALUES} ORDER BY record DESC) AS nth
    FROM {{source}} WHERE outcome = 'snapshot')
SELECT * FROM numbered
QUALIFY row_number() OVER (
    PARTITION BY ticket_id, moment, fraction, {VALUES}, nth ORDER BY file, record) = 1"""
# a snapshot without a status has that of the one before
KNOWN = """SELECT * REPLACE (
    coalesce(status, last_value(status IGNORE NULLS) OVER earlier) AS status)
FROM ({snapshots})
WINDOW earlier AS (PARTITION BY ticket_id ORDER BY moment, fraction, file, {record})"""
BEFORE = ", ".join(f"lag({name}) OVER earlier AS {name}_before" for name in FIELDS)
COMPARED = f"""CREATE TABLE compared AS
SELECT file, record, ticket_id, moment, fraction, {VALUES}, {BEFORE},
    row_number() OVER earlier AS nth
FROM ({KNOWN})
WINDOW earlier AS (PARTITION BY ticket_id ORDER BY moment, fraction, file, {{record}})"""
DIFFERENCE = """SELECT file, {record}, {item}, ticket_id, moment, fraction, '{name}',
    {name}_before, {name}, NULL FROM compared
WHERE nth > 1 AND {name} IS DISTINCT FROM {name}_before"""


@dataclass(frozen=True)
class Reported:
    """What the rows of an export report: `changes`, in `rows` of it.

    `shared` are snapshots that another file has as well.
    """

    changes: int
    rows: int
    shared: int = 0


class EventLog:
    """The tables `reported` and `events` of the work database."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, is_newest_first: bool) -> None:
        self._con = con
        self._record = "-record" if is_newest_first else "record"
        con.execute(CREATE_REPORTED)

    def take_changes(self, rows: CleanedRows) -> Reported:
        """Take the changes that rows report."""
        self._con.execute(CHANGES.format(record=self._record, source=rows.source))
        return Reported(*self._reported())

    def take_snapshots(self, rows: CleanedRows, files: int) -> Reported:
        """Take the differences between the snapshots of each ticket, of that many files."""
        all_of_them = f"SELECT * FROM {rows.source} WHERE outcome = 'snapshot'"
        chosen = SHARED.format(source=rows.source) if files > 1 else all_of_them
        self._con.execute(COMPARED.format(snapshots=chosen, record=self._record))
        for item, name in enumerate(FIELDS):
            select = DIFFERENCE.format(record=self._record, item=item, name=name)
            self._con.execute(f"INSERT INTO reported {select}")
        kept = self._count("compared")
        return Reported(*self._reported(), self._count(f"({all_of_them})") - kept)

    def _reported(self) -> tuple[int, int]:
        found = self._con.execute("""
            SELECT coalesce(sum(changes), 0)::BIGINT, count(*) FROM (
                SELECT count(*) AS changes FROM reported GROUP BY file, record)""")
        changes, rows = found.fetchall()[0]
        return int(changes), int(rows)

    def touched_days(self) -> set[str]:
        """Return the UTC days on which something changes."""
        days = self._con.execute("SELECT DISTINCT CAST(moment AS DATE) FROM reported").fetchall()
        return {str(day) for (day,) in days}

    def tickets(self) -> pa.RecordBatchReader:
        """Return how many changes are reported of each ticket: ticket_id, changes."""
        query = "SELECT ticket_id, count(*) AS changes FROM reported GROUP BY ticket_id"
        return self._con.cursor().sql(query).to_arrow_reader()

    def take_lake(self, files: list[Path]) -> int:
        """Take the changes in day files of the lake; return how many there are."""
        if not files:
            return 0
        before = self._count("reported")
        self._con.execute(f"""INSERT INTO reported
            SELECT -1, NULL, NULL, ticket_id, "at", 0, field, old_value, new_value, seq % {SPLIT}
            FROM {read_day_files(files, EVENTS)}""")
        return self._count("reported") - before

    def make_events(self) -> int:
        """Create `events`: every change once, numbered within its second; return how many."""
        self._con.execute("""CREATE TABLE crowded AS
            SELECT ticket_id, moment FROM reported GROUP BY ALL HAVING count(*) > 1""")
        for create in (CREATE_ONCE, CREATE_TIED, CREATE_EVENTS):
            self._con.execute(create)
        self._con.execute("DROP TABLE reported")
        self._chain_tied()
        return self._count("events")

    def _chain_tied(self) -> None:
        """Add the changes of seconds in which two have the same place."""
        reader = self._con.cursor().execute(TIED)  # of its own: rows are added while it is read
        for chained in chained_changes(reader):
            self._add(chained)

    def _add(self, chained: pa.Table) -> None:
        self._con.execute(f"INSERT INTO events SELECT {KEY}, seq FROM chained")

    def _count(self, rows: str) -> int:
        return int(self._con.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])


def state_sql(status: str, closed: tuple[str, ...], paused: tuple[str, ...]) -> str:
    """Return what a status means, in SQL: closed, paused or open; NULL for none."""
    cases = [
        f"WHEN lower({status}) IN ({', '.join(quoted(text.lower()) for text in texts)}) "
        f"THEN '{state}'"
        for state, texts in (("closed", closed), ("paused", paused))
        if texts
    ]
    return f"CASE WHEN {status} IS NULL THEN NULL {' '.join(cases)} ELSE 'open' END"
