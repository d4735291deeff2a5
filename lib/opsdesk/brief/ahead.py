"""What is ahead, for the report: sentences and a chart; nothing where nothing was estimated."""

from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from opsdesk.brief.chart import Chart, drawn
from opsdesk.brief.chart_parts import add_grid, finish
from opsdesk.brief.chart_size import Size
from opsdesk.brief.end_labels import End, label_ends
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import DASHED, DOTTED
from opsdesk.brief.themed_svg import COLOURS, styled
from opsdesk.foresight.published import Foresight
from opsdesk.foresight.tables import past_days
from opsdesk.foresight.words import (
    about_backlog,
    about_breach,
    about_reaching,
    about_target,
    backlog_record,
)
from opsdesk.trends import number_words as words

BANDS = ((95, 0.16), (80, 0.3))  # percent, and how dark


class Ahead(NamedTuple):
    """The part of the report on what is ahead."""

    breach: str
    backlog: str
    answers: list[str]
    charts: list[Chart]


def read_ahead(facts: Facts) -> Ahead | None:
    """Return what the estimates of this publication say, None where there are none of it."""
    foresight = facts.foresight
    if foresight is None:
        return None
    breach = about_breach(foresight)
    backlog = about_backlog(foresight)
    return Ahead(
        breach,
        "" if backlog == breach else backlog,  # one sentence where nothing at all is estimated
        _answers(facts, foresight),
        [_chart(facts, foresight)] if foresight.shows_backlog else [],
    )


def _answers(facts: Facts, foresight: Foresight) -> list[str]:
    goal = facts.desk_target("backlog_size")
    if goal is None or not foresight.shows_backlog:
        return []
    most = goal.target.value
    return [about_target(foresight, most), about_reaching(foresight, most)]


def _chart(facts: Facts, foresight: Foresight) -> Chart:
    past = past_days(facts.days, foresight).set_index("ops_date")
    ahead = foresight.forecast.set_index("ops_date")
    goal = facts.desk_target("backlog_size")
    target = goal.target.value if goal else None
    return drawn(
        "ahead",
        "Open tickets, and the 28 days ahead",
        backlog_record(foresight),
        lambda size: _forecast(past, ahead, target, size),
    )


@styled
def _forecast(past: pd.DataFrame, ahead: pd.DataFrame, target: float | None, size: Size) -> Figure:
    """Draw the last days, the forecast as a dashed line, and both bands."""
    figure, (ax,) = size.figure(240)
    days = pd.concat([past.tail(1), ahead])
    for level, shade in BANDS:
        known = days.dropna(subset=[f"lo{level}"])
        ends = (known[f"lo{level}"], known[f"hi{level}"])
        ax.fill_between(known.index, *ends, color=COLOURS["out"], alpha=shade, linewidth=0)
    ax.plot(past.index, past["backlog_size"], color=COLOURS["ink"], linewidth=2)
    ax.plot(days.index, days["backlog_size"], color=COLOURS["out"], linewidth=2, linestyle=DASHED)
    last = ahead.iloc[-1]
    labels = [
        End(last[column], f"{name}{size.between}{words.count(last[column])}", COLOURS[colour])
        for column, name, colour in (
            ("hi80", "80% up to", "soft"),
            ("backlog_size", "forecast", "out"),
            ("lo80", "from", "soft"),
        )
    ]
    if target is not None:
        ax.axhline(target, color=COLOURS["ink"], linewidth=1, linestyle=DOTTED)
        labels.append(End(target, f"target{size.between}{words.count(target)}", COLOURS["soft"]))
    finish(ax, size, pd.DatetimeIndex(past.index.append(ahead.index)))
    add_grid(ax, is_whole=True)
    ax.yaxis.set_major_formatter(lambda value, _: words.count(value))
    label_ends(ax, size, labels)
    return figure
