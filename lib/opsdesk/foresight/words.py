"""What the estimates say, in sentences; and how they did before, in the same breath."""

import pandas as pd

from opsdesk.foresight.checks import BACKLOG, BREACH
from opsdesk.foresight.published import Foresight
from opsdesk.foresight.reaching import judge_track, when_reached

NOT_MADE = "There are no estimates of these tables: run 04_foresight."
REASONS = {
    "too_young": "the data are too young to test it on their own past",
    "too_few": "there are fewer than 200 tickets with a deadline to learn from",
    "no_targets": "no ticket has a deadline",
    "no_backlog": "an export that was filtered by closing date has no backlog",
    "intake_ended": "nothing is opened any more at the end of the export",
    "silent": "nothing has happened for long before the moment that the tables describe",
    "not_better": "in the back-test a simple rule was as good",
}
CHANGES = (
    "An export of changes is in use: what was known of a deadline at a past moment is not replayed "
    "in the back-test, so nothing is estimated."
)
SHOWN_TENTH = 7  # 70 to 80 %
LEAST_OF_A_TENTH = 20


def about_breach(foresight: Foresight | None) -> str:
    """Return how many open tickets are likely to breach, and how good such a guess was."""
    if foresight is None:
        return NOT_MADE
    check = foresight.check(BREACH, 28)
    if not check["is_shown"]:
        return _why_not("No probability of breach is shown", check["reason"])
    return f"{_expected(foresight)} {breach_record(foresight)}"


def breach_record(foresight: Foresight) -> str:
    """Return how the probabilities did in the back-test."""
    check = foresight.check(BREACH, 28)
    said = (
        f"At {check['origins']:,} past midnights ({check['cases']:,} cases) they were "
        f"{_percent(check['skill'])} better than the rate of all tickets, the simple rule "
        f"{_percent(check['simple_skill'])}."
    )
    return f"{said}{_calibration(foresight)}"


def about_backlog(foresight: Foresight | None) -> str:
    """Return where the backlog is going, and how good such a forecast was."""
    if foresight is None:
        return NOT_MADE
    check = foresight.check(BACKLOG, 28)
    if not check["is_shown"]:
        return _why_not("No forecast of the backlog is shown", check["reason"])
    last = foresight.forecast.iloc[-1]
    return (
        f"On {_day(last['ops_date'])}, {last['backlog_size']:,.0f} tickets are expected to be "
        f"open, four times in five between {last['lo80']:,.0f} and {last['hi80']:,.0f}. "
        f"{backlog_record(foresight)}"
    )


def backlog_record(foresight: Foresight, horizon: int = 28) -> str:
    """Return how the forecast did in the back-test."""
    check = foresight.check(BACKLOG, horizon)
    said = (
        f"On {check['cases']:,} past days it was off by {check['error']:,.0f} tickets on average, "
        f"{horizon} days ahead; the guess that nothing changes by {check['simple_error']:,.0f}."
    )
    if pd.isna(check["coverage80"]):
        return said
    return f"{said} The band of 80% held {_percent(check['coverage80'])} of what came."


def about_reaching(foresight: Foresight, size: float) -> str:
    """Return when the backlog reaches a size: always a span, never one day."""
    span = when_reached(foresight.forecast, size)
    tickets = f"{size:,.0f} open tickets"
    within = f"within {len(foresight.forecast)} days"
    if span.first is None:
        return f"The backlog does not reach {tickets} {within}."
    if span.last is None:
        earliest = f"on {_day(span.first)} at the earliest, or not {within}"
        return f"The backlog reaches {tickets} {earliest}."
    first = min(span.first, span.last - pd.Timedelta(days=1))  # never one day alone
    return f"The backlog reaches {tickets} between {_day(first)} and {_day(span.last)}."


def about_target(foresight: Foresight, most: float) -> str:
    """Return whether a target for the backlog is on track, and by what."""
    last = foresight.forecast.iloc[-1]
    return (
        f"At most {most:,.0f} open tickets on {_day(last['ops_date'])}: "
        f"{judge_track(foresight.forecast, most)} "
        f"({last['lo80']:,.0f} to {last['hi80']:,.0f} four times in five)."
    )


def about_more_resolved(changed: pd.DataFrame, per_day: float) -> str:
    """Return what the forecast would be with more resolved per day: arithmetic, no advice."""
    last = changed.iloc[-1]
    tickets = "ticket" if abs(per_day) == 1 else "tickets"
    how = "more" if per_day >= 0 else "fewer"
    verb = "was" if abs(per_day) == 1 else "were"
    return (
        f"If {abs(per_day):g} {how} {tickets} {verb} resolved per day: {last['backlog_size']:,.0f} "
        f"open on {_day(last['ops_date'])} ({last['lo80']:,.0f} to {last['hi80']:,.0f})."
    )


def _why_not(what: str, reason: str) -> str:
    return CHANGES if reason == "changes" else f"{what}: {REASONS[reason]}."


def _expected(foresight: Foresight) -> str:
    expected = foresight.expected
    if expected is None:
        return "No open ticket is due within 28 days."
    said = (
        f"Of the {expected.tickets:,} open tickets due within 28 days, about "
        f"{expected.breaches:,.0f} are likely to breach"
    )
    if not expected.tickets_soon:
        return f"{said}."
    return (
        f"{said}; of the {expected.tickets_soon:,} due within 7 days, about "
        f"{expected.breaches_soon:,.0f}."
    )


def _calibration(foresight: Foresight) -> str:
    """Return what became of the tickets of one tenth, where there were enough."""
    rows = foresight.calibration
    is_it = (rows["horizon_days"] == 28) & (rows["tenth"] == SHOWN_TENTH)
    tenth = rows[is_it & (rows["tickets"] >= LEAST_OF_A_TENTH)]
    if tenth.empty:
        return ""
    share = tenth["breached"].iloc[0] / tenth["tickets"].iloc[0]
    return f" Of the tickets that were given 70 to 80%, {_percent(share)} breached."


def _percent(value: float) -> str:
    return f"{value:.0%}" if pd.notna(value) else "not known"


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"
