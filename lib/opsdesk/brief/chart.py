"""A chart of the report: title, finding and drawing, or why there is nothing to draw."""

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.figure import Figure

from opsdesk.brief.chart_size import NARROW, WIDE, Size
from opsdesk.brief.facts import Facts
from opsdesk.brief.line_charts import Marks
from opsdesk.brief.themed_svg import inline
from opsdesk.trends.normal_range import Range

Draw = Callable[[Size], Figure]


class Chart(NamedTuple):
    """A chart for the page: `svg` is drawn wide and narrow; "" where `says` is why it is not."""

    name: str
    title: str
    says: str
    svg: Markup


def chart_or_why(name: str, title: str, why: str, says: Callable[[], str], draw: Draw) -> Chart:
    """Return the chart, or why there is nothing to draw."""
    return not_drawn(name, title, why) if why else drawn(name, title, says(), draw)


def not_drawn(name: str, title: str, why: str) -> Chart:
    """Return a chart without a drawing."""
    return Chart(name, title, why, Markup(""))


def drawn(name: str, title: str, says: str, draw: Draw) -> Chart:
    """Return a chart drawn twice; the page shows the one that fits."""
    drawings = (
        inline(draw(size), f"{name}-{size.name}", title, says, f"chart {size.name}")
        for size in (WIDE, NARROW)
    )
    return Chart(name, title, says, Markup("").join(drawings))


def marks_of_days(facts: Facts, indicator: str = "") -> Marks:
    """Return what is behind lines of stocks: the burn-in, and the target of the whole desk."""
    return Marks(facts.days["burn_in_until"].iloc[0], _target(facts, indicator))


def marks_of_weeks(facts: Facts, indicator: str = "", normal: Range | None = None) -> Marks:
    """Return what is behind lines of flows, rates and times: target and normal range."""
    return Marks(None, _target(facts, indicator), normal)


def _target(facts: Facts, indicator: str) -> float | None:
    goal = facts.desk_target(indicator)
    return goal.target.value if goal else None
