"""The figures that a good run ends with: values in, lines out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsdesk.runner.state import Backlog

Line = tuple[str, int, str]  # what is counted, how many, and what to say after it


@dataclass(frozen=True)
class Summary:
    """The figures of a run, as run.json keeps them.

    `rows`, `kept` and `rejected` (by reason) count rows of the export, `issues` counts kept rows by
    code. `open_now` is the backlog at as_of, whose day is `open_on`.
    `problem` says which part could not be read.
    """

    rows: int | None = None
    kept: int | None = None
    rejected: dict[str, int] = field(default_factory=dict)
    issues: dict[str, int] = field(default_factory=dict)
    open_now: int | None = None
    open_on: str | None = None
    problem: str | None = None


def make_summary(
    record: dict[str, Any], backlog: Backlog | None, problem: str | None = None
) -> Summary:
    """Return the figures in the lake's record and in the last row of backlog_daily."""
    return Summary(
        rows=record.get("rows"),
        kept=record.get("kept"),
        rejected=counts_of(record, "rejected"),
        issues=counts_of(record, "issues"),
        open_now=backlog.size if backlog else None,
        open_on=str(backlog.day) if backlog else None,
        problem=problem,
    )


def counts_of(record: dict[str, Any], key: str) -> dict[str, int]:
    """Return the counts under `key` of a lake's record; an older version may have no such."""
    counts = record.get(key)
    return counts if isinstance(counts, dict) else {}


def summary_lines(summary: Summary, report: Path | None) -> Iterator[str]:
    """Return the figures as lines to print, the numbers below each other, the report last."""
    lines = [*_row_lines(summary), *_issue_lines(summary), *_backlog_lines(summary)]
    width = max((len(label) for label, _, _ in lines), default=0)
    for label, number, note in lines:
        yield f"{label:<{width}}  {number:>12,}{note}"
    if summary.problem:
        yield summary.problem
    if report:
        yield f"Report: {report}"


def _row_lines(summary: Summary) -> Iterator[Line]:
    if summary.rows is None or summary.kept is None:
        return
    yield "Rows read", summary.rows, ""
    yield "  kept", summary.kept, ""
    yield "  rejected", sum(summary.rejected.values()), ""
    for reason, rows in summary.rejected.items():
        yield f"    {reason}", rows, ""


def _issue_lines(summary: Summary) -> Iterator[Line]:
    if summary.rows is None:
        return
    yield "Issues noted", sum(summary.issues.values()), ""
    for code, rows in summary.issues.items():
        yield f"    {code}", rows, ""


def _backlog_lines(summary: Summary) -> Iterator[Line]:
    if summary.open_now is not None:
        yield "Open now", summary.open_now, f"  on {summary.open_on}"
