"""Labels of points in a chart over time, placed where none covers another label or a point."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes

SIZE = 9  # points, as all lengths here
LINE = 11.5  # from one line of labels to the next
LETTER = 0.54 * SIZE  # the mean width of one
GAP = 4  # between a point and its label
HALF_POINT = 4
LINES = 4  # that a label may be away from its point


class Label(NamedTuple):
    """A text at a day and a height of the axes; below 0 it goes below its point."""

    day: pd.Timestamp
    y: float
    text: str


class _Box(NamedTuple):
    """The place of a label or a point, in points from the lower left corner of the axes."""

    left: float
    right: float
    middle: float
    half: float

    def covers(self, other: "_Box") -> bool:
        is_apart = self.right < other.left or other.right < self.left
        return not is_apart and abs(self.middle - other.middle) < self.half + other.half

    def is_inside(self, width: float, height: float) -> bool:
        is_wide = self.left >= 0 and self.right <= width
        return is_wide and self.half <= self.middle <= height - self.half


class _Place(NamedTuple):
    """A box for a label, and whether a line must lead to it from its point."""

    box: _Box
    is_far: bool


def draw_labels(ax: Axes, labels: list[Label], width: float, height: float) -> None:
    """Write each label near its point, above a high one and below a low one, the first one first.

    The limits of both axes must be set. `width` and `height` are those of the axes in points. A
    label that finds no place is left out.
    """
    points = [_point(ax, label, width, height) for label in labels]
    taken = list(points)
    for label, point in zip(labels, points, strict=True):
        for place in _places(label, point):
            box = place.box
            if box.is_inside(width, height) and not any(map(box.covers, taken)):
                taken.append(box)
                _write(ax, label.text, box, width, height)
                if place.is_far:
                    _lead(ax, point, box, width, height)
                break


def _point(ax: Axes, label: Label, width: float, height: float) -> _Box:
    first, last = ax.get_xlim()
    low, high = ax.get_ylim()
    x = (float(dates.date2num(label.day)) - first) / (last - first) * width
    y = (label.y - low) / (high - low) * height
    return _Box(x - HALF_POINT, x + HALF_POINT, y, HALF_POINT)


def _places(label: Label, point: _Box) -> Iterator[_Place]:
    """Return where a label may be, the best place first: at its point, then farther out."""
    lines = label.text.split("\n")
    length = max(map(len, lines)) * LETTER
    half = len(lines) * LINE / 2 - 1
    outward = 1 if label.y > 0 else -1
    if outward > 0:
        left = point.right + GAP
        y = point.middle + half - LINE / 2  # the last line is at the height of the point
        yield _Place(_Box(left, left + length, y, half), is_far=False)
    middle = (point.left + point.right - length) / 2
    for line in range(LINES):
        y = point.middle + outward * (HALF_POINT + GAP / 2 + half + line * LINE)
        for left in (middle, point.left, point.right - length):
            yield _Place(_Box(left, left + length, y, half), is_far=line > 0)


def _write(ax: Axes, text: str, box: _Box, width: float, height: float) -> None:
    ax.text(
        (box.left + box.right) / 2 / width,
        box.middle / height,
        text,
        transform=ax.transAxes,
        horizontalalignment="center",
        verticalalignment="center",
        fontsize=SIZE,
        linespacing=1.05,
    )


def _lead(ax: Axes, point: _Box, box: _Box, width: float, height: float) -> None:
    """Draw a thin line from a point to the edge of its label."""
    outward = 1 if box.middle > point.middle else -1
    x = (point.left + point.right) / 2
    xs = [x / width, x / width]
    ys = [point.middle / height, (box.middle - outward * box.half) / height]
    ax.plot(xs, ys, transform=ax.transAxes, color="#999999", linewidth=0.6, zorder=1)
