"""The charts over time. A function takes a frame of `trends` and Axes, and returns the Axes.

It computes nothing. `target` is that of the whole desk, drawn as a dotted line. In a notebook:
`ax = time_charts.backlog(days, chart_style.new_axes())`, then `chart_style.picture(ax)`.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.display.chart_marks import date_axis, finish, mark_coverage, nothing
from opsdesk.display.chart_style import AGES, BLUE, GREEN, GREY, VERMILLION, styled
from opsdesk.display.target_line import (
    at_least_share,
    at_most_hours,
    at_most_tickets,
    draw_target,
)

ONE_DAY = "There is one day only: a trend needs two."
NO_WEEK = "No week of seven whole days is over yet."
BAND_LABELS = ("0–1 days", "2–7", "8–30", "31–90", "over 90 days")
MANY_WEEKS = 80  # more points than that touch each other
MANY_DAYS = 7 * MANY_WEEKS
THIN = 1.0  # points: years of daily figures are a band in the usual width
BY_DAY = "day (open at its end)"
HOURS = {
    0: "at once",
    1 / 60: "1 minute",
    1 / 6: "10 minutes",
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
def backlog(days: pd.DataFrame, ax: Axes, target: float | None = None) -> Axes:
    """Draw open tickets at the end of each day, stacked by age, with their total as a line."""
    title = "Open tickets by age"
    reason = _why_no_stock(days, "No ticket was open at the end of a day.")
    if reason:
        return nothing(ax, title, reason)
    x = days["ops_date"].to_numpy()
    ax.stackplot(
        x,
        *(days[band] for band in AGE_BANDS),
        colors=AGES,
        labels=BAND_LABELS,
        edgecolor="white",
        linewidth=0.3,
    )
    ax.plot(x, days["backlog_size"], color="black", label="all open", **_weight(days))
    draw_target(ax, target, at_most_tickets(target))
    _mark_days(ax, days)
    return finish(ax, title, BY_DAY, "tickets", columns=3)


@styled
def flow(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw tickets opened against tickets resolved in each whole week."""
    title = "Opened and resolved per week"
    if weeks.empty:
        return nothing(ax, title, NO_WEEK)
    x = weeks["week_ending"].to_numpy()
    resolved = weeks["outflow"]
    if weeks["inflow"].notna().any():
        _draw_opened(ax, weeks)
    else:
        title = "Resolved per week"
    ax.plot(x, resolved, color=BLUE, linestyle="--", label="resolved", **_weight(weeks, "s"))
    _mark_weeks(ax, weeks)
    return finish(ax, title, _by_week(weeks), "tickets per week", columns=2)


def _draw_opened(ax: Axes, weeks: pd.DataFrame) -> None:
    """Draw what was opened, and shade where it is more than what was resolved."""
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
    ax.plot(x, opened, color=VERMILLION, label="opened", **_weight(weeks, "o"))


