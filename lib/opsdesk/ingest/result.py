"""What an ingest shows in the notebook: frames made from the record it leaves in the lake."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.guards.texts import one_line
from opsdesk.ingest.alarm import alarms
from opsdesk.ingest.events.summary import change_alarms, change_counts, left_out
from opsdesk.ingest.reasons import ISSUE_MEANINGS, REASONS
from opsdesk.ingest.rejects import read_event_rejects, read_rejects
from opsdesk.ingest.remarks import QUIET_DAY, delta_sentences, remarks_by_kind
from opsdesk.lake.lake import Lake, Record

LONGEST_DETAIL = 80  # characters of a column and its cell


@dataclass(frozen=True)
class IngestResult:
    """What one ingest did, as the record it left in the lake (`Lake.record`), and frames of it."""

    record: Record
    unchanged: bool
    lake: Lake

    @property
    def rejects(self) -> pd.DataFrame:
        """Return every rejected row: reason, detail, file, line, raw."""
        return read_rejects(self.lake, self.record)

    @property
    def reconciliation(self) -> pd.DataFrame:
        """Return rows of the export, put in the lake, older than what it has, rejected, excluded.

        The first is the others' sum.
        """
        outdated = self._count("outdated")
        counts = {
            "in the export": self.record["rows"],
            "put in the lake": self.record["kept"] - outdated,
        }
        if outdated:
            counts["older than what the lake has"] = outdated
        counts["rejected"] = sum(self.record["rejected"].values())
        if self.record.get("excluded"):
            counts["excluded by a rule"] = sum(self.record["excluded"].values())
        return pd.DataFrame({"tickets": counts.keys(), "rows": counts.values()})

    @property
    def held(self) -> pd.DataFrame:
        """Return what the lake holds, counted in its manifests after writing: tickets, rows.

        The last number is the sum of those before it.
        """
        return pd.DataFrame(list(self.record["held"].items()), columns=["tickets", "rows"])

    @property
    def outcome(self) -> str:
        """Return in a sentence what became of the export, and what may be missing in it."""
        if not self.record["rows"]:
            return QUIET_DAY
        outdated = self._count("outdated")
        put_in = self.record["kept"] - outdated
        sentences = [f"{put_in:,} of {self.record['rows']:,} rows were put in the lake."]
        return " ".join([*sentences, *delta_sentences(self.record)])

    def _count(self, key: str) -> int:
        """Return a count of the record, 0 where an earlier version wrote it."""
        return int(self.record.get(key, 0))

    @property
    def sources(self) -> pd.DataFrame:
        """Return which columns of the export were read: column, export's column."""
        return pd.DataFrame(self.record["sources"].items(), columns=["column", "export's column"])

    @property
    def alarms(self) -> pd.DataFrame:
        """Return what a few bad rows do not explain: alarm. It has no rows where all is well."""
        return pd.DataFrame({"alarm": [*alarms(self.record), *change_alarms(self.record)]})

    @property
    def odd(self) -> pd.DataFrame:
        """Return what was assumed about the export, and what looks odd: kind, sentence."""
        return pd.DataFrame(remarks_by_kind(self.record), columns=["kind", "what"])

    @property
    def rejected(self) -> pd.DataFrame:
        """Return rejected rows by reason: reason, rows, meaning."""
        return _counts_frame("reason", self.record["rejected"], REASONS)

    @property
    def issues(self) -> pd.DataFrame:
        """Return kept rows by what was noted: issue, rows, meaning."""
        return _counts_frame("issue", self.record["issues"], ISSUE_MEANINGS)

    @property
    def excluded(self) -> pd.DataFrame:
        """Return the rows that the mapping's rules exclude: rule, rows."""
        counts = self.record.get("excluded", {})
        return pd.DataFrame({"rule": counts.keys(), "rows": counts.values()})

    @property
    def examples(self) -> pd.DataFrame:
        """Return the first rejected row of each reason: reason, detail, file, line.

        The detail is the column and its cell, cut and without signs that a screen would obey. The
        row itself is in the rejects alone: a report travels further than a row may.
        """
        rows = [
            (reason, _cell(reason, detail), one_line(file), line)
            for reason, detail, file, line, *_ in self.record["examples"]
        ]
        return pd.DataFrame(rows, columns=["reason", "detail", "file", "line"])

    @property
    def changes(self) -> pd.DataFrame:
        """Return what became of the export of changes: changes, rows; no rows without one.

        The first number is the others' sum.
        """
        counts = change_counts(self.record)
        return pd.DataFrame(list(counts.items()), columns=["changes", "rows"])

    @property
    def left_out(self) -> pd.DataFrame:
        """Return why changes are not in the lake, or doubtful: reason, rows, meaning."""
        return pd.DataFrame(left_out(self.record), columns=["reason", "rows", "meaning"])

    @property
    def change_rejects(self) -> pd.DataFrame:
        """Return every rejected row of changes: reason, detail, file, line, raw."""
        return read_event_rejects(self.lake, self.record)

    @property
    def months(self) -> pd.DataFrame:
        """Return what the lake holds now: month, days, rows, bytes."""
        return pd.DataFrame(self.record["months"], columns=["month", "days", "rows", "bytes"])

    @property
    def days(self) -> pd.DataFrame:
        """Return how many day files this ingest wrote, left unchanged, removed."""
        counts = self.record["days_done"]
        if self.unchanged:
            files = sum(days for _, days, *_ in self.record["months"])
            counts = {"written": 0, "unchanged": files, "removed": 0}
        return pd.DataFrame({"day files": counts.keys(), "count": counts.values()})


def _cell(reason: str, detail: str) -> str:
    """Return the column that decided and the start of its cell."""
    text = one_line(detail or f"{reason.removeprefix('missing_')}: (blank)")
    return text if len(text) <= LONGEST_DETAIL else f"{text[:LONGEST_DETAIL]}…"


def _counts_frame(name: str, counts: dict[str, int], meanings: dict[str, str]) -> pd.DataFrame:
    rows = [(code, count, meanings[code]) for code, count in counts.items()]
    return pd.DataFrame(rows, columns=[name, "rows", "meaning"])
