"""Change explained: which segments moved the backlog, and why a rate differs between two spans.

Everything is made of segment_daily, so its cost does not depend on the number of tickets.
"""

from datetime import date
from difflib import get_close_matches

import numpy as np
import pandas as pd

from opsdesk.errors import OpsdeskError
from opsdesk.trends.coverage import DAY, Coverage
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.questions import ask
from opsdesk.trends.spans import Span
from opsdesk.warehouse.open import Warehouse

BASELINE_DAYS = 56  # eight weeks
ENOUGH_WEEKS = 4
FLOWS = ["inflow", "outflow"]
MOVES = ["moved_in", "moved_out"]
COUNTS = ["inflow", "outflow", "sla_due_tickets", "sla_due_missed", "met", "breached"]
COLUMNS = [
    "segment",
    "opening",
    "inflow",
    "outflow",
    "moved_in",
    "moved_out",
    "closing",
    "change",
    "usual_inflow",
    "usual_outflow",
]


def read_segment_days(
    warehouse: Warehouse, by: str, first_day: date, last_day: date
) -> pd.DataFrame:
    """Return the rows of segment_daily of one dimension, from eight weeks before `first_day` on.

    Raises:
        OpsdeskError: there is no such dimension; the text suggests a near name.
    """
    since = (pd.Timestamp(first_day) - BASELINE_DAYS * DAY).date()
    rows = ask(warehouse, "segment_days", dimension=by, first_day=since, last_day=last_day)
    if rows.empty:
        check_dimension(by, list(ask(warehouse, "dimensions")["dimension"]))
    return rows.assign(ops_date=pd.to_datetime(rows["ops_date"]))


def counted_from(coverage: Coverage, names: DayNames, last_day: date) -> date:
    """Return the first day that can count as usual for a span that ends with `last_day`.

    It is the day after the burn-in, or the start of a newer baseline. Where that is within the
    span, nothing is usual yet.
    """
    first = (coverage.burn_in_until + DAY).date()
    return max(first, names.baseline(last_day) or first)


def explain(
    segment_days: pd.DataFrame, first_day: date, last_day: date, baseline_from: date | None = None
) -> pd.DataFrame:
    """Return one row per segment: opening, flows, moves, closing, change, and usual flows.

    change = inflow - outflow + moved_in - moved_out = closing - opening. The changes add up to that
    of the backlog, to the last ticket. Inflow counts creations and reopenings. An open ticket moves
    when its priority or team changes: moved_in and moved_out are 0 without a log of changes, and
    their sums are equal. Usual is, for each day of the span, the mean of the same weekday in the
    eight weeks before the span, of at least four, else NaN. The largest growth comes first.

    Args:
        segment_days: the result of `read_segment_days`.
        first_day: the first day of the span.
        last_day: the last day of the span.
        baseline_from: days before it (the burn-in) are left out of what is usual.
    """
    days = segment_days[segment_days["ops_date"] <= pd.Timestamp(last_day)]
    first = pd.Timestamp(first_day)
    span = pd.date_range(first, last_day)
    stock = _wide(days, "backlog_size", span.union([first - DAY]))
    frame = pd.DataFrame({"opening": stock.iloc[0], "closing": stock.iloc[-1]})
    baseline = _baseline(days, first, baseline_from)
    for flow in FLOWS:
        frame[flow] = _wide(days, flow, span).sum()
        frame[f"usual_{flow}"] = _usual(_wide(days, flow, baseline), span)
    for move in MOVES:
        frame[move] = _wide(days, move, span).sum()
    frame["change"] = frame["closing"] - frame["opening"]
    frame = frame.rename_axis("segment").reset_index()
    ranked = frame.sort_values(["change", "segment"], ascending=[False, True], ignore_index=True)
    return ranked[COLUMNS]


def compare(segment_days: pd.DataFrame, before: Span, now: Span) -> pd.DataFrame:
    """Return one row per segment with the sums of two spans, and the effects on their rates.

    Inflow counts creations and reopenings. What moved between segments is in neither flow.
    Attainment and breach rate each have a rate effect and a mix effect; the sums of both columns
    are the difference of the overall rates.

    Args:
        segment_days: the result of `read_segment_days`, with the days of both spans.
        before: the span to compare with.
        now: the span that is explained.
    """
    sums = {"before": _sums(segment_days, before), "now": _sums(segment_days, now)}
    both = pd.concat(sums, axis="columns").fillna(0)
    parts = [_pair(both, "inflow", "inflow"), _pair(both, "outflow", "outflow")]
    parts += [_pair(both, "sla_due_tickets", "due"), _pair(both, "sla_due_missed", "missed")]
    due = _effects(both, "sla_due_tickets", "sla_due_missed", "attainment")
    judged = {(when, "judged"): both[when]["met"] + both[when]["breached"] for when in sums}
    both = both.join(pd.DataFrame(judged))
    parts += [due, _effects(both, "judged", "breached", "breach_rate")]
    frame = pd.concat(parts, axis="columns").rename_axis("segment").reset_index()
    return frame.rename_axis(columns=f"{now} after {before}")


