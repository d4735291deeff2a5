"""Arrivals: how many tickets are opened in each hour of the week, in local time."""

import pandas as pd

from opsdesk.trends.coverage import DAY, Coverage, last_whole_day
from opsdesk.trends.due_soon import DAYS_OF_A_WEEK
from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

WEEKS = 8
WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
HOURS = range(24)


def read_arrivals(warehouse: Warehouse, coverage: Coverage) -> pd.DataFrame:
    """Return one row per hour of the week: weekday, hour (0 to 23), tickets, weeks and per_week.

    `tickets` are those opened in the last eight whole weeks, or in as many as there are (`weeks`),
    so that every weekday counts as often; `per_week` is their mean. `first_day` and `last_day` are
    the ends of these weeks. `without_hour` are the tickets that have a date without a time: they
    are left out. The frame is empty where no week is over, or where an export filtered by closing
    date does not know what was opened.
    """
    last = last_whole_day(coverage)
    weeks = min(((last - coverage.first_day).days + 1) // DAYS_OF_A_WEEK, WEEKS)
    first = last - (weeks * DAYS_OF_A_WEEK - 1) * DAY
    if not weeks or coverage.closed_from is not None:
        return _by_hour(pd.Series(dtype="int64")).head(0)
    counts = ask(warehouse, "arrivals", first_day=first.date(), last_day=last.date())
    timed = counts[counts["hour_of_day"].notna()]
    arrivals = _by_hour(timed.set_index(["day_of_week", "hour_of_day"])["tickets"])
    arrivals["per_week"] = arrivals["tickets"] / weeks
    without = int(counts["tickets"].sum() - timed["tickets"].sum())
    return arrivals.assign(weeks=weeks, first_day=first, last_day=last, without_hour=without)


def by_weekday(arrivals: pd.DataFrame) -> pd.DataFrame:
    """Return one row per weekday: its tickets, their share, and the hour with the most of them."""
    if arrivals.empty:
        return pd.DataFrame(
            columns=["weekday", "opened_of_weekday", "share_of_arrivals", "busiest"]
        )
    days = arrivals.groupby("weekday", sort=False)
    tickets = days["tickets"].sum()
    busiest = arrivals.loc[days["tickets"].idxmax(), "hour"].set_axis(tickets.index)
    frame = pd.DataFrame({"opened_of_weekday": tickets})
    frame["share_of_arrivals"] = tickets / tickets.sum() if tickets.sum() else float("nan")
    frame["busiest"] = busiest.map(hour_name).where(tickets > 0)
    return frame.reset_index()


def hour_name(hour: int) -> str:
    """Return an hour of the day as a span of clock times, such as "09:00–10:00"."""
    return f"{hour:02}:00–{hour + 1:02}:00"


def _by_hour(tickets: pd.Series) -> pd.DataFrame:
    """Return all 168 hours of the week, Monday first, 0 where nothing arrived."""
    index = pd.MultiIndex.from_product([WEEKDAYS, HOURS], names=["weekday", "hour"])
    frame = tickets.reindex(index, fill_value=0).rename("tickets").reset_index()
    return frame.assign(weekday=frame["weekday"].map(WEEKDAYS))
