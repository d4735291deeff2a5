"""What an ingest tells the notebook: frames made from the record it leaves in the lake."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.ingest.reasons import ISSUE_MEANINGS, REASONS
from opsdesk.ingest.rejects import COLUMNS, read_rejects
from opsdesk.lake.lake import Lake


@dataclass(frozen=True)
class IngestResult:
    """What one ingest did, as the record it left in the lake (`Lake.record`), and frames to look at."""

    record: dict
    unchanged: bool
    lake: Lake

    @property
    def rejects(self) -> pd.DataFrame:
        """Every rejected row: reason, detail, file, line, raw."""
        return read_rejects(self.lake, self.record)

    @property
    def reconciliation(self) -> pd.DataFrame:
        """Rows of the export, rows put in the lake, rows rejected; the first is the sum of the others."""
        counts = {
            "in the export": self.record["rows"],
            "put in the lake": self.record["kept"],
            "rejected": sum(self.record["rejected"].values()),
        }
        return pd.DataFrame({"tickets": counts.keys(), "rows": counts.values()})

    @property
    def rejected(self) -> pd.DataFrame:
        """Rejected rows by reason: reason, rows, meaning."""
        counts = self.record["rejected"]
        return pd.DataFrame(
            [(reason, counts[reason], REASONS[reason]) for reason in counts],
            columns=["reason", "rows", "meaning"],
        )

    @property
    def issues(self) -> pd.DataFrame:
        """Rows kept with something noted: issue, rows, meaning."""
        counts = self.record["issues"]
        return pd.DataFrame(
            [(code, counts[code], ISSUE_MEANINGS[code]) for code in counts],
            columns=["issue", "rows", "meaning"],
        )

    @property
    def examples(self) -> pd.DataFrame:
        """The first rejected row of each reason: reason, detail, file, line, raw."""
        return pd.DataFrame(self.record["examples"], columns=list(COLUMNS))

    @property
    def months(self) -> pd.DataFrame:
        """What the lake holds now: month, days, rows, bytes."""
        return pd.DataFrame(self.record["months"], columns=["month", "days", "rows", "bytes"])

    @property
    def days(self) -> pd.DataFrame:
        """How many day files this ingest wrote, left as they were, removed."""
        counts = (
            {
                "written": 0,
                "unchanged": sum(days for _, days, *_ in self.record["months"]),
                "removed": 0,
            }
            if self.unchanged
            else self.record["days_done"]
        )
        return pd.DataFrame({"day files": counts.keys(), "count": counts.values()})
