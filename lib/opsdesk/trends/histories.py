"""Histories: how often tickets are reopened and passed on, and on whom they wait.

All of it needs an export of changes; without one every frame here is empty.
"""

import json

import pandas as pd

from opsdesk.trends.coverage import Coverage, last_whole_day
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

COLUMNS = [
    "week_ending",
    "closings",
    "reopened",
    "reopen_rate",
    "hours_with_us",
    "hours_with_customer",
    "reassignments",
]
UNKNOWN = "changes_of_unknown_tickets"
LOG_ISSUES = {
    "changed_before_created": "the log has a change before the creation: in force from then on",
    "closed_in_log_only": "the log closes it, the export does not: it is open",
    "closed_in_export_only": (
        "the export closes it, the log does not: closed at resolved_at, not before the last status"
    ),
    "closed_at_another_time": (
        "log and export close it more than 0.1 h apart: the moment of the log counts"
    ),
}
MEANINGS = LOG_ISSUES | {UNKNOWN: "changes of tickets that no export has: left out"}


def read_histories(warehouse: Warehouse, coverage: Coverage, weeks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per week of `weeks`; an empty frame where no ticket has a history.

    `reopen_rate` is what was reopened divided by all closings of the week. The hours and
    reassignments are means per closing of the tickets with a history: since the creation, or since
    the closing before. NaN where there is nothing to divide by.
    """
    last = last_whole_day(coverage)
    found = ask(warehouse, "histories_by_week", last_day=last.date())
    if found.empty or weeks.empty:
        return pd.DataFrame(columns=COLUMNS)
    by_week = found.set_index("week").astype("float64")
    numbers = (last - weeks["week_ending"]).dt.days // DAYS_OF_A_WEEK
    frame = by_week.reindex(numbers).reset_index(drop=True)
    logged = frame["logged_closings"].where(frame["logged_closings"] > 0)
    means = {
        name: frame[name] / logged
        for name in ("hours_with_us", "hours_with_customer", "reassignments")
    }
    closings = frame["closings"].where(frame["closings"] > 0)
    shown = frame.assign(
        week_ending=weeks["week_ending"].to_numpy(),
        reopen_rate=frame["reopened"] / closings,
        **means,
    )
    return shown[COLUMNS]


def read_log_issues(warehouse: Warehouse) -> pd.DataFrame:
    """Return what log and export disagree on: issue, tickets and meaning, most tickets first.

    Of changes_of_unknown_tickets the number is that of the changes.
    """
    found = ask(warehouse, "log_issues")
    codes = found.assign(issue=found["log_issues"].str.split(";")).explode("issue")
    counts = codes.groupby("issue")["tickets"].sum().reset_index()
    unknown = _unknown_changes(warehouse.runs())
    if unknown:
        more = pd.DataFrame({"issue": [UNKNOWN], "tickets": [unknown]})
        counts = pd.concat([counts, more], ignore_index=True)
    counts["meaning"] = [MEANINGS.get(code, code) for code in counts["issue"]]
    order = ["tickets", "issue"]
    return counts.sort_values(order, ascending=[False, True], ignore_index=True)


def _unknown_changes(runs: pd.DataFrame) -> int:
    """Return how many changes the last publication left out, by its row of `_runs`."""
    given = runs["parameters"].iloc[-1] if len(runs) and "parameters" in runs else None
    return int(json.loads(given).get("unknown_changes", 0)) if isinstance(given, str) else 0


def count_paused(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many tickets are paused at as_of, and how many are open."""
    row = ask(warehouse, "paused").iloc[0]
    return int(row["paused"]), int(row["open_tickets"])
