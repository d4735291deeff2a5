"""Foresight computed slowly: plain Python, one ticket and one day at a time, from the definitions."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from slow_clock import SlowCalendar
from tickets import Row

DAY = timedelta(days=1)
EDGES = (*range(15), 15, 22, 29, 43, 61, 91, 181)


def promised(tickets: Iterable[Row]) -> list[Row]:
    """Tickets with a deadline after their creation whose times of day are known."""

    def is_timed(row: Row) -> bool:
        if not row["is_resolved"]:
            return row["hours_open"] is not None
        before = row["resolved_at"] < row["created_at"]
        return before or row["resolution_hours_clean"] is not None

    return [
        row
        for row in tickets
        if row["due_at"] and row["due_at"] > row["created_at"] and is_timed(row)
    ]


def used_share(row: Row, at: datetime) -> Fraction:
    """The share of the target that is used up, on the clock of the row's `slow_calendar`."""
    calendar = row.get("slow_calendar")
    used = _spent(calendar, row["created_at"], at) // timedelta(seconds=1)
    target = _spent(calendar, row["created_at"], row["due_at"]) // timedelta(seconds=1)
    return Fraction(used, target) if target else Fraction(1)


def _spent(calendar: SlowCalendar | None, begin: datetime, end: datetime) -> timedelta:
    """The time between two instants; the open time on a calendar, 0 where the end is before."""
    if calendar is None:
        return end - begin
    total, day = timedelta(), begin.date() - 2 * DAY
    while day <= end.date() + DAY:
        for opens, closes in calendar.openings(day):
            total += max(min(closes, end) - max(opens, begin), timedelta())
        day += DAY
    return total


def with_slow_calendars(tickets: Iterable[Row], calendar: SlowCalendar) -> list[Row]:
    """The tickets with the slow form of the calendar that times them; others have none."""
    return [
        row | {"slow_calendar": calendar if row["sla_calendar"] == calendar.name else None}
        for row in tickets
    ]


def seen_from(row: Row, day: date, at: datetime) -> tuple[int, str]:
    """In which bin the ticket is on the way there, and what became of it: as known before `day`."""
    if row["is_resolved"] and row["resolved_date"] < day:
        if row["resolved_at"] >= row["due_at"]:
            return 20, "through"
        share = used_share(row, row["resolved_at"])
        return min(max(0, math.floor(share * 20)), 20), "resolved"
    share = used_share(row, at)
    return (20, "through") if share >= 1 else (math.floor(share * 20), "open")


def curve(seen: list[tuple[int, str]], pooled: list[float] | None) -> list[float]:
    """The hazard of each of twenty bins, pulled to the pooled one by ten tickets."""
    hazards = []
    for place in range(20):
        at_risk = (
            sum(end >= place for end, _ in seen) - sum(each == (place, "open") for each in seen) / 2
        )
        resolved = sum(each == (place, "resolved") for each in seen)
        if pooled is None:
            hazards.append(resolved / at_risk if at_risk else 0.0)
        else:
            hazards.append(min((resolved + 10 * pooled[place]) / (at_risk + 10), 1 - 1e-9))
    return hazards


def survival(hazards: list[float], share: Fraction) -> float:
    """S(share), log-linear within a bin."""
    place = math.floor(share * 20)
    within = float(share * 20 - place)
    logs = [math.log(1 - hazard) for hazard in hazards]
    return math.exp(sum(logs[:place]) + (logs[place] * within if place < 20 else 0.0))


def odds_at(tickets: list[Row], day: date, at: datetime) -> tuple[dict[str, float], int]:
    """The probability of each open ticket that is not due yet, and how many tickets were fitted."""
    known = [row for row in promised(tickets) if row["created_date"] < day]
    pooled = curve([seen_from(row, day, at) for row in known], None)
    by_cell = defaultdict(list)
    for row in known:
        by_cell[row["priority"], row["category"]].append(seen_from(row, day, at))
    curves = {cell: curve(seen, pooled) for cell, seen in by_cell.items()}
    odds = {}
    for row in known:
        end, what = seen_from(row, day, at)
        if what == "open" and end < 20 and row["due_at"] > at:
            hazards = curves[row["priority"], row["category"]]
            odds[row["ticket_id"]] = survival(hazards, Fraction(1)) / survival(
                hazards, used_share(row, at)
            )
    return odds, len(known)


class Looked:
    """One ticket at one origin: what it was given, and what became of it."""

    def __init__(
        self, row: Row, number: int, day: date, at: datetime, odds: float, fitted: int
    ) -> None:
        self.number, self.day, self.odds, self.fitted = number, day, round(odds, 6), fitted
        self.missed = not (row["resolved_at"] and row["resolved_at"] <= row["due_at"])
        self.left = row["due_at"] - at
        self.due_date = row["due_date"]
        self.tenth = math.floor(used_share(row, at) * 10)


def looks(
    tickets: list[Row], days: list[date], zone: str, as_of: datetime, least: int = 200
) -> list[Looked]:
    """All tickets at all origins that are judged: due within 28 days, and by as_of."""
    found = []
    for number, day in enumerate(days):
        at = datetime.combine(day, time(), ZoneInfo(zone))
        odds, fitted = odds_at(tickets, day, at)
        for row in tickets:
            given = odds.get(row["ticket_id"])
            if (
                given is not None
                and row["due_at"] <= as_of
                and row["due_at"] - at <= 28 * DAY
                and fitted >= least
            ):
                found.append(Looked(row, number, day, at, given, fitted))
    return found


