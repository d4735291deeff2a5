"""What the report's charts share: quiet axes, dates below, the burn-in faded."""

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from opsdesk.brief.chart_size import Size
from opsdesk.brief.themed_svg import COLOURS

FORMATS = ["%Y", "%b", "%d", "", "", ""]
ZERO_FORMATS = ["", "%b\n%Y", "%d %b", "", "", ""]
FEW_DAYS = 20
FEW_WEEKS = 70  # days
DAYS_OF_A_MONTH = 30.4
DAYS_OF_A_YEAR = 365.25
STEPS = (1, 2, 2.5, 5, 10)


def finish(ax: Axes, size: Size, index: pd.DatetimeIndex, has_dates: bool = True) -> None:
    """Set the axes of a panel: no box, level grid lines only, dates below the last panel."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_visible(has_dates)
    ax.spines["bottom"].set_color(COLOURS["soft"])
    ax.tick_params(
        length=0,
        pad=6,
        labelsize=size.font - 1,
        labelcolor=COLOURS["soft"],
        labelbottom=has_dates,
    )
    ax.set_axisbelow(True)
    _set_dates(ax, size, index)


def _locator(span: pd.Timedelta, most: int) -> dates.DateLocator:
    """Return where dates are written, at most `most` of them: days, months or years."""
    if span.days <= FEW_DAYS:
        return dates.DayLocator(interval=max(1, -(-span.days // most)))
    if span.days <= FEW_WEEKS:
        return dates.AutoDateLocator(minticks=3, maxticks=most)
    for months in (1, 2, 3, 6):
        if span.days / DAYS_OF_A_MONTH <= months * most:
            return dates.MonthLocator(range(1, 13, months))
    return dates.YearLocator(max(1, -(-int(span.days / DAYS_OF_A_YEAR) // most)))


def add_grid(ax: Axes, is_whole: bool = False) -> None:
    """Add level grid lines; a linear axis begins at 0. `is_whole` is for counts."""
    ax.grid(axis="y", color=COLOURS["line"], linewidth=0.8)
    if ax.get_yscale() == "linear":
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS, integer=is_whole))


def fade_burn_in(ax: Axes, first: pd.Timestamp, until: pd.Timestamp | None) -> None:
    """Fade what is drawn up to the end of the burn-in, where there is one."""
    if until is None or pd.isna(until) or until <= first:
        return
    start, end = float(dates.date2num(first)), float(dates.date2num(until))
    ax.axvspan(start, end, facecolor=COLOURS["paper"], alpha=0.55, linewidth=0, zorder=5)
    ax.axvline(end, color=COLOURS["soft"], linewidth=0.8, linestyle=(0, (2, 2)), zorder=5)


def _set_dates(ax: Axes, size: Size, index: pd.DatetimeIndex) -> None:
    ax.set_xlim(float(dates.date2num(index[0])), float(dates.date2num(index[-1])))
    locator = _locator(index[-1] - index[0], 7 if size.is_wide else 4)
    formatter = dates.ConciseDateFormatter(
        locator, formats=FORMATS, zero_formats=ZERO_FORMATS, show_offset=False
    )
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(formatter)
