"""The chart of signals: how far each day was from what is usual for its weekday, in limits.

Limits differ by weekday, so in tickets the band would be a comb; in limits it is flat.
"""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from opsdesk.brief.chart_parts import finish
from opsdesk.brief.chart_size import Size
from opsdesk.brief.themed_svg import COLOURS, styled
from opsdesk.trends import number_words as words

PANELS = (("created", "opened", "in"), ("resolved", "resolved", "out"))
LOWEST = -4.4  # limits; room for the names below the points
HIGHEST = 2.1
CROWDED = pd.Timedelta(days=20)
NEIGHBOURS = pd.Timedelta(days=4)
FEW = 3  # signals next to each other
ROWS = 3  # of labels below each other
LINE = 14  # pixels between these


@styled
def signals(distances: pd.DataFrame, size: Size) -> Figure:
    """Draw a panel for what was opened and one for what was resolved, where each is known.

    Args:
        distances: one row per day and indicator of the whole desk: ops_date, indicator, distance
            (in limits, below 0 for fewer than usual), value (tickets), is_outside and name.
        size: of the drawing.
    """
    shown = [panel for panel in PANELS if (distances["indicator"] == panel[0]).any()]
    heights = (200, 180) if size.is_wide else (260, 230)
    figure, panels = size.figure(*heights[: len(shown)])
    index = pd.DatetimeIndex(sorted(distances["ops_date"].unique()))
    for ax, (indicator, name, colour) in zip(panels, shown, strict=True):
        rows = distances[distances["indicator"] == indicator].set_index("ops_date")
        _draw_days(ax, size, rows, colour)
        _label_signals(ax, size, rows, index)
        finish(ax, size, index, has_dates=ax is panels[-1])
        ax.set_yticks([])
        _name_panel(ax, size, name, colour)
    return figure


def _draw_days(ax: Axes, size: Size, rows: pd.DataFrame, colour: str) -> None:
    distance = rows["distance"]
    is_out = rows["is_outside"]
    ax.axhspan(-1, 1, facecolor=COLOURS["card"], linewidth=0, zorder=0)
    ax.axhline(0, color=COLOURS["soft"], linewidth=0.8)
    ax.plot(distance.index, distance, color=COLOURS["line"], linewidth=1, zorder=1)
    small = 2.4 if size.is_wide else 1.6
    ax.plot(distance[~is_out], "o", color=COLOURS["soft"], markersize=small, linestyle="none")
    large = 6.5 if size.is_wide else 5
    ax.plot(
        distance[is_out],
        "D",
        color=COLOURS[colour],
        markersize=large,
        linestyle="none",
        clip_on=False,
        zorder=3,
    )
    lowest = min(float(distance.min()), -1.0)
    has_names_below = bool((is_out & (distance < 0)).any())
    bottom = min(LOWEST, lowest - 1.3) if has_names_below else lowest - 0.4
    ax.set_ylim(bottom, max(HIGHEST, float(distance.max()) + 0.6))


def _label_signals(ax: Axes, size: Size, rows: pd.DataFrame, index: pd.DatetimeIndex) -> None:
    """Write the day of each signal next to it: of a high one to its right, of a low one below."""
    late = index[0] + 0.8 * (index[-1] - index[0])
    out = rows[rows["is_outside"]]
    for is_high in (True, False):
        side = out[(out["distance"] > 0) == is_high]
        step = 0
        before = index[0] - CROWDED
        for day, row, others in _in_groups(side):
            step = (step + 1) % ROWS if day - before < CROWDED and not is_high else 0
            _label(ax, size, day, row, others, is_late=day > late, down=LINE * step)
            before = day


def _in_groups(out: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.Series, int]]:
    """Return the largest signal of each group of days next to each other, and how many others."""
    days = pd.DatetimeIndex(out.index)
    numbers = (days.to_series().diff() > NEIGHBOURS).cumsum()
    for _, group in out.groupby(numbers.to_numpy()):
        # A few are each written; the labels of many would cover each other.
        shown = group if len(group) <= FEW else group.loc[[group["distance"].abs().idxmax()]]
        for day, (_, row) in zip(pd.DatetimeIndex(shown.index), shown.iterrows(), strict=True):
            yield day, row, len(group) - len(shown)


def _label(
    ax: Axes,
    size: Size,
    day: pd.Timestamp,
    row: pd.Series,
    others: int,
    is_late: bool,
    down: float,
) -> None:
    is_high = row["distance"] > 0
    side = "right" if is_late else "left" if is_high else "center"
    shift = {"left": 7, "center": 0, "right": -7 if is_high else 6}[side]
    ax.annotate(
        _text(size, day, row, others),
        (day, row["distance"]),
        xytext=(shift, 4 if is_high else -7 - down),
        textcoords="offset points",
        fontsize=size.font - 1.5,
        color=COLOURS["ink"],
        ha=side,
        va="center" if is_high else "top",
        linespacing=1.2,
        annotation_clip=False,
    )


def _text(size: Size, day: pd.Timestamp, row: pd.Series, others: int) -> str:
    short = words.short_day(day)
    more = f" and {others} days near it" if others else ""
    if not size.is_wide:
        return f"{short} +{others}" if others else short
    tickets = words.count(row["value"])
    if not row["name"]:
        return f"{short}: {tickets}{more}"
    if row["distance"] > 0:
        return f"{short}, {row['name']}: {tickets}{more}"
    return f"{short}: {tickets}{more}\n{row['name']}"


def _name_panel(ax: Axes, size: Size, name: str, colour: str) -> None:
    for y, text, weight, shade in (
        (1, "more than usual", "normal", "soft"),
        (0, name, "bold", colour),
        (-1, "less than usual", "normal", "soft"),
    ):
        ax.annotate(
            text if size.is_wide or y == 0 else text.split()[0],
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
            fontsize=size.font - 1,
            fontweight=weight,
            color=COLOURS[shade],
        )
