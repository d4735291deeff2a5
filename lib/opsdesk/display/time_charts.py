"""One function a chart over time: it takes a frame of `trends` and Axes, computes nothing, and returns the Axes.

In a notebook: `ax = charts.backlog(days, new_axes())`, then `picture(ax)`, both from `style`.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.display.chart_style import (
    AGES,
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    date_axis,
    finish,
    mark_limits,
    nothing,
    styled,
)

BAND_LABELS = ("0–1 days", "2–7", "8–30", "31–90", "over 90 days")
DAY, WEEK = "day (open at its end)", "week ending on Sunday"
HOURS = {
    1 / 60: "1 minute", 1: "1 hour", 6: "6 hours", 24: "1 day", 72: "3 days", 168: "1 week", 720: "30 days",
    2160: "90 days", 8760: "1 year", 43800: "5 years",
}  # fmt: skip


@styled
def backlog(days: pd.DataFrame, ax: Axes) -> Axes:
    """Open tickets at the end of each day, stacked by age, with their total as a line."""
    x = days["ops_date"].to_numpy()
    ax.stackplot(
        x,
        *(days[band] for band in AGE_BANDS),
        colors=AGES,
        labels=BAND_LABELS,
        edgecolor="white",
        linewidth=0.3,
    )
    ax.plot(x, days["backlog_size"], color="black", label="all open")
    return _over_time(ax, days, "ops_date", "Open tickets by age", DAY, "tickets", columns=3)


@styled
def flow(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Tickets opened against tickets resolved in each whole week."""
    if weeks.empty:
        return nothing(ax, "Opened and resolved per week", "No whole week yet")
    x, opened, resolved = weeks["week_ending"].to_numpy(), weeks["inflow"], weeks["outflow"]
    ax.fill_between(x, opened, resolved, where=opened > resolved, color=VERMILLION, alpha=0.18, interpolate=True,
                    linewidth=0, label="backlog grows")  # fmt: skip
    ax.plot(x, opened, color=VERMILLION, marker="o", label="opened")
    ax.plot(x, resolved, color=BLUE, linestyle="--", marker="s", label="resolved")
    return _over_time(
        ax, weeks, "week_ending", "Opened and resolved per week", WEEK, "tickets a week", columns=2
    )


@styled
def age(days: pd.DataFrame, ax: Axes) -> Axes:
    """Median and 90th percentile of the age of the open tickets."""
    x = days["ops_date"].to_numpy()
    ax.plot(
        x,
        days["age_p90_days"],
        color=VERMILLION,
        linestyle="--",
        label="p90: nine of ten are younger",
    )
    ax.plot(x, days["age_p50_days"], color=BLUE, label="median")
    return _over_time(
        ax, days, "ops_date", "Age of the open tickets", DAY, "days since opened", columns=2
    )


@styled
def attainment(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Share of the tickets due in each whole week that were resolved in time."""
    if not weeks["attainment"].notna().any():
        return nothing(
            ax,
            "SLA attainment by due date, weekly",
            "No ticket with a target fell due in a whole week",
        )
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["attainment"], color=GREEN, marker="o", label="kept, of all that fell due")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    title = "SLA attainment by due date, weekly"
    _over_time(ax, weeks, "week_ending", title, WEEK, "share of tickets due", columns=2)
    ax.set_ylim(0, 1.03)
    return ax


@styled
def past_due(days: pd.DataFrame, ax: Axes) -> Axes:
    """Open tickets whose deadline is over, beside all open tickets."""
    x = days["ops_date"].to_numpy()
    ax.plot(x, days["backlog_size"], color=GREY, linewidth=1.4, linestyle="--", label="all open")
    ax.fill_between(x, 0, days["past_due"], color=VERMILLION, alpha=0.3, linewidth=0)
    ax.plot(x, days["past_due"], color=VERMILLION, label="past due")
    return _over_time(
        ax, days, "ops_date", "Open tickets past their deadline", DAY, "tickets", columns=2
    )


@styled
def breach_rate(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Share of the tickets resolved in each whole week that were resolved too late."""
    if not weeks["breach_rate"].notna().any():
        return nothing(
            ax, "Breach rate by resolve date, weekly", "No ticket with a target was resolved"
        )
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["breach_rate"], color=VERMILLION, marker="o", label="resolved too late")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    title = "Breach rate by resolve date, weekly"
    return _over_time(ax, weeks, "week_ending", title, WEEK, "share of those resolved", columns=2)


@styled
def resolution_time(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Median and 90th percentile of the time to resolve, of the tickets resolved in each whole week.

    The two are often a hundredfold apart, so this one axis is logarithmic, with its steps in words.
    """
    if not weeks["median_hours"].notna().any():
        return nothing(ax, "Time to resolve, weekly", "No ticket was resolved in a whole week")
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["p90_hours"], color=VERMILLION, linestyle="--", marker="s", label="p90")
    ax.plot(x, weeks["median_hours"], color=BLUE, marker="o", label="median")
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator(list(HOURS)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda hours, _: HOURS.get(hours, "")))
    ax.yaxis.set_minor_locator(NullLocator())
    title = "Time to resolve, weekly"
    xlabel = "week of the resolution, ending on Sunday"
    return _over_time(
        ax, weeks, "week_ending", title, xlabel, "since opened (log scale)", columns=3
    )


def _over_time(
    ax: Axes, frame: pd.DataFrame, when: str, title: str, xlabel: str, ylabel: str, columns: int = 3
) -> Axes:
    """What all charts over time share: the marks, the axes, the legend."""
    mark_limits(ax, frame, when)
    date_axis(ax, frame, when)
    return finish(ax, title, xlabel, ylabel, columns)
