"""Small pictures in the rows of a table: sparklines, the steps of a waterfall, shares of a bar."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

WIDTH = 96  # units of a sparkline
HEIGHT = 28
EDGE = 3


@dataclass(frozen=True)
class Spark:
    """What a sparkline shows: the values, the oldest first, NaN where one is not known.

    The first `faded` values are of the burn-in; `normal` is the range of a normal week.
    """

    values: pd.Series
    target: float | None = None
    is_missed: bool = False
    faded: int = 0
    normal: tuple[float, float] | None = None


def sparkline(spark: Spark) -> Markup:
    """Return the values as a line in the height of a word; nothing for fewer than two."""
    known = spark.values.dropna()
    if len(known) < 2:
        return Markup("")
    shown = [*known, *([] if spark.target is None else [spark.target])]
    y = _scale(min(shown), max(shown))
    parts = [
        _band(spark.normal, y),
        "" if spark.target is None else f'<path class="aim" d="M0 {y(spark.target)}H{WIDTH}"/>',
        *_paths(spark, y),
        _dot(spark, y),
    ]
    box = f"0 0 {WIDTH} {HEIGHT}"
    return Markup(f'<svg class="spark" viewBox="{box}" aria-hidden="true">{"".join(parts)}</svg>')


def _scale(low: float, high: float) -> Callable[[float], float]:
    span = (high - low) or 1
    room = HEIGHT - 2 * EDGE

    def y(value: float) -> float:
        inside = min(max(value, low), high)
        return round(EDGE + room * (high - inside) / span, 1)

    return y


def _x(spark: Spark, place: int) -> float:
    return round(2 + (WIDTH - 6) * place / (len(spark.values) - 1), 1)


def _band(normal: tuple[float, float] | None, y: Callable[[float], float]) -> str:
    if normal is None:
        return ""
    top = y(normal[1])
    height = max(1, y(normal[0]) - top)
    return f'<rect class="band" x="0" width="{WIDTH}" y="{top}" height="{height:.1f}"/>'


def _paths(spark: Spark, y: Callable[[float], float]) -> Iterator[str]:
    """Return the lines, interrupted where a value is not known; those of the burn-in faded."""
    runs: dict[str, list[str]] = {"old": [], "run": []}
    for place, value in enumerate(spark.values):
        point = "" if pd.isna(value) else f"{_x(spark, place)} {y(value)}"
        if place <= spark.faded and spark.faded:
            runs["old"].append(point)
        if place >= spark.faded:
            runs["run"].append(point)
    for name, points in runs.items():
        for part in " ".join((point and f"L{point}") or "|" for point in points).split("|"):
            if part.count("L") > 1:
                yield f'<path class="{name}" d="M{part.strip()[1:]}"/>'


def _dot(spark: Spark, y: Callable[[float], float]) -> str:
    last = spark.values.iloc[-1]
    if pd.isna(last):
        return ""
    name = "bad" if spark.is_missed else "dot"
    return f'<circle class="{name}" cx="{_x(spark, len(spark.values) - 1)}" cy="{y(last)}" r="3"/>'


def step_bar(scale: Callable[[float], float], start: float, end: float) -> Markup:
    """Return a step of a waterfall: a bar from start to end, with thin lines to its neighbours."""
    first = scale(start)
    last = scale(end)
    kind = "up" if end > start else "down" if end < start else "level"
    width = max(abs(last - first), 0.5)
    bar = f'<rect class="{kind}" x="{min(first, last):.2f}" width="{width:.2f}" y="5" height="14"/>'
    links = f'<path class="link" d="M{first:.2f} 0V5M{last:.2f} 19V24"/>'
    return _step(scale, links + bar)


def end_bar(scale: Callable[[float], float], at: float) -> Markup:
    """Return an end of a waterfall: a tick, because a bar would have to begin at 0."""
    tick = f'<rect class="end" x="{scale(at):.2f}" width="0.50" y="5" height="14"/>'
    return _step(scale, tick)


def _step(scale: Callable[[float], float], drawn: str) -> Markup:
    zero = f'<path class="zero" d="M{scale(0):.2f} 0V24"/>'
    return Markup(
        '<svg class="step" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">'
        f"{zero}{drawn}</svg>"
    )


def share_bar(part: float, whole: float, most: float) -> Markup:
    """Return a bar of length `whole` of `most`, its first `part` in another tone."""
    longest = most or 1
    return Markup(
        '<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rest" width="{whole / longest * 100:.2f}" height="10"/>'
        f'<rect class="part" width="{part / longest * 100:.2f}" height="10"/></svg>'
    )
