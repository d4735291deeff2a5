"""The chart of signals: how far each day was from what is usual for its weekday, in limits.

Limits differ by weekday, so in tickets the band would be a comb; in limits it is flat.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from opsdesk.brief.chart_parts import finish
from opsdesk.brief.chart_size import Size
from opsdesk.brief.themed_svg import COLOURS, styled
from opsdesk.trends import number_words as words

PANELS = (("created", "opened", "in"), ("resolved", "resolved", "out"))
LOWEST = -3.6  # limits; room for the names below the points
HIGHEST = 2.1
CROWDED = pd.Timedelta(days=20)


@styled
def signals(distances: pd.DataFrame, size: Size) -> Figure:
    """Draw one panel for what was opened and one for what was resolved.

    Args:
        distances: one row per day and indicator of the whole desk: ops_date, indicator, distance
            (in limits, below 0 for fewer than usual), value (tickets), is_outside and name.
        size: of the drawing.
    """
    figure, panels = size.figure(*((190, 150) if size.is_wide else (260, 200)))
    index = pd.DatetimeIndex(sorted(distances["ops_date"].unique()))
    for ax, (indicator, name, colour) in zip(panels, PANELS, strict=True):
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
    lowest = distance.min()
    highest = distance.max()
    ax.set_ylim(
        LOWEST if pd.isna(lowest) else min(LOWEST, lowest - 1.3),
        HIGHEST if pd.isna(highest) else max(HIGHEST, highest + 0.6),
    )


def _label_signals(ax: Axes, size: Size, rows: pd.DataFrame, index: pd.DatetimeIndex) -> None:
    """Write the day of each signal next to it: of a high one to its right, of a low one below."""
    out = rows[rows["is_outside"]]
    late = index[0] + 0.8 * (index[-1] - index[0])
    before = index[0] - CROWDED
    step = 0
    for day, (_, row) in zip(pd.DatetimeIndex(out.index), out.iterrows(), strict=True):
        is_crowded = day - before < CROWDED and row["distance"] < 0
        step = (step + 1) % 3 if is_crowded else 0
        _label(ax, size, day, row, is_late=day > late, down=14 * step)
        before = day


def _label(
    ax: Axes, size: Size, day: pd.Timestamp, row: pd.Series, is_late: bool, down: float
) -> None:
    is_high = row["distance"] > 0
    side = "right" if is_late else "left" if is_high else "center"
    shift = {"left": 7, "center": 0, "right": -7 if is_high else 6}[side]
    ax.annotate(
        _text(size, day, row),
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


def _text(size: Size, day: pd.Timestamp, row: pd.Series) -> str:
    short = words.short_day(day)
    if not size.is_wide:
        return short
    tickets = words.count(row["value"])
    if not row["name"]:
        return f"{short}: {tickets}"
    if row["distance"] > 0:
        return f"{short}, {row['name']}: {tickets}"
    return f"{short}: {tickets}\n{row['name']}"


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
