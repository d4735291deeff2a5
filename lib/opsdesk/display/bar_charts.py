"""The charts of the service desk at as_of: open tickets by segment and by agent, as bars."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from opsdesk.display.chart_marks import finish, nothing
from opsdesk.display.chart_style import BLUE, GREY, VERMILLION, styled

LONGEST_NAME = 28  # characters


@styled
def segments(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Draw open tickets by segment, past due and not, under a heading for each dimension."""
    title = "Open tickets by segment"
    if frame.empty:
        return nothing(ax, title, "Every ticket is in the same segment.")
    if not frame["open_tickets"].any():  # 0 or not known
        return nothing(ax, title, frame["why_no_backlog"].iloc[0] or "No ticket is open.")
    rows = _rows_under_headings(frame["dimension"])
    due = frame["past_due"].fillna(0)
    is_due_known = frame["past_due"].notna().any()
    if is_due_known:
        ax.barh(
            rows,
            due,
            color=VERMILLION,
            edgecolor="white",
            hatch="///",
            label="past due",
        )
    bars = ax.barh(
        rows,
        frame["open_tickets"] - due,
        left=due,
        color=BLUE,
        edgecolor="white",
        label="not past due" if is_due_known else None,
    )
    ax.bar_label(bars, labels=_counts(frame["open_tickets"]), padding=4)
    names = [_short(name) for name in frame["segment"]]
    headings = _headings(rows, frame["dimension"])
    _name_rows(ax, rows, names, headings)
    return finish(ax, title, f"open tickets {_as_of(frame)}", "")


@styled
def agents(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the agents with the most open tickets, with days of work where capacity is known."""
    title = "Open tickets by agent"
    if frame.empty:
        return nothing(ax, title, "No ticket is open.")
    rows = list(range(len(frame)))
    is_agent = frame["is_agent"]
    bars = ax.barh(
        rows,
        frame["open_tickets"],
        color=is_agent.map({True: BLUE, False: "white"}),
        edgecolor=is_agent.map({True: BLUE, False: GREY}),
    )
    records = frame.to_dict("records")
    loads = [_load(agent) for agent in records]
    names = [_agent(agent) for agent in records]
    ax.bar_label(bars, labels=loads, padding=4)
    _name_rows(ax, rows, names, {})
    is_capacity_known = frame["days_of_work"].notna().any()
    days = " (days of work)" if is_capacity_known else ""
    return finish(ax, title, f"open tickets{days} {_as_of(frame)}", "")


def _as_of(frame: pd.DataFrame) -> str:
    as_of = frame["as_of"].iloc[0]
    return f"as of {as_of:%Y-%m-%d %H:%M}"


def _counts(numbers: pd.Series) -> list[str]:
    return [f"{number:,.0f}" for number in numbers]


def _rows_under_headings(dimensions: pd.Series) -> list[int]:
    """Return the row of each bar; a heading takes the row before the first bar of its dimension."""
    is_first = dimensions.ne(dimensions.shift())
    headings_so_far = is_first.cumsum()
    return [place + int(headings) for place, headings in enumerate(headings_so_far)]


def _headings(rows: list[int], dimensions: pd.Series) -> dict[int, str]:
    """Return the name of each dimension by its row, the one before its first bar."""
    headings = {}
    for row, name in zip(rows, dimensions, strict=True):
        if row - 1 not in rows:
            headings[row - 1] = name.replace("_", " ")
    return headings


def _name_rows(
    ax: Axes,
    rows: list[int],
    names: list[str],
    headings: dict[int, str],
) -> None:
    """Write the names of bars and headings on the y axis, the first row at the top."""
    texts = dict(zip(rows, names, strict=True))
    texts |= headings
    ax.set_yticks(list(texts), list(texts.values()))
    for row, label in zip(texts, ax.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if row in headings else "normal")
        label.set_parse_math(False)  # a name with dollars is no formula
    bottom = max(texts) + 0.6
    top = min(texts) - 0.6
    ax.set_ylim(bottom, top)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.margins(x=0.28)  # room for the numbers at the ends of the bars


def _agent(agent: dict[Any, Any]) -> str:
    name = agent["agent_id"]
    team = agent["team"]
    if pd.isna(team):
        return _short(name)
    return f"{_short(name, 18)}, {_short(team, 14)}"


def _load(agent: dict[Any, Any]) -> str:
    tickets = f"{agent['open_tickets']:,.0f}"
    days = agent["days_of_work"]
    if pd.isna(days):
        return tickets
    return f"{tickets} ({days:,.1f} d)"


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    if len(name) <= longest:
        return name
    return name[: longest - 1] + "…"
