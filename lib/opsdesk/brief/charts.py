"""The charts of the report in the order in which they are read, and the chart of signals."""

from opsdesk.brief.chart import Chart, drawn, not_drawn
from opsdesk.brief.day_charts import read_day_charts
from opsdesk.brief.facts import Facts
from opsdesk.brief.signal_chart import signals
from opsdesk.brief.week_charts import read_week_charts
from opsdesk.trends.signals import SHIFT

FEWEST_DAYS = 7  # on the chart of signals
ORDER = ("backlog", "flow", "attainment", "past_due", "times", "age", "breaches", "responses")


def read_charts(facts: Facts) -> list[Chart]:
    """Return the charts of the trends in the order in which they are read."""
    charts = {chart.name: chart for chart in (*read_day_charts(facts), *read_week_charts(facts))}
    return [charts[name] for name in ORDER]


def signal_chart(facts: Facts) -> Chart:
    """Return the chart of signals."""
    title = "Signal or noise"
    distances = facts.signal_days
    known = distances[distances["distance"].notna()]
    # A shift is a row of days inside the band: a sentence says it, no single point does.
    known = known.assign(is_outside=known["is_signal"] & (known["signal"] != SHIFT))
    if known["ops_date"].nunique() < FEWEST_DAYS:
        why = "Limits need four weeks of days to compare with, and a month of their ups and downs."
        return not_drawn("signals", title, why)
    outside = int(known["is_outside"].sum())
    says = f"{outside:,} {'point is' if outside == 1 else 'points are'} outside the limits."
    return drawn("signals", title, says, lambda size: signals(known, size))
