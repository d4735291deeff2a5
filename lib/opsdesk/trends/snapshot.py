"""The desk as it stands at as_of: the headline figures, the next deadlines, the segments and the agents."""

import pandas as pd

from opsdesk.trends.coverage import DAY, Limits
from opsdesk.warehouse.open import Warehouse

PERIOD_DAYS = 28
SEGMENTS_SHOWN = 6
AGENTS_SHOWN = 15
UNASSIGNED = "(unassigned)"

OLDEST = "SELECT MIN(created_date) AS created_date FROM fact_tickets WHERE NOT is_resolved"
DEADLINES = """
SELECT ticket_id, priority, category, agent_id, hours_open, hours_left, sla_elapsed, risk_band
FROM ticket_sla_risk WHERE hours_left > 0 AND hours_left <= 24
ORDER BY hours_left, ticket_id
"""
SEGMENTS = """
SELECT dimension, segment, SUM(created) AS opened, SUM(resolved) AS resolved,
    SUM(CASE WHEN ops_date = DATE '{last_day:%Y-%m-%d}' THEN backlog_size ELSE 0 END) AS open_tickets,
    SUM(CASE WHEN ops_date = DATE '{last_day:%Y-%m-%d}' THEN past_due ELSE 0 END) AS past_due,
    SUM(sla_due_tickets) AS sla_due_tickets, SUM(sla_due_missed) AS sla_due_missed
FROM segment_daily WHERE ops_date > DATE '{before:%Y-%m-%d}'
GROUP BY dimension, segment ORDER BY dimension, open_tickets DESC, segment
"""
AGENTS = """
SELECT l.agent_id, a.name, a.team, l.open_tickets, a.daily_capacity
FROM daily_agent_load AS l LEFT JOIN dim_agents AS a ON a.agent_id = l.agent_id
WHERE l.open_tickets > 0 AND l.ops_date = DATE '{last_day:%Y-%m-%d}'
ORDER BY l.open_tickets DESC, l.agent_id
"""


def read_deadlines(warehouse: Warehouse) -> pd.DataFrame:
    """The open tickets whose deadline falls in the 24 hours after as_of, the next one first."""
    return warehouse.query(DEADLINES)


def read_headline(warehouse: Warehouse, days: pd.DataFrame, weeks: pd.DataFrame) -> pd.DataFrame:
    """The figures of the morning: one row a figure, with its value as text and what it is in words.

    Args:
        warehouse: where the tickets are.
        days: as `trends.read_days` gives them.
        weeks: as `trends.read_weeks` gives them.
    """
    last, month = days.iloc[-1], weeks.tail(4)
    due_soon = len(read_deadlines(warehouse))
    net, due = month["net_change"].sum(), month["sla_due_tickets"].sum()
    attainment = 1 - month["sla_due_missed"].sum() / due if due else None
    rows = {
        "Open": (f"{last['backlog_size']:,.0f}", "tickets open when the data ends"),
        "Past due": (f"{last['past_due']:,.0f}", "of these, with a deadline that is over"),
        "Due in 24 hours": (f"{due_soon:,}", "open tickets that breach next"),
        "Net growth": (
            f"{net:+,.0f}" if len(month) else "–",
            f"opened less resolved {_weeks(month)}",
        ),
        "SLA attainment": (_percent(attainment), f"kept of what fell due {_weeks(month)}"),
        "Age, median": (
            _days(last["age_p50_days"]),
            "half of the open tickets are at most that old",
        ),
        "Age, p90": (_days(last["age_p90_days"]), "nine of ten open tickets are at most that old"),
        "Oldest": (
            _days(_oldest_age(warehouse, last["ops_date"])),
            "age of the oldest open ticket",
        ),
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["value", "what it is"]
    ).rename_axis(columns="figure")


def read_segments(
    warehouse: Warehouse, limits: Limits, shown: int = SEGMENTS_SHOWN
) -> pd.DataFrame:
    """The segments with the largest backlog in each dimension, the others summed into one row.

    A dimension in which every ticket is in the same segment says nothing and is left out. Flows and deadlines are those
    of the last 28 days, or of all days where there are fewer.
    """
    before = limits.last_day - PERIOD_DAYS * DAY
    segments = warehouse.query(SEGMENTS.format(last_day=limits.last_day, before=before))
    parts = [
        _top(part, shown) for _, part in segments.groupby("dimension", sort=False) if len(part) > 1
    ]
    top = pd.concat(parts, ignore_index=True) if parts else segments.head(0)
    top["attainment"] = 1 - top["sla_due_missed"] / top["sla_due_tickets"]
    return top.drop(columns=["sla_due_tickets", "sla_due_missed"]).assign(as_of=limits.as_of)


def read_agents(warehouse: Warehouse, limits: Limits, shown: int = AGENTS_SHOWN) -> pd.DataFrame:
    """The agents with the most open tickets; `days_of_work` is that stock divided by the daily capacity."""
    agents = warehouse.query(AGENTS.format(last_day=limits.last_day)).head(shown)
    agents["daily_capacity"] = pd.to_numeric(agents["daily_capacity"]).astype("float64")
    agents["days_of_work"] = agents["open_tickets"] / agents["daily_capacity"].where(
        agents["daily_capacity"] > 0
    )
    agents["is_agent"] = agents["agent_id"] != UNASSIGNED
    return agents.assign(as_of=limits.as_of)


def _top(segments: pd.DataFrame, shown: int) -> pd.DataFrame:
    """The first rows of one dimension, and one row for the sum of the rest."""
    top, rest = segments.head(shown), segments.iloc[shown:]
    if rest.empty:
        return top
    numbers = rest.select_dtypes("number").sum()
    others = {"dimension": rest["dimension"].iloc[0], "segment": f"({len(rest)} others)", **numbers}
    return pd.concat([top, pd.DataFrame([others])], ignore_index=True)


def _oldest_age(warehouse: Warehouse, last_day: pd.Timestamp) -> float | None:
    created = warehouse.query(OLDEST)["created_date"].iloc[0]
    return None if pd.isna(created) else (last_day - pd.Timestamp(created)).days


def _weeks(weeks: pd.DataFrame) -> str:
    if weeks.empty:
        return "in a whole week (there is none yet)"
    return f"in the last {len(weeks)} whole weeks" if len(weeks) > 1 else "in the last whole week"


def _days(age: float | None) -> str:
    return "–" if age is None or pd.isna(age) else f"{age:,.0f} days"


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"
