"""Signals: the days outside their limits, by the published table signal_daily, with their names.

The table compares a day with the 56 days before it. Where a new baseline starts, the 56 days from
it on are not judged here, since they would be compared with the time before it; the table has them
all the same.
"""

import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.explain import BASELINE_DAYS
from opsdesk.trends.questions import ask
from opsdesk.trends.spans import Span
from opsdesk.warehouse.open import Warehouse

ALL = "all"  # the dimension of the whole desk
CLEARLY = 1.5  # limits: of many segments, some are just outside by chance
SHIFT = "shift"
ROW = 8  # days on one side of what was expected that make a shift
FLOWS = {"created": "inflow", "resolved": "outflow"}
NEVER = pd.Timestamp("NaT")


def read_signals(
    warehouse: Warehouse, coverage: Coverage, names: DayNames, span: Span | None = None
) -> pd.DataFrame:
    """Return the signals of a span, or of all days: one row per day, indicator and segment.

    Columns: ops_date, indicator, dimension, segment, value, expected, lower, upper (tickets),
    excess (limits), signal, name. Of the whole desk every signal is there, of segments those of
    1.5 limits or more. A segment that has all tickets of the desk is left out.
    """
    first, last = span or _all_days(coverage)
    rows = ask(warehouse, "signals", first_day=first, last_day=last, least=CLEARLY)
    rows["ops_date"] = pd.to_datetime(rows["ops_date"])
    rows = _without_unknown(rows, coverage)
    rows = rows[~_is_too_new(rows, names)]
    return _named(_without_copies(rows), names)


def read_signal_days(
    warehouse: Warehouse, coverage: Coverage, names: DayNames, span: Span | None = None
) -> pd.DataFrame:
    """Return one row per day and indicator of the whole desk, signal or not.

    Columns: ops_date, indicator, value, expected, lower, upper (tickets), signal, name, and
    `distance`: how far the day is from what was expected, in limits, below 0 for less; NaN where
    no limit is known. `is_judged` says whether a day is compared at all, `is_signal` whether it is
    a signal then. `in_a_row` is for how many days up to this one it has been on one side of what
    was expected. `baseline` is the newest start of a baseline. The marks are those of `series`.
    """
    days = ask(warehouse, "signal_days")
    days["ops_date"] = pd.to_datetime(days["ops_date"])
    days = _without_unknown(days, coverage)
    days["baseline"] = pd.to_datetime(pd.Series(map(names.baseline, days["ops_date"]), days.index))
    is_new = _is_too_new(days.assign(signal=None), names)
    days["is_judged"] = days["lower"].notna() & ~is_new
    days["is_signal"] = days["signal"].notna() & days["lower"].notna() & ~_is_too_new(days, names)
    days["distance"] = _distance(days)
    days["in_a_row"] = _in_a_row(days, is_new)
    days = _named(days.drop(columns="excess"), names).assign(
        burn_in_until=coverage.burn_in_until if coverage.closed_from is None else NEVER,
        intake_until=coverage.intake_until or NEVER,
        is_partial=False,
        as_of=coverage.as_of,
    )
    return days if span is None else within(days, span)


def within(days: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Return the rows of a span."""
    is_inside = days["ops_date"].between(pd.Timestamp(span.first), pd.Timestamp(span.last))
    return days[is_inside].reset_index(drop=True)


def limits_of_flows(days: pd.DataFrame) -> pd.DataFrame:
    """Return one row per day of `read_signal_days` with the limits of both flows, in tickets.

    Columns: ops_date, and of inflow and of outflow: itself and with _expected, _lower and _upper;
    NaN where a day is not judged.
    """
    frames = []
    for indicator, flow in FLOWS.items():
        chosen = days[days["indicator"] == indicator].set_index("ops_date")
        figures = chosen[["expected", "lower", "upper"]].where(chosen["is_judged"])
        frames.append(chosen[["value"]].join(figures).add_prefix(f"{flow}_"))
    wide = pd.concat(frames, axis="columns", sort=True)
    return wide.rename(columns={f"{flow}_value": flow for flow in FLOWS.values()}).reset_index()


def _all_days(coverage: Coverage) -> Span:
    return Span(coverage.first_day.date(), coverage.last_day.date())


def _without_unknown(rows: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the rows of what the export has: nothing is opened after the end of its intake."""
    if coverage.intake_until is not None:
        rows = rows[rows["ops_date"] <= coverage.intake_until]
    if coverage.closed_from is not None:
        rows = rows[(rows["indicator"] != "created") & (rows["ops_date"] >= coverage.closed_from)]
    return rows.reset_index(drop=True)


def _is_too_new(rows: pd.DataFrame, names: DayNames) -> pd.Series:
    """Return which rows are compared with days before a new baseline; a shift is of eight days."""
    starts = pd.to_datetime(pd.Series(map(names.baseline, rows["ops_date"]), rows.index))
    behind = BASELINE_DAYS * DAY + (ROW - 1) * DAY * (rows["signal"] == SHIFT).astype("int64")
    return (rows["ops_date"] - starts < behind).astype("bool")


def _without_copies(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without those of a segment that has the same tickets as the whole desk."""
    same = ["ops_date", "indicator", "value", "expected"]
    of_desk = pd.MultiIndex.from_frame(rows.loc[rows["dimension"] == ALL, same])
    is_copy = pd.MultiIndex.from_frame(rows[same]).isin(of_desk) & (rows["dimension"] != ALL)
    return rows[~is_copy].reset_index(drop=True)


def _named(rows: pd.DataFrame, names: DayNames) -> pd.DataFrame:
    of_days = [names.name(day) for day in rows["ops_date"]]
    return rows.assign(name=pd.Series(of_days, rows.index, dtype="object"))


def _side(days: pd.DataFrame) -> pd.Series:
    """Return 1 above what was expected, -1 below it, 0 on it or where nothing is expected."""
    above = (days["value"] > days["expected"]).astype("int64")
    return above - (days["value"] < days["expected"]).astype("int64")


def _distance(days: pd.DataFrame) -> pd.Series:
    """Return excess with the sign of its side.

    Where all days before were as expected, excess is not known: another day is clearly outside.
    """
    clearly = days["signal"].notna().astype("float64") * CLEARLY
    excess = days["excess"].astype("float64").fillna(clearly)
    return excess.where(days["lower"].notna()) * _side(days)


def _in_a_row(days: pd.DataFrame, is_new: pd.Series) -> pd.Series:
    """Return for how many days a flow has been on one side, 0 where it is on none."""
    side = _side(days).mask(is_new, 0)
    indicator = days["indicator"]
    begins = side != side.groupby(indicator).shift()
    run = begins.groupby(indicator).cumsum()
    lengths = side.groupby([indicator, run]).cumcount() + 1
    return lengths.where(side != 0, 0).astype("int64")
