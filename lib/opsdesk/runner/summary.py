"""The figures that a good run ends with: values in, lines out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsdesk.ingest.alarm import alarms, counts_of, examples_of, issue_shares, number_of, percent
from opsdesk.ingest.events.summary import (
    REPORTED,
    change_alarms,
    change_counts,
    unknown_changes,
)
from opsdesk.ingest.remarks import remarks
from opsdesk.runner.state import Backlog

Line = tuple[str, int, str]  # what is counted, how many, and what to say after it


@dataclass(frozen=True)
class Summary:
    """The figures of a run, as run.json keeps them.

    `rows`, `kept`, `excluded` (by rule) and `rejected` (by reason) count rows of the export,
    `issues` counts kept rows by code. `changes` says what became of the rows of an export of
    changes; the first is the sum. `unknown_changes` are those of tickets that no export has.
    `examples` says by reason where the first rejected row is.
    `remarks` are sentences about the export, `alarms` those that are loud. `open_now` is the
    backlog at as_of, whose day is `open_on`. `targets` are those of the params file, judged.
    `sla_clock` says when the SLA clock runs, where it is not round the clock. `work` says where the
    files of work_next are, `problem` which part could not be read.
    """

    rows: int | None = None
    kept: int | None = None
    excluded: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    issues: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    unknown_changes: int = 0
    remarks: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    open_now: int | None = None
    open_on: str | None = None
    targets: list[dict[str, Any]] = field(default_factory=list)
    problem: str | None = None
    work: str = ""
    sla_clock: str = ""


def make_summary(
    record: dict[str, Any],
    backlog: Backlog | None,
    targets: list[dict[str, Any]] | None = None,
    problem: str | None = None,
) -> Summary:
    """Return the figures in the lake's record and in the last row of backlog_daily."""
    return Summary(
        rows=number_of(record, "rows"),
        kept=number_of(record, "kept"),
        excluded=counts_of(record, "excluded"),
        rejected=counts_of(record, "rejected"),
        examples=examples_of(record),
        issues=counts_of(record, "issues"),
        changes=change_counts(record),
        unknown_changes=unknown_changes(record)[0],
        remarks=remarks(record),
        alarms=[*alarms(record), *change_alarms(record)],
        open_now=backlog.size if backlog else None,
        open_on=str(backlog.day) if backlog else None,
        targets=targets or [],
        problem=problem,
    )


def summary_lines(summary: Summary, report: Path | None) -> Iterator[str]:
    """Return the figures as lines to print, the numbers below each other, what is loud last."""
    lines = [*_row_lines(summary), *_issue_lines(summary), *change_lines(summary)]
    lines += _backlog_lines(summary)
    width = max((len(label) for label, _, _ in lines), default=0)
    for label, number, note in lines:
        yield f"{label:<{width}}  {number:>12,}{note}"
    for target in summary.targets:
        yield str(target["sentence"])
        if target.get("worst_sentence"):
            yield f"  {target['worst_sentence']}"
    if summary.sla_clock:
        yield summary.sla_clock
    yield from summary.remarks
    if summary.problem:
        yield summary.problem
    if summary.work:
        yield summary.work
    if report:
        yield f"Report: {report}"
    for alarm in summary.alarms:
        yield f"LOOK AT THIS: {alarm}"


def _row_lines(summary: Summary) -> Iterator[Line]:
    if summary.rows is None or summary.kept is None:
        return
    if summary.rows and summary.kept == summary.rows:
        yield "Rows read", summary.rows, "  all kept"
        return
    yield "Rows read", summary.rows, ""
    yield "  kept", summary.kept, ""
    yield from _counted("  excluded", summary.excluded, {})
    examples = {reason: f"  {where}" for reason, where in summary.examples.items()}
    yield from _counted("  rejected", summary.rejected, examples)


def _issue_lines(summary: Summary) -> Iterator[Line]:
    yield from _counted("Issues noted", summary.issues, issue_notes(summary))


def issue_notes(summary: Summary) -> dict[str, str]:
    """Return by code the share of the kept rows, as it follows their number."""
    shares = issue_shares({"kept": summary.kept, "issues": summary.issues})
    return {code: f"  {percent(share)} of the kept rows" for code, share in shares.items()}


def change_lines(summary: Summary) -> Iterator[Line]:
    """Return what became of the changes; only what there is."""
    for name, rows in summary.changes.items():
        if name == REPORTED:
            yield "Changes read", rows, ""
        elif rows:
            yield f"    {name}", rows, ""
    if summary.unknown_changes:
        yield "Changes of unknown tickets", summary.unknown_changes, "  in no table"


def _counted(title: str, counts: dict[str, int], notes: dict[str, str]) -> Iterator[Line]:
    """Return the sum of some counts and each of them; nothing where there is nothing to say."""
    if not counts:
        return
    yield title, sum(counts.values()), ""
    for name, rows in counts.items():
        yield f"    {name}", rows, notes.get(name, "")


def _backlog_lines(summary: Summary) -> Iterator[Line]:
    if summary.open_now is not None:
        yield "Open now", summary.open_now, f"  on {summary.open_on}"
