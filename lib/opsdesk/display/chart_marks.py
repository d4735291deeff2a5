"""What charts share: the marks of coverage, the axis of dates, title and legend, empty charts."""

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, ScalarFormatter, StrMethodFormatter
from matplotlib.transforms import ScaledTranslation

from opsdesk.display.chart_style import BURN_IN, DARK_GREY, GREY

PAD = 8  # points between the axes and the title
LEGEND_ROW = 17  # points that a row of the legend takes
TICKS = 8  # with their labels, they can still be read on a telephone
QUARTERS = (1, 4, 7, 10)  # their first months
HALVES = (1, 7)


def mark_coverage(ax: Axes, frame: pd.DataFrame, when: str) -> None:
    """Mark burn-in, a last day that is not over, and as_of, from the columns of `frame`.

    `when` names the column with the dates.
    """
    first = frame[when].iloc[0]
    last = frame.iloc[-1]
    as_of = last["as_of"]
    _mark_burn_in(ax, first, last["burn_in_until"])
    partial = frame[frame["is_partial"]]
    if not partial.empty:
        _mark_partial_day(ax, partial[when].iloc[-1], as_of)
    intake_until = last["intake_until"]
    if pd.notna(intake_until):
        _mark_intake_end(ax, intake_until)
    if _is_end_of_axis(intake_until, when) or pd.isna(as_of):
        return
    ax.axvline(
        as_of,
        color=GREY,
        linewidth=1.3,
        linestyle=(0, (2, 2)),
    )
    ax.set_title(f"┊ as of {as_of:%Y-%m-%d %H:%M}", loc="right")


def _mark_intake_end(ax: Axes, day: pd.Timestamp) -> None:
    ax.axvline(
        float(dates.date2num(day)),
        color="black",
        linewidth=1.3,
        linestyle="-.",
        label=f"intake ends {day:%Y-%m-%d}",
    )


def _is_end_of_axis(intake_until: pd.Timestamp, when: str) -> bool:
    """Return whether a chart ends where intake ends: one of weeks does, one of days goes on."""
    return pd.notna(intake_until) and when == "week_ending"


def _mark_burn_in(ax: Axes, first: pd.Timestamp, until: pd.Timestamp) -> None:
    # it is not known, or it ended before the first whole week
    if pd.isna(until) or until < first:
        return
    ax.axvspan(
        *_span(first, until),
        color=BURN_IN,
        linewidth=0,
        zorder=0,  # behind the grid
        label="burn-in (older tickets missing)",
    )


def _mark_partial_day(ax: Axes, day: pd.Timestamp, as_of: pd.Timestamp) -> None:
    ax.axvspan(
        *_span(day, as_of),
        facecolor="none",
        edgecolor=GREY,
        hatch="////",
        linewidth=0,
        label="last day, not over",
    )


def _span(first: pd.Timestamp, last: pd.Timestamp) -> tuple[float, float]:
    """Return two moments as matplotlib counts them, in days."""
    start = dates.date2num(first)
    end = dates.date2num(last)
    return float(start), float(end)


def date_axis(ax: Axes, frame: pd.DataFrame, when: str) -> None:
    """Set a concise date axis from the first row to as_of, or to the end of intake; y from 0.

    Of a span that ends before, as_of is not known: the axis ends with its last row.
    """
    first = frame[when].iloc[0]
    last = frame.iloc[-1]
    end = last["as_of"]
    if _is_end_of_axis(last["intake_until"], when):
        end = last["intake_until"]
    if pd.isna(end):
        end = last[when]
    tick_dates(ax, end - first)
    margin = max((end - first) / 100, pd.Timedelta(hours=1))
    ax.set_xlim(first - margin, end + margin)  # the last line is not at the very edge
    if ax.get_yscale() == "linear":
        ax.set_ylim(bottom=0)
    if isinstance(ax.yaxis.get_major_formatter(), ScalarFormatter):
        # tickets and days are whole: three ticks named 0 would be wrong
        ax.yaxis.set_major_locator(MaxNLocator("auto", steps=(1, 2, 5, 10), integer=True))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def tick_dates(ax: Axes, span: pd.Timedelta) -> None:
    """Set few dates; over years they are quarters, half-years or years, with a mark per quarter."""
    locator: dates.DateLocator = dates.AutoDateLocator(minticks=3, maxticks=TICKS)
    years = span.days / 365
    if years > 4:
        locator = dates.YearLocator(base=-(-int(years) // TICKS))
    elif years > 2:
        locator = dates.MonthLocator(HALVES)
    elif years > 1:
        locator = dates.MonthLocator(QUARTERS)
    if years > 2:
        ax.xaxis.set_minor_locator(dates.MonthLocator(QUARTERS))
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=True))


def finish(
    ax: Axes,
    title: str,
    xlabel: str,
    ylabel: str,
    columns: int = 3,
) -> Axes:
    """Set title, axis labels with units, and above the data the legend in `columns` columns."""
    handles, labels = ax.get_legend_handles_labels()
    ax.set_xlabel(xlabel, loc="left")  # the year of a date axis is at the right
    ax.set_ylabel(ylabel)
    legend_rows = -(-len(labels) // columns)  # rounded up
    pad = PAD + LEGEND_ROW * legend_rows
    ax.set_title(title, pad=pad)
    as_of = ax.get_title(loc="right")
    ax.set_title(
        as_of,
        loc="right",
        pad=pad,
        fontsize=11,
        fontweight="normal",
        color=DARK_GREY,
    )
    if handles:
        gap = ScaledTranslation(0, 6 / 72, ax.figure.dpi_scale_trans)  # 6 points
        ax.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            bbox_transform=ax.transAxes + gap,
            ncols=columns,
        )
    return ax


def nothing(ax: Axes, title: str, reason: str) -> Axes:
    """Make an empty chart that says why it is empty; `picture` makes it a sentence."""
    ax.set_axis_off()
    ax.text(
        0,
        0.9,
        reason,
        transform=ax.transAxes,
        color=GREY,
        verticalalignment="top",
    )
    ax.set_title(title)
    return ax