def rate_and_mix(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the rate effect and the mix effect of each segment on an overall rate.

    With w a segment's share of the tickets, r its rate and R the overall one, the rate effect is
    (w0 + w1) / 2 x (r1 - r0), the mix effect ((r0 + r1) / 2 - (R0 + R1) / 2) x (w1 - w0). All of
    them add up to R1 - R0 (Kitagawa 1955). A segment that is absent from one span takes the rate
    of the other. NaN where a span has no ticket at all.

    Args:
        before: tickets and hits, one row per segment.
        now: the same, of the same segments.
    """
    shares = [_divided(span["tickets"], span["tickets"].sum()) for span in (before, now)]
    rates = [_divided(span["hits"], span["tickets"]) for span in (before, now)]
    overall = [_rate(span) for span in (before, now)]
    r0 = rates[0].fillna(rates[1]).fillna(0)
    r1 = rates[1].fillna(rates[0]).fillna(0)
    moved = shares[1] - shares[0]
    return pd.DataFrame(
        {
            "rate_effect": (shares[0] + shares[1]) / 2 * (r1 - r0),
            "mix_effect": ((r0 + r1) / 2 - (overall[0] + overall[1]) / 2) * moved,
        }
    )


def _wide(days: pd.DataFrame, column: str, index: pd.DatetimeIndex) -> pd.DataFrame:
    """Return one column per segment; a segment has none before its first ticket."""
    wide = days.pivot(index="ops_date", columns="segment", values=column)
    return wide.reindex(index).fillna(0).astype("int64")


def _baseline(
    days: pd.DataFrame, first: pd.Timestamp, baseline_from: date | None
) -> pd.DatetimeIndex:
    """Return the days of the eight weeks before the span that can be compared with."""
    starts = [first - BASELINE_DAYS * DAY, days["ops_date"].min()]
    if baseline_from is not None:
        starts.append(pd.Timestamp(baseline_from))
    return pd.date_range(max(starts), first - DAY)


def _usual(before: pd.DataFrame, span: pd.DatetimeIndex) -> pd.Series:
    weekday = pd.DatetimeIndex(before.index).day_of_week
    by_weekday = before.groupby(weekday)
    enough = by_weekday.size() >= ENOUGH_WEEKS
    usual = by_weekday.mean()[enough].reindex(span.day_of_week)
    return usual.sum(skipna=False)


def _sums(days: pd.DataFrame, span: Span) -> pd.DataFrame:
    within = days["ops_date"].between(pd.Timestamp(span.first), pd.Timestamp(span.last))
    return days[within].groupby("segment")[COUNTS].sum()


def _pair(both: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    pair = {f"{name}_before": both["before"][column], name: both["now"][column]}
    return pd.DataFrame(pair).astype("int64")


def _effects(both: pd.DataFrame, tickets: str, hits: str, name: str) -> pd.DataFrame:
    """Return a rate of both spans and its effects; attainment is the share that is not missed."""
    spans = []
    for when in ("before", "now"):
        total, counted = both[when][tickets], both[when][hits]
        kept = total - counted if name == "attainment" else counted
        spans.append(pd.DataFrame({"tickets": total, "hits": kept}))
    rates = [_divided(span["hits"], span["tickets"]) for span in spans]
    effects = rate_and_mix(*spans).add_prefix(f"{name}_")
    return pd.DataFrame({f"{name}_before": rates[0], name: rates[1]}).join(effects)


def _divided(counts: pd.Series, by: pd.Series | float) -> pd.Series:
    """Return shares, NaN where there is nothing to divide by."""
    return counts / pd.Series(by, counts.index).astype("float64").replace(0, np.nan)


def _rate(span: pd.DataFrame) -> float:
    tickets = span["tickets"].sum()
    return span["hits"].sum() / tickets if tickets else np.nan


def check_dimension(by: str, dimensions: list[str]) -> None:
    """Raise an OpsdeskError with the near names where `by` is not one of the dimensions."""
    if by in dimensions:
        return
    folded = {name.casefold(): name for name in dimensions}
    close = get_close_matches(str(by).casefold(), folded, 1)
    hint = f"did you mean {folded[close[0]]!r}? " if close else ""
    there = ", ".join(dimensions)
    raise OpsdeskError(f"There is no dimension {by!r}: {hint}There are {there}.")
