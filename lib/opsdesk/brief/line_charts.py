"""The charts over time in the report. A function takes a frame and a size and returns a figure.

The index of a frame is dates. A function computes nothing but where a label goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, StrMethodFormatter

from opsdesk.brief.chart_parts import add_grid, fade_burn_in, finish
from opsdesk.brief.chart_size import Size
from opsdesk.brief.end_labels import End, label_ends
from opsdesk.brief.themed_svg import COLOURS, styled
from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.display.time_charts import HOURS
from opsdesk.trends import number_words as words

BAND_NAMES = ("0–1 days", "2–7", "8–30", "31–90", "over 90 days")
SOLID = "-"
DASHED = (0, (5, 2))
DOTTED = (0, (2, 3))
SHORTER = (
    (" minutes", " min"),
    (" minute", " min"),
    (" days", " d"),
    (" day", " d"),
    (" hours", " h"),
    (" hour", " h"),
    (" week", " wk"),
)


@dataclass(frozen=True)
class Line:
    """A column of a frame, its name at the end of the line, its colour and its dash."""

    column: str
    name: str
    colour: str
    dash: Any = SOLID


@dataclass(frozen=True)
class Marks:
    """What is drawn behind lines: burn-in, a target, and the normal range of a week."""

    burn_in_until: pd.Timestamp | None = None
    target: float | None = None
    normal: tuple[float, float] | None = None


@styled
def ages(days: pd.DataFrame, size: Size, marks: Marks) -> Figure:
    """Draw open tickets by age, the oldest at the bottom, where growth shows as a rising edge."""
    figure, (ax,) = size.figure(270)
    oldest_first = tuple(reversed(AGE_BANDS))
    ax.stackplot(
        days.index,
        *(days[band] for band in oldest_first),
        colors=[COLOURS[f"age{shade}"] for shade in (5, 4, 3, 2, 1)],
        edgecolor=COLOURS["paper"],
        linewidth=0.6,
    )
    ends = _stack_ends(days.iloc[-1], size)
    finish(ax, size, pd.DatetimeIndex(days.index))
    add_grid(ax, is_whole=True)
    fade_burn_in(ax, days.index[0], marks.burn_in_until)
    if marks.target is not None:
        ends.append(_draw_target(ax, size, marks.target, words.count))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    label_ends(ax, size, ends)
    return figure


def _stack_ends(last: pd.Series, size: Size) -> list[End]:
    ends = []
    floor = 0.0
    for band, name in zip(reversed(AGE_BANDS), reversed(BAND_NAMES), strict=True):
        short = name if size.is_wide else name.replace(" days", "").replace("over 90", "90+")
        text = f"{short}  {words.count(last[band])}"
        ends.append(End(floor + last[band] / 2, text, COLOURS["ink"]))
        floor += last[band]
    return ends


@styled
def counts(frame: pd.DataFrame, size: Size, marks: Marks, *lines: Line) -> Figure:
    """Draw lines of tickets or of days."""
    return _lines(frame, size, marks, lines, words.count)


@styled
def shares(frame: pd.DataFrame, size: Size, marks: Marks, *lines: Line) -> Figure:
    """Draw lines of shares of one; the axis ends at 100 %, or above a share that is more."""
    figure = _lines(frame, size, marks, lines, words.share)
    ax = figure.axes[0]
    drawn = [line.column for line in lines]
    is_part = not (frame[drawn] > 1).to_numpy().any()  # a reopen rate can be more
    ax.set_ylim(0, min(1.0, ax.get_ylim()[1]) if is_part else ax.get_ylim()[1])
    return figure


@styled
def durations(frame: pd.DataFrame, size: Size, marks: Marks, *lines: Line) -> Figure:
    """Draw lines of hours on a logarithmic axis whose steps are words."""
    return _lines(frame, size, marks, lines, words.hours, is_log=True)


def _lines(
    frame: pd.DataFrame,
    size: Size,
    marks: Marks,
    lines: tuple[Line, ...],
    shown: Callable[[float], str],
    is_log: bool = False,
) -> Figure:
    figure, (ax,) = size.figure(200)
    if marks.normal is not None:
        ax.axhspan(*marks.normal, facecolor=COLOURS["card"], linewidth=0, zorder=0)
    ends = [_draw(ax, size, frame, line, shown) for line in lines]
    if marks.target is not None:
        ends.append(_draw_target(ax, size, marks.target, shown))
    if is_log:
        _set_hours(ax, size, frame[[line.column for line in lines]], marks.target)
    finish(ax, size, pd.DatetimeIndex(frame.index))
    add_grid(ax, is_whole=shown is words.count)
    if not is_log:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value)))
    fade_burn_in(ax, frame.index[0], marks.burn_in_until)
    label_ends(ax, size, ends)
    return figure


def _draw(
    ax: Axes, size: Size, frame: pd.DataFrame, line: Line, shown: Callable[[float], str]
) -> End:
    """Draw one line with a dot on its last known value, and return its end."""
    colour = COLOURS[line.colour]
    ax.plot(
        frame.index, frame[line.column], color=colour, linestyle=line.dash, linewidth=2, zorder=3
    )
    known = frame[line.column].dropna()
    ax.plot(
        known.index[-1:], known.iloc[-1:], "o", color=colour, markersize=5, clip_on=False, zorder=4
    )
    last = float(known.iloc[-1])
    return End(last, f"{line.name}{size.between}{shown(last)}", colour)


def _draw_target(ax: Axes, size: Size, target: float, shown: Callable[[float], str]) -> End:
    ax.axhline(target, color=COLOURS["ink"], linewidth=1, linestyle=DOTTED, zorder=6)
    return End(target, f"target{size.between}{shown(target)}", COLOURS["soft"])


def _set_hours(ax: Axes, size: Size, values: pd.DataFrame, target: float | None) -> None:
    """Make y logarithmic: half a step of room below the lowest and above the highest value."""
    ax.set_yscale("symlog", linthresh=1 / 60)
    highest = max(float(values.max().max()), target or 0)
    low = max(float(values.min().min()) / 1.5, 0)
    ax.set_ylim(low, max(highest * 1.5, 1 / 30))
    ax.yaxis.set_major_locator(FixedLocator(list(HOURS)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda hours, _: _step(hours, size)))


def _step(hours: float, size: Size) -> str:
    name = HOURS.get(hours, "")
    if size.is_wide:
        return name
    for long, short in SHORTER:
        name = name.replace(long, short)
    return name
