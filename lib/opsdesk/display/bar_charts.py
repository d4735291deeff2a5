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
    rows = _rows_under_headings(frame["dimension"])
    due = frame["past_due"]
    rest = frame["open_tickets"] - due
    ax.barh(rows, due, color=VERMILLION, edgecolor="white", hatch="///", label="past due")
    bars = ax.barh(rows, rest, left=due, color=BLUE, edgecolor="white", label="not past due")
    ax.bar_label(bars, labels=[f"{tickets:,.0f}" for tickets in frame["open_tickets"]], padding=4)
    names = [_short(name) for name in frame["segment"]]
    _name_rows(ax, rows, names, _headings(rows, frame["dimension"]))
    return finish(ax, title, f"open tickets {_as_of(frame)}", "")


@styled
def agents(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the agents with the most open tickets, with days of work where capacity is known."""
    title = "Open tickets by agent"
    if frame.empty:
        return nothing(ax, title, "No ticket is open.")
    rows = list(range(len(frame)))
    colours = [BLUE if is_agent else "white" for is_agent in frame["is_agent"]]
    edges = [BLUE if is_agent else GREY for is_agent in frame["is_agent"]]
    bars = ax.barh(rows, frame["open_tickets"], color=colours, edgecolor=edges)
    records = frame.to_dict("records")
    ax.bar_label(bars, labels=[_load(agent) for agent in records], padding=4)
    _name_rows(ax, rows, [_agent(agent) for agent in records], {})
    days = " (days of work)" if frame["days_of_work"].notna().any() else ""
    return finish(ax, title, f"open tickets{days} {_as_of(frame)}", "")


def _as_of(frame: pd.DataFrame) -> str:
    return f"as of {frame['as_of'].iloc[0]:%Y-%m-%d %H:%M}"


def _rows_under_headings(dimensions: pd.Series) -> list[int]:
    """Return the row of each bar; a heading takes the row before the first bar of its dimension."""
    starts = dimensions.ne(dimensions.shift())
    return [place + int(headings) for place, headings in enumerate(starts.cumsum())]


def _headings(rows: list[int], dimensions: pd.Series) -> dict[int, str]:
    """Return the name of each dimension by its row, the one before its first bar."""
    names = zip(rows, dimensions, strict=True)
    return {row - 1: name.replace("_", " ") for row, name in names if row - 1 not in rows}


def _name_rows(ax: Axes, rows: list[int], names: list[str], headings: dict[int, str]) -> None:
    texts = dict(zip(rows, names, strict=True)) | headings
    ax.set_yticks(list(texts), list(texts.values()))
    for row, label in zip(texts, ax.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if row in headings else "normal")
        label.set_parse_math(False)  # a name with dollars is no formula
    ax.set_ylim(max(texts) + 0.6, min(texts) - 0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.margins(x=0.28)


def _agent(agent: dict[Any, Any]) -> str:
    if pd.isna(agent["team"]):
        return _short(agent["agent_id"])
    return f"{_short(agent['agent_id'], 18)}, {_short(agent['team'], 14)}"


def _load(agent: dict[Any, Any]) -> str:
    tickets = f"{agent['open_tickets']:,.0f}"
    days = agent["days_of_work"]
    return tickets if pd.isna(days) else f"{tickets} ({days:,.1f} d)"


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
