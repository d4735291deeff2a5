"""What an ingest shows in the notebook: frames made from the record it leaves in the lake."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.ingest.reasons import ISSUE_MEANINGS, REASONS
from opsdesk.ingest.rejects import Reject, read_rejects
from opsdesk.ingest.remarks import QUIET_DAY, remarks_by_kind
from opsdesk.lake.lake import Lake, Record


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
        """Return rows of the export, put in the lake, rejected, excluded.

        The first is the others' sum.
        """
        counts = {
            "in the export": self.record["rows"],
            "put in the lake": self.record["kept"],
            "rejected": sum(self.record["rejected"].values()),
        }
        for rule, rows in self.record["excluded"].items():
            counts[f"excluded: {rule}"] = rows
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
        return f"{self.record['kept']:,} of {self.record['rows']:,} rows were put in the lake."

    @property
    def sources(self) -> pd.DataFrame:
        """Return which columns of the export were read: column, export's column."""
        return pd.DataFrame(self.record["sources"].items(), columns=["column", "export's column"])

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
    def examples(self) -> pd.DataFrame:
        """Return the first rejected row of each reason: reason, detail, file, line, raw."""
        return pd.DataFrame(self.record["examples"], columns=list(Reject._fields))

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


def _counts_frame(name: str, counts: dict[str, int], meanings: dict[str, str]) -> pd.DataFrame:
    rows = [(code, count, meanings[code]) for code, count in counts.items()]
    return pd.DataFrame(rows, columns=[name, "rows", "meaning"])
