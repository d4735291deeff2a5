"""The segments of each dimension at as_of: priority, category, channel, tier, team, attributes."""

import numpy as np
import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.questions import ask
from opsdesk.trends.sentences import about_backlog, about_flow, about_promises
from opsdesk.warehouse.open import Warehouse

PERIOD_DAYS = 28  # of flows and deadlines: four whole weeks, so that no weekday counts more often
OURS = ("category", "channel", "customer_tier", "priority", "team")  # the others are attributes
DIMENSIONS_SHOWN = 8
SEGMENTS_SHOWN = 6
REST = r"\(\d+ others\)"  # the name of the row that sums up
SEGMENTS_OF_MANY = 4  # of each dimension, where there are more than our five


def read_segments(
    warehouse: Warehouse, coverage: Coverage, shown: int | None = None
) -> pd.DataFrame:
    """Return the segments with the largest backlog of each dimension; one row sums up the others.

    A dimension in which every ticket is in the same segment says nothing and is left out. Of the
    attributes, the first in the order of the alphabet are shown; `left_out` names the rest.
    `shown` is the number of segments of a dimension: fewer where there are many dimensions.

    Flows and deadlines are those of the last 28 days, or of all days where there are fewer; NaN
    where the export cannot know them.
    """
    before = coverage.last_day - PERIOD_DAYS * DAY
    segments = ask(
        warehouse,
        "segments",
        last_day=coverage.last_day.date(),
        before=before.date(),
    )
    dimensions = _dimensions(segments)
    chosen = dimensions[:DIMENSIONS_SHOWN]
    if shown is None:
        shown = SEGMENTS_SHOWN if len(chosen) <= len(OURS) else SEGMENTS_OF_MANY
    tops = [segments.head(0)]  # the columns, where no dimension is left
    for dimension in chosen:
        rows = segments[segments["dimension"] == dimension]
        tops.append(_top(rows, shown))
    top = pd.concat(tops, ignore_index=True)
    due = top.pop("sla_due_tickets")
    missed = top.pop("sla_due_missed")
    top = top.assign(
        attainment=1 - missed / due,
        as_of=coverage.as_of,
        why_no_backlog=about_backlog(coverage),
        left_out=", ".join(dimensions[DIMENSIONS_SHOWN:]),
    )
    return top.assign(**dict.fromkeys(_unknown(coverage), np.nan))


def without_rest(segments: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are one segment each, without those that sum up the others."""
    return segments[~segments["segment"].str.fullmatch(REST)]


def _dimensions(segments: pd.DataFrame) -> list[str]:
    """Return the dimensions of more than one segment: ours, then the attributes, each in order."""
    sizes = segments.groupby("dimension").size()
    several = sizes[sizes > 1].index
    return sorted(several, key=lambda name: (name not in OURS, name))


def _unknown(coverage: Coverage) -> set[str]:
    """Return the columns of segments that the export cannot know."""
    unknown = set()
    if about_promises(coverage):
        unknown |= {"past_due", "attainment"}
    if about_flow(coverage):
        unknown |= {"opened", "attainment"}
    if about_backlog(coverage):
        unknown |= {"open_tickets", "past_due"}
    if coverage.intake_until is not None:
        unknown.add("resolved")
    return unknown


def _top(segments: pd.DataFrame, shown: int) -> pd.DataFrame:
    """Return the first rows of one dimension, and one row for the sum of the rest."""
    rest = segments.iloc[shown:]
    if len(rest) < 2:  # one other segment is itself a row
        return segments
    others = {
        "dimension": rest["dimension"].iloc[0],
        "segment": f"({len(rest)} others)",
        **rest.select_dtypes("number").sum(),
    }
    parts = [segments.head(shown), pd.DataFrame([others])]
    return pd.concat(parts, ignore_index=True)
