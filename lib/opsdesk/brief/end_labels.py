"""Names at the right ends of lines, in the place of a legend."""

from typing import NamedTuple

from matplotlib.axes import Axes

from opsdesk.brief.chart_size import Size

LINE = 1.2  # of the size of the letters


class End(NamedTuple):
    """Where a line ends, what to write there, and its colour."""

    y: float
    text: str
    colour: str


def label_ends(ax: Axes, size: Size, ends: list[End]) -> None:
    """Write each text next to its end, moved apart until none covers another."""
    height = ax.get_window_extent().height  # pixels: the figures have one per point
    ordered = sorted(ends, key=lambda end: end.y)
    rows = 1 + max((end.text.count("\n") for end in ordered), default=0)
    least = size.font * LINE * rows + 2
    places = spread([_pixels(ax, end.y, height) for end in ordered], least, height)
    for place, end in zip(places, ordered, strict=True):
        ax.annotate(
            end.text,
            (1, place / height),
            xycoords="axes fraction",
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontsize=size.font - 0.5,
            color=end.colour,
            linespacing=1.15,
            annotation_clip=False,
        )


def spread(places: list[float], least: float, height: float) -> list[float]:
    """Return ascending places at least `least` apart, the last one at most `height`."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + least) if apart else place)
    if apart and apart[-1] > height:  # it comes down, and pushes those below it
        apart[-1] = height
        for later in range(len(apart) - 2, -1, -1):
            apart[later] = min(apart[later], apart[later + 1] - least)
    return apart


def _pixels(ax: Axes, y: float, height: float) -> float:
    in_axes = ax.transAxes.inverted().transform(ax.transData.transform((0, y)))
    return float(in_axes[1]) * height
