"""The service desk at as_of: the headline figures, the next deadlines, the agents."""

import pandas as pd

from opsdesk.trends.clearing import Clearing, days_to_clear, measure_clearing
from opsdesk.trends.coverage import Coverage
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

AGENTS_SHOWN = 15
UNASSIGNED = "(unassigned)"
UNKNOWN = "–"  # in the place of a figure


def read_deadlines(warehouse: Warehouse) -> pd.DataFrame:
    """Return the open tickets with a deadline in the 24 hours after as_of, the next one first.

    `due_at` is an instant in UTC; `hours_left` are hours on the SLA clock.
    """
    moment = pd.Timestamp(warehouse.runs().iloc[-1]["as_of"]).to_pydatetime()
    return ask(warehouse, "deadlines", as_of=moment)


def read_headline(warehouse: Warehouse, days: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the morning: one row per figure, its value as text and its meaning.

    Args:
        warehouse: where the tickets are.
        days: the result of `series.read_days`.
        weeks: the result of `series.read_weeks`.
    """
    last = days.iloc[-1]
    month = weeks.tail(4)  # rates of fewer deadlines jump from week to week
    growth = (_net_growth(month), f"opened less resolved {_weeks(month)}")
    rows = {
        "Open": (_count(last["backlog_size"]), "tickets open when the data ends"),
        **_promises(warehouse, last, month),
        "Net growth": growth,
        "Days to clear": _clearing(measure_clearing(days)),
        **_ages(warehouse, last),
    }
    if last["why_no_backlog"]:
        reason = "not known: this export looks filtered by closing date"
        rows["Open"] = (UNKNOWN, reason)
        rows["Net growth"] = (UNKNOWN, reason)
        rows["Days to clear"] = (UNKNOWN, reason)
    columns = ["value", "what it is"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(columns="figure")


def _promises(
    warehouse: Warehouse, last: pd.Series, month: pd.DataFrame
) -> dict[str, tuple[str, str]]:
    """Return the figures of deadlines; where none can be known, one that says so."""
    if last["why_no_promises"]:
        return {"SLA": (UNKNOWN, "not known: see Promises below")}
    due_soon = len(read_deadlines(warehouse))
    due = month["sla_due_tickets"].sum()
    kept = f"kept of the {_count(due)} that fell due" if due else "nothing fell due"
    return {
        "Past due": (_count(last["past_due"]), "of these, with a deadline that is over"),
        "Due in 24 hours": (_count(due_soon), "open tickets that breach next"),
        "SLA attainment": (_attainment(month), f"{kept} {_weeks(month)}"),
    }


def _clearing(clearing: Clearing) -> tuple[str, str]:
    """Return how long the open tickets last, and at which pace."""
    if clearing.why:
        return UNKNOWN, f"not known: {clearing.why}"
    if clearing.days is None:
        compared = "more opened than" if clearing.net_outflow else "as many opened as"
        return days_to_clear(clearing), f"{compared} resolved in the last 28 days"
    return days_to_clear(clearing), "until none is open, at the pace of the last 28 days"


def _ages(warehouse: Warehouse, last: pd.Series) -> dict[str, tuple[str, str]]:
    """Return the ages of the open tickets; nothing where no ticket is open."""
    oldest = _oldest_age(warehouse, last["ops_date"])
    if oldest is None:
        return {}
    median = "half of the open tickets are at most that old"
    p90 = "nine of ten open tickets are at most that old"
    return {
        "Age, median": (_days(last["age_p50_days"]), median),
        "Age, p90": (_days(last["age_p90_days"]), p90),
        "Oldest": (_days(oldest), "age of the oldest open ticket"),
    }


def read_agents(
    warehouse: Warehouse, coverage: Coverage, shown: int = AGENTS_SHOWN
) -> pd.DataFrame:
    """Return the agents with the most open tickets, the most loaded first.

    `days_of_work` is their open tickets divided by their daily capacity, NaN where it is not known.
    """
    last_day = coverage.last_day.date()
    agents = ask(warehouse, "agents", last_day=last_day).head(shown)
    capacity = pd.to_numeric(agents["daily_capacity"])
    capacity = capacity.astype("float64")
    per_day = capacity.where(capacity > 0)  # a capacity of 0 says nothing about days
    return agents.assign(
        daily_capacity=capacity,
        days_of_work=agents["open_tickets"] / per_day,
        is_agent=agents["agent_id"] != UNASSIGNED,
        as_of=coverage.as_of,
    )


def _oldest_age(warehouse: Warehouse, last_day: pd.Timestamp) -> float | None:
    oldest = ask(warehouse, "oldest")
    created = oldest["created_date"].iloc[0]
    if pd.isna(created):
        return None
    return (last_day - pd.Timestamp(created)).days


def _count(tickets: float) -> str:
    return f"{tickets:,.0f}"


def _net_growth(weeks: pd.DataFrame) -> str:
    if weeks.empty:
        return UNKNOWN
    growth = weeks["net_change"].sum()
    return f"{growth:+,.0f}"


def _attainment(weeks: pd.DataFrame) -> str:
    due = weeks["sla_due_tickets"].sum()
    if not due:
        return UNKNOWN
    missed = weeks["sla_due_missed"].sum()
    return f"{1 - missed / due:.1%}"


def _weeks(weeks: pd.DataFrame) -> str:
    if weeks.empty:
        return "in a whole week (no week is over yet)"
    span = "whole week" if len(weeks) == 1 else f"{len(weeks)} whole weeks"
    end = weeks["intake_until"].iloc[-1]
    before = "" if pd.isna(end) else f" before intake ended on {end:%Y-%m-%d}"
    return f"in the last {span}{before}"


def _days(age: float | None) -> str:
    if age is None or pd.isna(age):
        return UNKNOWN
    return "1 day" if round(age) == 1 else f"{age:,.0f} days"
