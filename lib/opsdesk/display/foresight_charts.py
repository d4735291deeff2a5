"""The charts of estimates: the forecast of the backlog, and what became of past probabilities.

A function takes a frame and Axes, computes nothing, and returns the Axes.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from opsdesk.display.chart_marks import finish, nothing, tick_dates
from opsdesk.display.chart_style import BLUE, GREY, VERMILLION, styled
from opsdesk.display.target_line import at_most_tickets, draw_target

BANDS = ((95, 0.14), (80, 0.28))  # percent, and how dark
BAR = 0.72  # of the room that a bar has


@styled
def forecast(
    past: pd.DataFrame, ahead: pd.DataFrame, ax: Axes, target: float | None = None, why: str = ""
) -> Axes:
    """Draw the backlog of past days, and its forecast with both bands.

    Args:
        past: ops_date and backlog_size; its last day is the one before the forecast.
        ahead: the rows of backlog_forecast.
        ax: axes on a figure of their own.
        target: of the whole desk.
        why: why there is no forecast; it is shown in place of an empty chart.
    """
    title = "Open tickets, and the 28 days ahead"
    if ahead.empty or past.empty:
        return nothing(ax, title, why or "There is no forecast.")
    days = pd.concat([past.tail(1), ahead])
    for level, shade in BANDS:
        known = days.dropna(subset=[f"lo{level}"])
        ends = (known[f"lo{level}"], known[f"hi{level}"])
        name = f"{level}% of past outcomes"
        ax.fill_between(known["ops_date"], *ends, color=BLUE, alpha=shade, linewidth=0, label=name)
    ax.plot(past["ops_date"], past["backlog_size"], color="black", label="open")
    ax.plot(days["ops_date"], days["backlog_size"], color=BLUE, linestyle="--", label="forecast")
    draw_target(ax, target, at_most_tickets(target))
    ax.axvline(past["ops_date"].iloc[-1], color=GREY, linewidth=1.3, linestyle=(0, (2, 2)))
    tick_dates(ax, days["ops_date"].iloc[-1] - past["ops_date"].iloc[0])
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    return finish(ax, title, "day (open at its end)", "tickets", columns=3)


@styled
def calibration(rows: pd.DataFrame, ax: Axes, why: str = "") -> Axes:
    """Draw of each tenth of the probability how many breached, next to how many were expected.

    Args:
        rows: given, tickets, expected_share and breached_share.
        ax: axes on a figure of their own.
        why: why there are no probabilities; it is shown in place of an empty chart.
    """
    title = "What was given, and what came"
    if rows.empty:
        return nothing(ax, title, why or "There are no probabilities.")
    places = range(len(rows))
    ax.bar(places, rows["breached_share"], width=BAR, color=BLUE, label="breached")
    ax.plot(
        places,
        rows["expected_share"],
        color=VERMILLION,
        linestyle="none",
        marker="_",
        markersize=26,
        markeredgewidth=3,
        label="expected",
    )
    for place, share in zip(places, rows["breached_share"], strict=True):
        ax.annotate(f"{share:.0%}", (place, share), (0, 3), textcoords="offset points", ha="center")
    ax.set_xticks(list(places), [text.replace(" to ", "–") for text in rows["given"]])
    ax.set_ylim(0, 1.08)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return finish(ax, title, "probability of breach", "share that breached", columns=2)
