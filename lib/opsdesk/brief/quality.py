"""What was read: quiet where all is well, loud where a figure of the page may be wrong."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from opsdesk.ingest.alarm import counts_of, examples_of, number_of
from opsdesk.ingest.events.summary import unknown_changes
from opsdesk.ingest.reasons import (
    ISSUE_MEANINGS,
    OF_UNKNOWN_TICKETS,
    REASONS,
    UNKNOWN_TICKETS,
)
from opsdesk.ingest.remarks import remarks_by_kind
from opsdesk.trends.coverage import Coverage
from opsdesk.trends.sentences import about_filter

BY_MAPPING = "left out by a rule of the mapping"


class Row(NamedTuple):
    """A kind of row, ticket or change, how many, what it means, and where the first is."""

    name: str
    number: int
    meaning: str
    example: str = ""


class Quality(NamedTuple):
    """Sentences that are loud, those that are not, one line for all, and the kinds of rows."""

    loud: list[str]
    calm: list[str]
    line: str
    rows: list[Row]


def judge_quality(
    record: Mapping[str, Any], coverage: Coverage, log_issues: pd.DataFrame | None = None
) -> Quality:
    """Return what a reader must know of the export, from the record of its ingest.

    `log_issues` is what log and export do not agree on: the result of `read_log_issues`.
    """
    said = remarks_by_kind(dict(record))
    loud = [sentence for kind, sentence in said if kind in ("loud", "odd")]
    about = about_filter(coverage)
    if about:
        loud.append(about)
    if coverage.intake_until is not None:
        loud.append(
            f"Intake ends on {coverage.intake_until:%Y-%m-%d}, while tickets are resolved until "
            f"{coverage.resolved_until:%Y-%m-%d}: this brief is about the time before."
        )
    elif coverage.silent_since is not None:
        days = (coverage.last_day - coverage.silent_since).days
        loud.append(
            f"The last event of this export is of {coverage.silent_since:%Y-%m-%d}, {days:,} days "
            "before as_of: if work went on, give a newer export; else write `as_of: latest`."
        )
    calm = [sentence for kind, sentence in said if kind in ("note", "zone")]
    of_log = [] if log_issues is None else _rows_of_log(log_issues)
    return Quality(loud, calm, _line(record), [*_rows(record), *of_log])


def _line(record: Mapping[str, Any]) -> str:
    """Return the counts in one line; "" where there is no record of an ingest."""
    whole = dict(record)
    rows = number_of(whole, "rows")
    if rows is None:
        return ""
    rejected = sum(counts_of(whole, "rejected").values())
    excluded = sum(counts_of(whole, "excluded").values())
    parts = [f"{rows:,} {'row' if rows == 1 else 'rows'} read"]
    parts.append(f"{rejected:,} rejected" if rejected else "none rejected")
    if excluded:
        parts.append(f"{excluded:,} excluded")
    issues = sum(counts_of(whole, "issues").values())
    if issues:
        parts.append(f"{issues:,} {'issue' if issues == 1 else 'issues'} noted")
    return f"{', '.join(parts)}."


def _rows(record: Mapping[str, Any]) -> list[Row]:
    whole = dict(record)
    examples = examples_of(whole)
    rejected = [
        Row(name, rows, f"rejected: {REASONS.get(name, name)}", examples.get(name, ""))
        for name, rows in counts_of(whole, "rejected").items()
    ]
    excluded = [Row(name, rows, BY_MAPPING) for name, rows in counts_of(whole, "excluded").items()]
    issues = [
        Row(name, rows, f"kept: {ISSUE_MEANINGS.get(name, name)}")
        for name, rows in counts_of(whole, "issues").items()
    ]
    number, ticket = unknown_changes(whole)
    unknown = Row(UNKNOWN_TICKETS, number, f"changes: {OF_UNKNOWN_TICKETS}", f"ticket {ticket}")
    return [row for row in (*rejected, *excluded, *issues, unknown) if row.number]


def _rows_of_log(log_issues: pd.DataFrame) -> list[Row]:
    """Return the tickets on which log and export do not agree."""
    return [
        Row(str(issue["issue"]), int(issue["tickets"]), f"tickets: {issue['meaning']}")
        for _, issue in log_issues.iterrows()
    ]
