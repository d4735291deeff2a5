"""The chart of arrivals: the hours of the week as a heat map, light for few and dark for many."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from opsdesk.display.chart_marks import finish, nothing
from opsdesk.display.chart_style import styled

SHADES = "Blues"  # its lightness has one order, so that a grey print has it too
MARKED_HOURS = range(0, 24, 3)
NO_ARRIVALS = "No ticket arrived in a whole week."


@styled
def arrivals(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the mean number of tickets that arrive in each hour of the week; the title has the peak.

    Args:
        frame: the result of `arrivals.read_arrivals`.
        ax: axes on a figure of their own; a scale is put next to them.
    """
    if frame.empty or not frame["tickets"].any():
        return nothing(ax, "Arrivals by hour and weekday", NO_ARRIVALS)
    means = frame.pivot(index="weekday", columns="hour", values="per_week")
    weekdays = list(frame["weekday"].unique())
    cells = means.loc[weekdays].to_numpy()
    mesh = ax.pcolormesh(cells, cmap=SHADES, vmin=0, edgecolors="white", linewidth=0.6)
    _name_axes(ax, weekdays)
    scale = ax.figure.colorbar(mesh, ax=ax, label=_mean_of(frame["weeks"].iloc[0]), pad=0.02)
    scale.outline.set_visible(False)
    scale.locator = MaxNLocator(5)
    peak = frame.iloc[frame["per_week"].argmax()]
    title = f"Arrivals: most on {peak['weekday']}, {peak['hour']:02}:00–{peak['hour'] + 1:02}:00"
    weeks = f"{frame['first_day'].iloc[0]:%Y-%m-%d} to {frame['last_day'].iloc[0]:%Y-%m-%d}"
    return finish(ax, title, f"local hour of the day, {weeks}", "")


def _mean_of(weeks: int) -> str:
    return "tickets per hour" if weeks == 1 else f"tickets per hour, mean of {weeks} weeks"


def _name_axes(ax: Axes, weekdays: list[str]) -> None:
    """Write hours below the edges of the cells, and weekdays next to them, the first at the top."""
    ax.set_xticks(list(MARKED_HOURS), [f"{hour:02}:00" for hour in MARKED_HOURS])
    ax.set_yticks([row + 0.5 for row in range(len(weekdays))], weekdays)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False)
