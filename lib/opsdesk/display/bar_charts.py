"""The charts of the desk as it stands: open tickets by segment and by agent, as lying bars."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from opsdesk.display.chart_style import BLUE, GREY, VERMILLION, finish, nothing, styled

LONGEST_NAME = 28


@styled
def segments(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Open tickets by segment, past due and not, under a heading for each dimension."""
    title = "Open tickets by segment"
    if frame.empty:
        return nothing(ax, title, "Every ticket is in the same segment.")
    rows = _rows_under_headings(frame["dimension"])
    ax.barh(
        rows, frame["past_due"], color=VERMILLION, edgecolor="white", hatch="///", label="past due"
    )
    rest = frame["open_tickets"] - frame["past_due"]
    bars = ax.barh(
        rows, rest, left=frame["past_due"], color=BLUE, edgecolor="white", label="not past due"
    )
    ax.bar_label(bars, labels=[f"{tickets:,.0f}" for tickets in frame["open_tickets"]], padding=4)
    headings = {
        row - 1: name.replace("_", " ")
        for row, name in zip(rows, frame["dimension"], strict=True)
        if row - 1 not in rows
    }
    _name_rows(ax, rows, [_short(name) for name in frame["segment"]], headings)
    return finish(ax, title, f"open tickets as of {frame['as_of'].iloc[0]:%Y-%m-%d %H:%M}", "")


@styled
def agents(frame: pd.DataFrame, ax: Axes) -> Axes:
    """The agents with the most open tickets; the days of work it means where the capacity is known."""
    title = "Open tickets by agent"
    if frame.empty:
        return nothing(ax, title, "No ticket is open.")
    rows = list(range(len(frame)))
    colours = [BLUE if is_agent else "white" for is_agent in frame["is_agent"]]
    edges = [BLUE if is_agent else GREY for is_agent in frame["is_agent"]]
    bars = ax.barh(rows, frame["open_tickets"], color=colours, edgecolor=edges)
    ax.bar_label(bars, labels=[_load(row) for row in frame.itertuples()], padding=4)
    _name_rows(ax, rows, [_agent(row) for row in frame.itertuples()], {})
    days = " (days of work)" if frame["days_of_work"].notna().any() else ""
    return finish(
        ax, title, f"open tickets{days} as of {frame['as_of'].iloc[0]:%Y-%m-%d %H:%M}", ""
    )


def _rows_under_headings(dimensions: pd.Series) -> list[int]:
    """The row of each bar when a heading takes the row before the first bar of its dimension."""
    starts = dimensions.ne(dimensions.shift())
    return [place + int(headings) for place, headings in enumerate(starts.cumsum())]


def _name_rows(ax: Axes, rows: list[int], names: list[str], headings: dict[int, str]) -> None:
    texts = dict(zip(rows, names, strict=True)) | headings
    ax.set_yticks(list(texts), list(texts.values()))
    for row, label in zip(texts, ax.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if row in headings else "normal")
        label.set_parse_math(False)
    ax.set_ylim(max(texts) + 0.6, min(texts) - 0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.margins(x=0.28)


def _agent(row: tuple) -> str:
    return (
        _short(row.agent_id)
        if pd.isna(row.team)
        else f"{_short(row.agent_id, 18)}, {_short(row.team, 14)}"
    )


def _load(row: tuple) -> str:
    tickets = f"{row.open_tickets:,.0f}"
    return tickets if pd.isna(row.days_of_work) else f"{tickets} ({row.days_of_work:,.1f} d)"


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
