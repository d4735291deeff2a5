"""What charts share: the marks of coverage, the axis of dates, title and legend, empty charts."""

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter, StrMethodFormatter
from matplotlib.transforms import ScaledTranslation

from opsdesk.display.chart_style import BURN_IN, DARK_GREY, GREY

PAD = 8  # points between the axes and the title
LEGEND_ROW = 17  # points that a row of the legend takes


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
    ax.axvline(
        as_of,
        color=GREY,
        linewidth=1.3,
        linestyle=(0, (2, 2)),
    )
    ax.set_title(f"┊ as of {as_of:%Y-%m-%d %H:%M}", loc="right")


def _mark_burn_in(ax: Axes, first: pd.Timestamp, until: pd.Timestamp) -> None:
    if until < first:  # it ended before the first whole week
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
    """Set a concise date axis from the first row to as_of, and y from 0."""
    locator = dates.AutoDateLocator(minticks=3, maxticks=8)
    formatter = dates.ConciseDateFormatter(locator, show_offset=True)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(formatter)
    first = frame[when].iloc[0]
    as_of = frame["as_of"].iloc[-1]
    margin = (as_of - first) / 100
    ax.set_xlim(first - margin, as_of + margin)  # the line of as_of is not at the very edge
    if ax.get_yscale() == "linear":
        ax.set_ylim(bottom=0)
    if isinstance(ax.yaxis.get_major_formatter(), ScalarFormatter):
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def finish(
    ax: Axes,
    title: str,
    xlabel: str,
    ylabel: str,
    columns: int = 3,
) -> Axes:
    """Set title, axis labels with units, and above the data the legend in `columns` columns."""
    handles, labels = ax.get_legend_handles_labels()
    ax.set_xlabel(xlabel)
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
    """Make an empty chart that says why it is empty."""
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
