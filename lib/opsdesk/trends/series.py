"""The frames behind the charts over time: one row per day, and one row per week.

Every frame has its own marks, so that a chart needs nothing else: `burn_in_until` (the last day
on which the backlog is too small), `intake_until` (the day after which nothing is opened),
`is_partial` (the day is not over), `as_of` (wall time), and why a figure is not known (`why_...`,
"" where it is). `is_..._few` marks the weeks whose rate is of fewer than five tickets.

Weeks are counted back from the last day that is over, so that the last point of a chart is the
figure of today. Only whole weeks are shown: half a week is not a trend. The rates of a week are its
sums divided, and its percentiles are those of its tickets. They are never means of daily figures.
"""

import numpy as np
import pandas as pd

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.trends.coverage import DAY, Coverage, last_whole_day
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK, read_due_soon
from opsdesk.trends.questions import ask
from opsdesk.trends.selection import EVERY_TICKET, Selection, ask_of
from opsdesk.trends.sentences import about_backlog, about_judged, about_promises, about_responses
from opsdesk.trends.total_age import total_age
from opsdesk.warehouse.open import Warehouse

STOCKS = [  # their value at the end of a week is that of its last day
    "backlog_size",
    *AGE_BANDS,
    "age_p50_days",
    "age_p90_days",
    "past_due",
    "total_age_days",
]
FLOWS = [  # their value of a week is the sum of its days
    "inflow",
    "outflow",
    "sla_due_tickets",
    "sla_due_missed",
]
RESPONSES = ["responses", "median_response_hours", "p90_response_hours"]
PROMISES = ["past_due", "sla_due_tickets", "sla_due_missed"]
NEVER = pd.Timestamp("NaT")
FEW = 5  # a rate of fewer tickets is chance


def read_days(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per day: backlog and its ages in days, flows, past due, and what fell due."""
    days = ask(warehouse, "days")
    return mark_days(days.assign(total_age_days=total_age(days)), coverage)


def mark_days(days: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return days with their marks, and NaN where the export cannot know a figure."""
    days = days.assign(ops_date=pd.to_datetime(days["ops_date"]))
    is_last = days["ops_date"] == coverage.last_day
    days["is_partial"] = is_last & coverage.is_last_day_partial
    return _marked(_without_unknown(days, coverage), coverage)


def read_weeks(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per whole week: stocks at its end, sums, rates, times in hours.

    The times are those to the resolution of what was resolved in the week, and those to the first
    response of what was answered in it. `due_24h` is what was open at the end of the week and due
    within the next 24 hours.

    The last week ends on the last whole day, and where intake ends, the weeks end too. A filter by
    closing date begins with whole weeks.
    """
    days = read_days(warehouse, coverage)
    weeks = make_weeks(days, warehouse, coverage, EVERY_TICKET)
    if about_promises(coverage):
        return weeks.assign(due_24h=np.nan)
    return weeks.assign(due_24h=read_due_soon(warehouse, coverage, weeks["week_ending"]))


def make_weeks(
    days: pd.DataFrame, warehouse: Warehouse, coverage: Coverage, selection: Selection
) -> pd.DataFrame:
    """Return the weeks of the selected tickets, whose days are `days`."""
    days_before = _days_before(coverage)
    since_start = (days["ops_date"] - coverage.first_day).dt.days + days_before
    weeks = _whole_weeks(days.assign(week=since_start // DAYS_OF_A_WEEK))
    for question in ("resolved_by_week", "responses_by_week"):
        figures = _by_week(ask_of(warehouse, selection, question, days_before=days_before))
        weeks = weeks.merge(figures, how="left", on="week")
    weeks = weeks.drop(columns="week")
    weeks = weeks.rename(columns={"ops_date": "week_ending"})
    weeks = _with_rates(_without_cut_off(weeks, coverage))
    return _marked(weeks, coverage)


def _days_before(coverage: Coverage) -> int:
    """Return how many days of its week are before the first day: weeks are counted from the end."""
    days = (last_whole_day(coverage) - coverage.first_day).days + 1
    return -days % DAYS_OF_A_WEEK


def _without_cut_off(weeks: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the weeks in which the export has what happened, with NaN for what it cannot judge."""
    if coverage.intake_until is not None:
        weeks = weeks[weeks["week_ending"] <= coverage.intake_until]
    if coverage.closed_from is not None:
        first_day = weeks["week_ending"] - (DAYS_OF_A_WEEK - 1) * DAY
        weeks = weeks[first_day >= coverage.closed_from]
    if about_judged(coverage):
        weeks = weeks.assign(judged=np.nan, breached=np.nan)
    if about_responses(coverage):
        weeks = weeks.assign(**dict.fromkeys(RESPONSES, np.nan))
    return weeks


def _without_unknown(days: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return days with NaN where the export cannot know a figure; a 0 would be a claim."""
    unknown: list[str] = []
    if about_promises(coverage):
        unknown += PROMISES
    if about_backlog(coverage):
        unknown += [*STOCKS, "inflow"]
    return days.assign(**dict.fromkeys(unknown, np.nan))


def _by_week(figures: pd.DataFrame) -> pd.DataFrame:
    """Return one row per week with the rates and times of its tickets."""
    # Weeks without tickets become NaN when merged, which whole numbers do not have.
    counts = [name for name in ("judged", "breached", "timed", "responses") if name in figures]
    return figures.astype(dict.fromkeys(counts, "float64"))


def _whole_weeks(days: pd.DataFrame) -> pd.DataFrame:
    """Return stocks and sums of the weeks that have all their days, each of them over."""
    by_week = days.groupby("week", as_index=False)
    stocks = by_week[["ops_date", *STOCKS]].last(skipna=False)
    sums = by_week[FLOWS].sum(min_count=1)  # the sum of what is not known is not known
    weeks = stocks.merge(sums, on="week")
    sizes = by_week.size()
    has_all_days = sizes["size"] == DAYS_OF_A_WEEK
    partial = by_week["is_partial"].any()
    return weeks[has_all_days & ~partial["is_partial"]]


def _with_rates(weeks: pd.DataFrame) -> pd.DataFrame:
    kept_share = 1 - weeks["sla_due_missed"] / weeks["sla_due_tickets"]
    return weeks.assign(
        net_change=weeks["inflow"] - weeks["outflow"],
        attainment=kept_share,
        breach_rate=weeks["breached"] / weeks["judged"],
        is_due_few=weeks["sla_due_tickets"] < FEW,
        is_judged_few=weeks["judged"] < FEW,
        is_timed_few=weeks["timed"] < FEW,
        is_answered_few=weeks["responses"] < FEW,
        is_partial=False,
    )


def _marked(frame: pd.DataFrame, coverage: Coverage) -> pd.DataFrame:
    return frame.assign(
        burn_in_until=coverage.burn_in_until if coverage.closed_from is None else NEVER,
        intake_until=coverage.intake_until or NEVER,
        as_of=coverage.as_of,
        why_no_backlog=about_backlog(coverage),
        why_no_promises=about_promises(coverage),
        why_none_judged=about_judged(coverage),
        why_no_responses=about_responses(coverage),
    )
