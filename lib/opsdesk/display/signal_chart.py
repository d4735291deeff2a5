"""The chart of signals: how far each day is from what was expected, in limits.

Measured in limits, the band of noise is flat, and a day outside it is a signal.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec

from opsdesk.display.chart_marks import date_axis, finish, mark_coverage, nothing
from opsdesk.display.chart_style import BLUE, DARK_GREY, GREY, VERMILLION, styled
from opsdesk.display.side_labels import Label, draw_labels

PANELS = {"created": ("opened", VERMILLION), "resolved": ("resolved", BLUE)}
BAND = "#e2e8ee"
TITLE = "Signal or noise, day by day"
NOT_YET = "No day has limits yet: they take the tickets of eight weeks and two days."
MOST_LABELS = 8  # of a panel: more cannot be read, and years have many signals
LEAST_Y = 1.6  # limits up and down
SHIFT = "shift"
NEVER = pd.Timestamp("NaT")
SIZE = (7.2, 5.8)  # inches
WIDTH, HEIGHT = 405, 155  # points: about those of a panel
ROOM_ABOVE, ROOM_BELOW = 24, 56  # points, for labels


@styled
def signals(days: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the result of `read_signal_days`: two panels in the place of `ax`, which is the upper.

    A day in the band is noise, a diamond is a signal with date, tickets and name, a hollow one a
    shift. Days without a point are not judged: they follow a new baseline. Of many signals the
    farthest eight of each flow have a label, where there is room.
    """
    known = days[days["distance"].notna()]
    if known.empty:
        return nothing(ax, TITLE, NOT_YET)
    shown = days[days["ops_date"] >= known["ops_date"].min()]
    flows = {name: shown[shown["indicator"] == name] for name in PANELS}
    flows = {name: flow for name, flow in flows.items() if flow["distance"].notna().any()}
    panels = _panels(ax, len(flows))
    for panel, (name, flow) in zip(panels, flows.items(), strict=True):
        _draw(panel, flow, *PANELS[name])
    return _finish(panels)


def _panels(ax: Axes, count: int) -> list[Axes]:
    """Return axes one below the other, the first in the place of `ax`."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.set_size_inches(*SIZE)
    grid = GridSpec(count, 1, figure=figure)
    ax.set_subplotspec(grid[0])
    return [ax, *(figure.add_subplot(grid[place]) for place in range(1, count))]


def _draw(ax: Axes, flow: pd.DataFrame, word: str, colour: str) -> None:
    distance = flow["distance"]
    is_shift = flow["is_signal"] & (flow["signal"] == SHIFT)
    is_alone = flow["is_signal"] & ~is_shift
    ax.axhspan(-1, 1, color=BAND, linewidth=0, zorder=0, label="noise")
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.plot(flow["ops_date"], distance, color="#aaaaaa", linewidth=0.9, zorder=1)
    noise = flow["is_judged"] & ~flow["is_signal"]
    _points(ax, flow[noise], color=DARK_GREY, marker="o", markersize=2)
    hollow = {"markerfacecolor": "white", "label": "shift"}
    _points(ax, flow[is_shift], color=colour, marker="D", markersize=4, **hollow)
    _points(ax, flow[is_alone], color=colour, marker="D", markersize=6, label="signal")
    _mark_baselines(ax, flow)
    mark_coverage(ax, flow.assign(burn_in_until=NEVER), "ops_date")  # burn-in is of stocks
    date_axis(ax, flow, "ops_date")
    _set_height(ax, distance)
    ax.set_ylabel(word, color=colour, fontweight="bold")
    draw_labels(ax, _labels(flow[is_alone]), WIDTH, HEIGHT)


def _points(ax: Axes, flow: pd.DataFrame, **style: Any) -> None:
    if len(flow):  # an empty one would be in the legend
        ax.plot(flow["ops_date"], flow["distance"], linestyle="", zorder=3, **style)


def _mark_baselines(ax: Axes, flow: pd.DataFrame) -> None:
    """Draw a line where a new baseline starts; the 56 days after it have no points."""
    starts = flow["baseline"].dropna().unique()
    for number, start in enumerate(start for start in starts if start >= flow["ops_date"].iloc[0]):
        label = "new baseline" if not number else None
        ax.axvline(start, color="black", linewidth=1.2, linestyle="-.", label=label)


def _set_height(ax: Axes, distance: pd.Series) -> None:
    """Leave room for labels above and below, and name the limits at the left."""
    top = max(LEAST_Y, distance.max())
    bottom = min(-LEAST_Y, distance.min())
    scale = (top - bottom) / (HEIGHT - ROOM_ABOVE - ROOM_BELOW)
    ax.set_ylim(bottom - ROOM_BELOW * scale, top + ROOM_ABOVE * scale)
    ax.set_yticks([-1, 1], ["lower limit", "upper limit"])
    ax.grid(visible=False)


def _labels(flow: pd.DataFrame) -> list[Label]:
    """Return the labels of the farthest signals, the farthest first."""
    farthest = flow["distance"].abs().nlargest(MOST_LABELS).index
    return [
        Label(row["ops_date"], row["distance"], _text(row))
        for row in flow.loc[farthest].to_dict("records")
    ]


def _text(row: Mapping[Any, Any]) -> str:
    name = f"\n{row['name']}" if row["name"] else ""
    return f"{row['ops_date'].day} {row['ops_date']:%b}: {row['value']:,}{name}"


def _finish(panels: list[Axes]) -> Axes:
    """Set title and legend of the first panel, and the dates below the last."""
    first, last = panels[0], panels[-1]
    if first is not last:
        last.set_title("", loc="right")
        first.tick_params(labelbottom=False)
        first.xaxis.get_offset_text().set_visible(False)
    finish(first, TITLE, "", first.get_ylabel(), columns=4)
    last.set_xlabel("day", loc="left")
    return first