def simple_rates(found: list[Looked]) -> dict[int, list[float | None]]:
    """By origin the rate in each tenth of the used share, of earlier origins' deadlines that were over."""
    rates: dict[int, list[float | None]] = {}
    for number, day in {look.number: look.day for look in found}.items():
        over = [look for look in found if look.number < number and look.due_date < day]
        every = sum(look.missed for look in over) / len(over) if over else None
        of_tenth = [[look.missed for look in over if look.tenth == tenth] for tenth in range(10)]
        rates[number] = [sum(missed) / len(missed) if missed else every for missed in of_tenth]
    return rates


def auc(found: list[Looked]) -> float:
    """How often a missed one had the higher probability in whole thousandths, ties by half."""
    place = [(math.floor(look.odds * 1000 + 1e-9), look.missed) for look in found]
    missed = [p for p, is_missed in place if is_missed]
    met = [p for p, is_missed in place if not is_missed]
    wins = sum((a > b) + (a == b) / 2 for a in missed for b in met)
    return wins / (len(missed) * len(met))


def calibration_error(found: list[Looked]) -> float:
    """Ten groups by the middle rank of a thousandth; the mean of their differences."""
    groups = defaultdict(list)
    by_place = Counter(math.floor(look.odds * 1000 + 1e-9) for look in found)
    below, group_of = 0, {}
    for place in sorted(by_place):
        group_of[place] = int((below + by_place[place] / 2) * 10 / len(found))
        below += by_place[place]
    for look in found:
        groups[group_of[math.floor(look.odds * 1000 + 1e-9)]].append(look)
    off = [abs(sum(x.odds - x.missed for x in group)) / len(group) for group in groups.values()]
    return sum(off) / len(off)


class Desk:
    """Days of a desk from (created_date, resolved_date or None) of its tickets, known until `last`."""

    def __init__(self, tickets: list[tuple[date, date | None]], first: date, last: date) -> None:
        self.first = first
        self.tickets = [(c, r if r and r <= last else None) for c, r in tickets if c <= last]
        self.created = Counter(c for c, _ in self.tickets)
        self.resolved = Counter(r for _, r in self.tickets if r)
        self.resolved_by_age = Counter((r, (r - c).days) for c, r in self.tickets if r)
        self.at_risk = Counter()
        for c, r in self.tickets:
            day = c
            while day <= (r or last):
                self.at_risk[day, (day - c).days] += 1
                day += DAY

    def open_after(self, day: date) -> list[date]:
        return [c for c, r in self.tickets if c <= day and (r is None or r > day)]


def usual(flow: Counter, origin: date, ahead: int) -> float:
    """The mean of the last four days of the same weekday up to the origin."""
    day, found = origin + ahead * DAY - 7 * DAY, []
    while len(found) < 4:
        if day <= origin:
            found.append(flow[day])
        day -= 7 * DAY
    return sum(found) / 4


def class_of(age: int) -> int:
    return max(edge for edge in EDGES if edge <= age)


def group_of(edge: int) -> int:
    return 0 if edge == 0 else 1 if edge <= 7 else 2


def level_outflow(desk: Desk, origin: date) -> list[float]:
    coming = [usual(desk.created, origin, ahead) for ahead in range(1, 29)]
    going = [usual(desk.resolved, origin, ahead) for ahead in range(1, 29)]
    if not sum(going[:7]):
        return coming
    return [out * sum(coming[:7]) / sum(going[:7]) for out in going]


def structural_outflow(desk: Desk, origin: date) -> list[float]:
    days = [day for n in range(56) if (day := origin - n * DAY) >= desk.first]
    sums: dict[str, Counter] = {"at_risk": Counter(), "resolved": Counter()}
    for name, counts in (("at_risk", desk.at_risk), ("resolved", desk.resolved_by_age)):
        for (day, age), tickets in counts.items():
            if day in days:
                sums[name][class_of(age), day.weekday()] += tickets
    factor = {(group, weekday): 1.0 for group in range(3) for weekday in range(7)}
    hazard: dict[int, float] = {}
    for _ in range(4):
        before = 0.0
        for edge in EDGES:
            exposed = sum(sums["at_risk"][edge, w] * factor[group_of(edge), w] for w in range(7))
            done = sum(sums["resolved"][edge, w] for w in range(7))
            before = hazard[edge] = min(done / exposed, 1.0) if exposed else before
        for group, weekday in factor:
            edges = [edge for edge in EDGES if group_of(edge) == group]
            done = sum(sums["resolved"][edge, weekday] for edge in edges)
            expected = sum(sums["at_risk"][edge, weekday] * hazard[edge] for edge in edges)
            factor[group, weekday] = (done + 5) / (expected + 5)
    stock: dict[int, float] = Counter((origin - c).days for c in desk.open_after(origin))
    outflow = []
    for ahead in range(1, 29):
        stock = {age + 1: tickets for age, tickets in stock.items()}
        stock[0] = usual(desk.created, origin, ahead)
        weekday = (origin + ahead * DAY).weekday()
        out = 0.0
        for age in stock:
            edge = class_of(age)
            left = stock[age] * (1 - min(hazard[edge] * factor[group_of(edge), weekday], 1.0))
            out += stock[age] - left
            stock[age] = left
        outflow.append(out)
    return outflow


def path(desk: Desk, origin: date, outflow: list[float]) -> list[float]:
    """backlog = the day before + inflow - outflow, where no more goes out than there is."""
    size, sizes = float(len(desk.open_after(origin))), []
    for ahead, out in enumerate(outflow, 1):
        there = size + usual(desk.created, origin, ahead)
        size = there - min(out, there)
        sizes.append(size)
    return sizes


def half_width(errors: list[float], percent: int) -> float | None:
    """The conformal half width of past absolute errors."""
    if len(errors) < {80: 9, 95: 19}[percent]:
        return None
    return sorted(errors)[math.ceil(Fraction((len(errors) + 1) * percent, 100)) - 1]
