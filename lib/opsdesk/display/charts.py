"""The charts over time by their names, each as a picture or as the sentence in its place."""

from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from textwrap import shorten
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from opsdesk.display import time_charts
from opsdesk.display.chart_style import GREY, Picture, new_axes, picture
from opsdesk.display.sentence import Sentence, literally
from opsdesk.errors import OpsdeskError

Shown = Picture | Sentence
LENGTH = 90  # characters of the line over a chart that says of which tickets it is


class Chart(NamedTuple):
    """How a chart is drawn, and whether from the frame of weeks or from that of days."""

    draw: Callable[[pd.DataFrame, Axes], Axes]
    is_weekly: bool


CHARTS = {
    "backlog": Chart(time_charts.backlog, is_weekly=False),
    "flow": Chart(time_charts.flow, is_weekly=True),
    "age": Chart(time_charts.age, is_weekly=False),
    "attainment": Chart(time_charts.attainment, is_weekly=True),
    "past_due": Chart(time_charts.past_due, is_weekly=False),
    "breach_rate": Chart(time_charts.breach_rate, is_weekly=True),
    "resolution_time": Chart(time_charts.resolution_time, is_weekly=True),
    "first_response": Chart(time_charts.first_response, is_weekly=True),
}


def chart_named(name: str) -> Chart:
    """Return a chart by its name.

    Raises:
        OpsdeskError: there is no such chart; the text has the nearest name, or all.
    """
    if name not in CHARTS:
        near = get_close_matches(str(name).casefold(), CHARTS, 1)
        remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(CHARTS)}."
        raise OpsdeskError(f"There is no chart {name!r}: {remedy}")
    return CHARTS[name]


def draw(chart: Chart, frame: pd.DataFrame, about: str = "", why_not: str = "") -> Shown:
    """Return a chart as a picture, or the sentence that says why there is nothing to draw.

    `about` says of which tickets it is, "" for all; it is written over the chart. `why_not` is a
    sentence where the reader knows already that there is nothing to draw.
    """
    if why_not:
        return Sentence(literally(why_not))
    ax = chart.draw(frame, new_axes())
    if not about:
        return picture(ax)
    short = shorten(about, LENGTH, placeholder=" …")
    _write_over(ax, short)
    drawn = picture(ax)
    if isinstance(drawn, Sentence):
        return Sentence(f"{literally(short)}: {drawn}")
    return replace(drawn, alt=f"{drawn.alt}: {short}")


def _write_over(ax: Axes, about: str) -> None:
    figure = ax.get_figure(root=True)
    if figure is not None:
        figure.suptitle(about, x=0.01, ha="left", fontsize=11, color=GREY, parse_math=False)