@styled
def age(days: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the median and the 90th percentile of the age of the open tickets."""
    title = "Age of the open tickets"
    reason = _why_no_stock(days, "No ticket was open at the end of a day.")
    if reason:
        return nothing(ax, title, reason)
    x = days["ops_date"].to_numpy()
    p90 = "p90: nine of ten are younger"
    weight = _weight(days)
    ax.plot(x, days["age_p90_days"], color=VERMILLION, linestyle="--", label=p90, **weight)
    ax.plot(x, days["age_p50_days"], color=BLUE, label="median", **weight)
    _mark_days(ax, days)
    return finish(ax, title, BY_DAY, "days since opened", columns=2)


@styled
def attainment(weeks: pd.DataFrame, ax: Axes, target: float | None = None) -> Axes:
    """Draw the share of the tickets due in each whole week that were resolved in time."""
    title = "SLA attainment by due date, weekly"
    if weeks["attainment"].isna().all():
        none_due = "No ticket with a target fell due in a whole week."
        return nothing(ax, title, _why(weeks, "why_no_promises", none_due))
    label = "kept, of all that fell due"
    _draw_rate(ax, weeks, "attainment", GREEN, label, "is_due_few")
    draw_target(ax, target, at_least_share(target))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _mark_weeks(ax, weeks)
    ax.set_ylim(0, 1.03)
    xlabel = f"{_by_week(weeks)}{_numbers(weeks['sla_due_tickets'])}"
    return finish(ax, title, xlabel, "share of tickets due", columns=2)


@styled
def past_due(days: pd.DataFrame, ax: Axes, target: float | None = None) -> Axes:
    """Draw open tickets whose deadline is over, with all open tickets."""
    title = "Open tickets past their deadline"
    reason = _why(days, "why_no_promises", "") or _why_no_stock(days, "No ticket was open.")
    if reason:
        return nothing(ax, title, reason)
    x = days["ops_date"].to_numpy()
    ax.plot(x, days["backlog_size"], color=GREY, linewidth=1.4, linestyle="--", label="all open")
    ax.fill_between(x, 0, days["past_due"], color=VERMILLION, alpha=0.3, linewidth=0)
    ax.plot(x, days["past_due"], color=VERMILLION, label="past due", **_weight(days))
    draw_target(ax, target, at_most_tickets(target))
    _mark_days(ax, days)
    return finish(ax, title, BY_DAY, "tickets", columns=2)


@styled
def breach_rate(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the share of the tickets resolved in each whole week that were resolved too late."""
    title = "Breach rate by resolve date, weekly"
    if weeks["breach_rate"].isna().all():
        none_judged = "No ticket with a target was resolved in a whole week."
        return nothing(ax, title, _why(weeks, "why_none_judged", none_judged))
    _draw_rate(ax, weeks, "breach_rate", VERMILLION, "resolved too late", "is_judged_few")
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _mark_weeks(ax, weeks)
    xlabel = f"{_by_week(weeks)}{_numbers(weeks['judged'])}"
    return finish(ax, title, xlabel, "share of those resolved", columns=2)


@styled
def first_response(weeks: pd.DataFrame, ax: Axes, target: float | None = None) -> Axes:
    """Draw median and 90th percentile of the time to the first responses given in each week."""
    title = "Time to the first response, weekly"
    if weeks["median_response_hours"].isna().all():
        none_given = "No ticket got its first response in a whole week."
        return nothing(ax, title, _why(weeks, "why_no_responses", none_given))
    _draw_times(ax, weeks, "median_response_hours", "p90_response_hours", "is_answered_few", target)
    draw_target(ax, target, at_most_hours(target, "median"))
    xlabel = f"answered in the week to {_weekday(weeks)}{_numbers(weeks['responses'])}"
    return finish(ax, title, xlabel, "since opened (log scale)", columns=2)


@styled
def resolution_time(weeks: pd.DataFrame, ax: Axes, target: float | None = None) -> Axes:
    """Draw median and 90th percentile of the time to resolve the tickets of each whole week."""
    title = "Time to resolve, weekly"
    if weeks["median_hours"].isna().all():
        reason = "No ticket was resolved in a whole week." if len(weeks) else NO_WEEK
        return nothing(ax, title, reason)
    _draw_times(ax, weeks, "median_hours", "p90_hours", "is_timed_few", target)
    draw_target(ax, target, at_most_hours(target, "p90"))
    xlabel = f"resolved in the week to {_weekday(weeks)}{_numbers(weeks['timed'])}"
    return finish(ax, title, xlabel, "since opened (log scale)", columns=2)


def _draw_times(
    ax: Axes, weeks: pd.DataFrame, median: str, p90: str, few: str, target: float | None
) -> None:
    """Draw two percentiles of hours, which are often a hundredfold apart."""
    x = weeks["week_ending"].to_numpy()
    weight = _weight(weeks, "s")
    ax.plot(x, weeks[p90], color=VERMILLION, linestyle="--", label="p90", **weight)
    _draw_rate(ax, weeks, median, BLUE, "median", few)
    shown = [weeks[median].min(), weeks[p90].max(), *([] if target is None else [target])]
    _set_hours_axis(ax, min(shown), max(shown))
    _mark_weeks(ax, weeks)


def _set_hours_axis(ax: Axes, lowest: float, highest: float) -> None:
    """Make y logarithmic, with steps in words, and 0 hours, which have no logarithm, at its foot.

    It has a step below the lowest and above the highest value, so that it is never without names.
    """
    ax.set_yscale("symlog", linthresh=1 / 60)
    low, high = ax.get_ylim()
    below = max(step for step in HOURS if step <= lowest)
    above = min((step for step in HOURS if step >= highest), default=high)
    ax.set_ylim(min(low, below), max(high, above))
    ax.yaxis.set_major_locator(FixedLocator(list(HOURS)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda hours, _: HOURS.get(hours, "")))
    ax.yaxis.set_minor_locator(NullLocator())


def _why_no_stock(days: pd.DataFrame, none_open: str) -> str:
    """Return why a chart of open tickets would be empty, "" where it is not."""
    if days["backlog_size"].isna().all():
        return _why(days, "why_no_backlog", none_open)
    if not days["backlog_size"].any():
        return none_open
    return ONE_DAY if len(days) == 1 else ""


def _why(frame: pd.DataFrame, mark: str, otherwise: str) -> str:
    """Return the reason that a frame gives for what it does not know, else `otherwise`."""
    if frame.empty:
        return NO_WEEK
    reason: str = frame[mark].iloc[-1]
    return reason or otherwise


def _draw_rate(
    ax: Axes, weeks: pd.DataFrame, column: str, colour: str, label: str, few: str
) -> None:
    """Draw a figure per week as a line; weeks of few tickets are hollow points."""
    x = weeks["week_ending"]
    ax.plot(x.to_numpy(), weeks[column], color=colour, label=label, **_weight(weeks, "o"))
    hollow = weeks[few] & weeks[column].notna()
    if hollow.any():
        ax.plot(
            x[hollow].to_numpy(),
            weeks[column][hollow],
            color=colour,
            linestyle="",
            marker="o",
            markerfacecolor="white",
            label="fewer than 5 tickets: chance",
        )


def _weight(frame: pd.DataFrame, marker: str = "") -> dict[str, Any]:
    """Return how a line is drawn: thin and without markers where years would run together."""
    many = MANY_WEEKS if "week_ending" in frame else MANY_DAYS
    return {"linewidth": THIN} if len(frame) > many else {"marker": marker}


def _by_week(weeks: pd.DataFrame) -> str:
    return f"week ending on {_weekday(weeks)}"


def _weekday(weeks: pd.DataFrame) -> str:
    """Return the day on which the last week ends, and with it all others."""
    last: pd.Timestamp = weeks["week_ending"].iloc[-1]
    return last.day_name()


def _numbers(tickets: pd.Series) -> str:
    """Return of how many tickets the figures of the weeks are, as the end of the label of x."""
    fewest = tickets[tickets > 0].min()
    most = tickets.max()
    span = f"{most:,.0f}" if fewest == most else f"{fewest:,.0f} to {most:,.0f}"
    return f", n = {span}"


def _mark_days(ax: Axes, days: pd.DataFrame) -> None:
    mark_coverage(ax, days, "ops_date")
    date_axis(ax, days, "ops_date")


def _mark_weeks(ax: Axes, weeks: pd.DataFrame) -> None:
    mark_coverage(ax, weeks, "week_ending")
    date_axis(ax, weeks, "week_ending")
