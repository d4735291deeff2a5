"""Histories: how often tickets are reopened and passed on, and on whom they wait.

All of it needs an export of changes; without one every frame here is empty.
"""

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
LOG_ISSUES = {
    "closed_before_log": (
        "closed when the log begins, and the export names no earlier moment: from its creation on"
    ),
    "changed_before_created": "the log has a change before the creation: in force from then on",
    "closed_in_log_only": "the log closes it, the export does not: it is open",
    "closed_in_export_only": (
        "the export closes it, the log does not: closed at resolved_at, not before the last status"
    ),
    "closed_at_another_time": (
        "log and export close it more than 0.1 h apart: the moment of the log counts"
    ),
}


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
    """Return what log and export disagree on: issue, tickets and meaning, most tickets first."""
    found = ask(warehouse, "log_issues")
    codes = found.assign(issue=found["log_issues"].str.split(";")).explode("issue")
    counts = codes.groupby("issue")["tickets"].sum().reset_index()
    counts["meaning"] = [LOG_ISSUES.get(code, code) for code in counts["issue"]]
    order = ["tickets", "issue"]
    return counts.sort_values(order, ascending=[False, True], ignore_index=True)


def count_paused(warehouse: Warehouse) -> tuple[int, int]:
    """Return how many tickets are paused at as_of, and how many are open."""
    row = ask(warehouse, "paused").iloc[0]
    return int(row["paused"]), int(row["open_tickets"])
