"""What became of each row of an export of changes."""

from collections.abc import Iterator

from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.verdicts import FETCHED, Verdict

MOST_NAMED = 20  # fields that are not kept; the others are counted together
OTHERS = "(others)"
NO_NAME = "(no field named)"


class EventVerdicts:
    """The outcomes of the rows, as `change_sql` gives them."""

    def __init__(self, rows: CleanedRows) -> None:
        self._con = rows.con.cursor()  # its results are read while others run
        self._source = rows.source

    def rejected(self, file: int) -> Iterator[Verdict]:
        """Yield the rejected records of the file of that number, in order."""
        self._con.execute(
            f"""SELECT record, reason, coalesce(detail, '') FROM {self._source}
            WHERE file = $file AND outcome = 'rejected' ORDER BY record""",
            {"file": file},
        )
        while found := self._con.fetchmany(FETCHED):
            yield from map(Verdict._make, found)

    def last_kept(self, file: int) -> int | None:
        """Return the last record of the file of that number that is not rejected."""
        found = self._con.cursor().execute(
            f"SELECT max(record) FROM {self._source} WHERE file = $file AND outcome <> 'rejected'",
            {"file": file},
        )
        record: int | None = found.fetchall()[0][0]
        return record

    def ignored(self) -> dict[str, int]:
        """Return the rows about fields that are not kept, by the names that the export has."""
        found = self._con.execute(f"""
            SELECT coalesce(ignored_field, '{NO_NAME}') AS name, count(*) AS number
            FROM {self._source} WHERE outcome = 'ignored' GROUP BY name
            ORDER BY number DESC, name""").fetchall()
        counts = dict(found[:MOST_NAMED])
        rest = sum(number for _, number in found[MOST_NAMED:])
        return counts | ({OTHERS: rest} if rest else {})

    def count(self, outcome: str) -> int:
        """Return how many rows have an outcome."""
        found = self._con.execute(
            f"SELECT count(*) FROM {self._source} WHERE outcome = $outcome", {"outcome": outcome}
        )
        return int(found.fetchall()[0][0])

    def issues(self) -> dict[str, int]:
        """Return the rows that were not rejected by what was noted about them."""
        found = self._con.execute(f"""
            SELECT code, count(*) FROM (
                SELECT unnest(string_split(issues, ';')) AS code FROM (
                    SELECT DISTINCT file, record, issues FROM {self._source}
                    WHERE issues IS NOT NULL))
            GROUP BY code ORDER BY code""").fetchall()
        return dict(found)
