"""The charts over time. A function takes a frame of `trends` and Axes, and returns the Axes.

It computes nothing. In a notebook: `ax = time_charts.backlog(days, chart_style.new_axes())`, then
`chart_style.picture(ax)`.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.display.chart_marks import date_axis, finish, mark_coverage, nothing
from opsdesk.display.chart_style import AGES, BLUE, GREEN, GREY, VERMILLION, styled

BAND_LABELS = ("0–1 days", "2–7", "8–30", "31–90", "over 90 days")
BY_DAY = "day (open at its end)"
BY_WEEK = "week ending on Sunday"
HOURS = {
    1 / 60: "1 minute",
    1: "1 hour",
    6: "6 hours",
    24: "1 day",
    72: "3 days",
    168: "1 week",
    720: "30 days",
    2160: "90 days",
    8760: "1 year",
    43800: "5 years",
}


@styled
def backlog(days: pd.DataFrame, ax: Axes) -> Axes:
    """Draw open tickets at the end of each day, stacked by age, with their total as a line."""
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
    _mark_days(ax, days)
    return finish(ax, "Open tickets by age", BY_DAY, "tickets", columns=3)


@styled
def flow(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw tickets opened against tickets resolved in each whole week."""
    title = "Opened and resolved per week"
    if weeks.empty:
        return nothing(ax, title, "No whole week yet")
    x = weeks["week_ending"].to_numpy()
    opened = weeks["inflow"]
    resolved = weeks["outflow"]
    ax.fill_between(
        x,
        opened,
        resolved,
        where=opened > resolved,
        interpolate=True,
        color=VERMILLION,
        alpha=0.18,
        linewidth=0,
        label="backlog grows",
    )
    ax.plot(x, opened, color=VERMILLION, marker="o", label="opened")
    ax.plot(x, resolved, color=BLUE, linestyle="--", marker="s", label="resolved")
    _mark_weeks(ax, weeks)
    return finish(ax, title, BY_WEEK, "tickets per week", columns=2)


@styled
def age(days: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the median and the 90th percentile of the age of the open tickets."""
    x = days["ops_date"].to_numpy()
    p90 = "p90: nine of ten are younger"
    ax.plot(x, days["age_p90_days"], color=VERMILLION, linestyle="--", label=p90)
    ax.plot(x, days["age_p50_days"], color=BLUE, label="median")
    _mark_days(ax, days)
    return finish(ax, "Age of the open tickets", BY_DAY, "days since opened", columns=2)


@styled
def attainment(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the share of the tickets due in each whole week that were resolved in time."""
    title = "SLA attainment by due date, weekly"
    if weeks["attainment"].isna().all():
        return nothing(ax, title, "No ticket with a target fell due in a whole week")
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["attainment"], color=GREEN, marker="o", label="kept, of all that fell due")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _mark_weeks(ax, weeks)
    ax.set_ylim(0, 1.03)
    return finish(ax, title, BY_WEEK, "share of tickets due", columns=2)


@styled
def past_due(days: pd.DataFrame, ax: Axes) -> Axes:
    """Draw open tickets whose deadline is over, with all open tickets."""
    x = days["ops_date"].to_numpy()
    ax.plot(x, days["backlog_size"], color=GREY, linewidth=1.4, linestyle="--", label="all open")
    ax.fill_between(x, 0, days["past_due"], color=VERMILLION, alpha=0.3, linewidth=0)
    ax.plot(x, days["past_due"], color=VERMILLION, label="past due")
    _mark_days(ax, days)
    return finish(ax, "Open tickets past their deadline", BY_DAY, "tickets", columns=2)


@styled
def breach_rate(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the share of the tickets resolved in each whole week that were resolved too late."""
    title = "Breach rate by resolve date, weekly"
    if weeks["breach_rate"].isna().all():
        return nothing(ax, title, "No ticket with a target was resolved")
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["breach_rate"], color=VERMILLION, marker="o", label="resolved too late")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _mark_weeks(ax, weeks)
    return finish(ax, title, BY_WEEK, "share of those resolved", columns=2)


@styled
def resolution_time(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw median and 90th percentile of the time to resolve the tickets of each whole week.

    The two are often a hundredfold apart, so this one axis is logarithmic, with steps in words.
    """
    title = "Time to resolve, weekly"
    if weeks["median_hours"].isna().all():
        return nothing(ax, title, "No ticket was resolved in a whole week")
    x = weeks["week_ending"].to_numpy()
    ax.plot(x, weeks["p90_hours"], color=VERMILLION, linestyle="--", marker="s", label="p90")
    ax.plot(x, weeks["median_hours"], color=BLUE, marker="o", label="median")
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator(list(HOURS)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda hours, _: HOURS.get(hours, "")))
    ax.yaxis.set_minor_locator(NullLocator())
    _mark_weeks(ax, weeks)
    xlabel = "week of the resolution, ending on Sunday"
    return finish(ax, title, xlabel, "since opened (log scale)", columns=3)


def _mark_days(ax: Axes, days: pd.DataFrame) -> None:
    mark_coverage(ax, days, "ops_date")
    date_axis(ax, days, "ops_date")


def _mark_weeks(ax: Axes, weeks: pd.DataFrame) -> None:
    mark_coverage(ax, weeks, "week_ending")
    date_axis(ax, weeks, "week_ending")
