"""The service desk at as_of: the headline figures, the next deadlines, the segments, the agents."""

import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

PERIOD_DAYS = 28
SEGMENTS_SHOWN = 6
AGENTS_SHOWN = 15
UNASSIGNED = "(unassigned)"
UNKNOWN = "–"


def read_deadlines(warehouse: Warehouse) -> pd.DataFrame:
    """Return the open tickets with a deadline in the 24 hours after as_of, the next one first."""
    return ask(warehouse, "deadlines")


def read_headline(warehouse: Warehouse, days: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of the morning: one row per figure, its value as text and its meaning.

    Args:
        warehouse: where the tickets are.
        days: the result of `series.read_days`.
        weeks: the result of `series.read_weeks`.
    """
    last = days.iloc[-1]
    month = weeks.tail(4)
    due_soon = len(read_deadlines(warehouse))
    oldest = _oldest_age(warehouse, last["ops_date"])
    median = "half of the open tickets are at most that old"
    p90 = "nine of ten open tickets are at most that old"
    rows = {
        "Open": (f"{last['backlog_size']:,.0f}", "tickets open when the data ends"),
        "Past due": (f"{last['past_due']:,.0f}", "of these, with a deadline that is over"),
        "Due in 24 hours": (f"{due_soon:,}", "open tickets that breach next"),
        "Net growth": (_net_growth(month), f"opened less resolved {_weeks(month)}"),
        "SLA attainment": (_attainment(month), f"kept of what fell due {_weeks(month)}"),
        "Age, median": (_days(last["age_p50_days"]), median),
        "Age, p90": (_days(last["age_p90_days"]), p90),
        "Oldest": (_days(oldest), "age of the oldest open ticket"),
    }
    columns = ["value", "what it is"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.rename_axis(columns="figure")


def read_segments(
    warehouse: Warehouse, coverage: Coverage, shown: int = SEGMENTS_SHOWN
) -> pd.DataFrame:
    """Return the segments with the largest backlog of each dimension; one row sums up the others.

    A dimension in which every ticket is in the same segment says nothing and is left out. Flows
    and deadlines are those of the last 28 days, or of all days where there are fewer.
    """
    before = coverage.last_day - PERIOD_DAYS * DAY
    last_day = coverage.last_day.date()
    segments = ask(warehouse, "segments", last_day=last_day, before=before.date())
    dimensions = [rows for _, rows in segments.groupby("dimension", sort=False) if len(rows) > 1]
    tops = [_top(rows, shown) for rows in dimensions]
    top = pd.concat(tops, ignore_index=True) if tops else segments.head(0)
    top["attainment"] = 1 - top["sla_due_missed"] / top["sla_due_tickets"]
    return top.drop(columns=["sla_due_tickets", "sla_due_missed"]).assign(as_of=coverage.as_of)


def read_agents(
    warehouse: Warehouse, coverage: Coverage, shown: int = AGENTS_SHOWN
) -> pd.DataFrame:
    """Return the agents with the most open tickets, the most loaded first.

    `days_of_work` is their open tickets divided by their daily capacity, NaN where it is not known.
    """
    agents = ask(warehouse, "agents", last_day=coverage.last_day.date()).head(shown)
    capacity = pd.to_numeric(agents["daily_capacity"]).astype("float64")
    agents["daily_capacity"] = capacity
    agents["days_of_work"] = agents["open_tickets"] / capacity.where(capacity > 0)
    agents["is_agent"] = agents["agent_id"] != UNASSIGNED
    return agents.assign(as_of=coverage.as_of)


def _top(segments: pd.DataFrame, shown: int) -> pd.DataFrame:
    """Return the first rows of one dimension, and one row for the sum of the rest."""
    rest = segments.iloc[shown:]
    if rest.empty:
        return segments
    sums = rest.select_dtypes("number").sum()
    dimension = rest["dimension"].iloc[0]
    others = {"dimension": dimension, "segment": f"({len(rest)} others)", **sums}
    return pd.concat([segments.head(shown), pd.DataFrame([others])], ignore_index=True)


def _oldest_age(warehouse: Warehouse, last_day: pd.Timestamp) -> float | None:
    created = ask(warehouse, "oldest")["created_date"].iloc[0]
    return None if pd.isna(created) else (last_day - pd.Timestamp(created)).days


def _net_growth(weeks: pd.DataFrame) -> str:
    return UNKNOWN if weeks.empty else f"{weeks['net_change'].sum():+,.0f}"


def _attainment(weeks: pd.DataFrame) -> str:
    due = weeks["sla_due_tickets"].sum()
    return f"{1 - weeks['sla_due_missed'].sum() / due:.1%}" if due else UNKNOWN


def _weeks(weeks: pd.DataFrame) -> str:
    if weeks.empty:
        return "in a whole week (no week is over yet)"
    return f"in the last {len(weeks)} whole weeks" if len(weeks) > 1 else "in the last whole week"


def _days(age: float | None) -> str:
    return UNKNOWN if age is None or pd.isna(age) else f"{age:,.0f} days"
