"""The probabilities and their back-test against the slow computation, to a millionth."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from desks import AS_OF, desk
from foreseen import (
    auc,
    calibration_error,
    looks,
    odds_at,
    simple_rates,
    used_share,
    with_slow_calendars,
)
from generated_tickets import ZONES, many_tickets, with_kinds
from opsdesk.foresight import breach_backtest
from opsdesk.foresight.breach_backtest import run_breach_backtest
from opsdesk.foresight.estimates import risk_question
from opsdesk.foresight.origins import origin_now, origins_on, past_origins
from opsdesk.foresight.questions import read_question
from sla_clocks import OFFICE, SHIFTS, clock
from slow_clock import SlowCalendar
from tickets import build, ticket

DAY = timedelta(days=1)
SHARES = "SELECT ticket_id, SAFE_DIVIDE(used_seconds, target_seconds) AS share FROM placed"


def asked(warehouse, as_of, zone, is_proven=True):
    question = risk_question(as_of, zone, is_proven=is_proven)
    return warehouse.ask(question.sql, question.parameters)


@pytest.mark.parametrize("zone", ZONES)
def test_probabilities_on_the_boundaries_of_everything(facts, zone):
    tickets, as_of = many_tickets(zone, 700, seed=5)
    warehouse, rows = facts(tickets, as_of, zone)
    (day,) = origin_now(as_of, zone).days
    expected, fitted = odds_at(rows, day, as_of)
    found = asked(warehouse, as_of, zone).set_index("ticket_id")
    given = found["probability"].dropna().to_dict()
    near = {
        row["ticket_id"]: expected[row["ticket_id"]]
        for row in rows
        if row["ticket_id"] in expected and row["due_at"] - as_of <= 28 * DAY
    }
    assert fitted >= 200 and len(near) >= 5
    assert given == pytest.approx(near, abs=1e-6)
    pending = {
        r["ticket_id"] for r in rows if not r["is_resolved"] and r["due_at"] and r["due_at"] > as_of
    }
    assert set(found.index) == pending


@pytest.mark.parametrize(
    ("weekly", "zone", "seed"),
    [(OFFICE, "Europe/Berlin", 5), (SHIFTS, "America/New_York", 6), (None, "UTC", 7)],
)
def test_with_a_calendar_time_is_used_up_while_it_is_open(facts, weekly, zone, seed):
    """High runs round the clock; the share at as_of is that of ticket_sla_risk."""
    tickets, as_of = many_tickets(zone, 700, seed)
    hours = {} if weekly is None else {"clock": clock(weekly, zone, High="")}
    tickets = tickets if weekly is None else with_kinds(tickets)
    warehouse, rows = facts(tickets, as_of, zone, **hours)
    rows = with_slow_calendars(rows, SlowCalendar.of("desk", zone, weekly or {}))
    origin = origin_now(as_of, zone)
    shares = warehouse.ask(read_question("breach_odds") + SHARES, origin.parameters(as_of))
    shares = shares.set_index("ticket_id")["share"]
    risk = build(tickets, as_of, zone, only=("fact_tickets", "ticket_sla_risk"), **hours)
    elapsed = {row["ticket_id"]: row["sla_elapsed"] for row in risk["ticket_sla_risk"]}
    ahead = [row for row in rows if not row["is_resolved"] and row["ticket_id"] in shares.index]
    timed = [row for row in ahead if row["sla_calendar"]]
    assert len(ahead) >= 15 and len(timed) >= (10 if weekly else 0)
    for row in ahead:
        share = shares[row["ticket_id"]]
        if elapsed[row["ticket_id"]] is None:  # a target without open time
            assert pd.isna(share) and used_share(row, as_of) == 1
        else:
            assert share == pytest.approx(elapsed[row["ticket_id"]], abs=1e-6)
            assert share == pytest.approx(float(used_share(row, as_of)), abs=1e-6)
    expected, _ = odds_at(rows, origin.days[0], as_of)
    near = {
        row["ticket_id"]: expected[row["ticket_id"]]
        for row in rows
        if row["ticket_id"] in expected and row["due_at"] - as_of <= 28 * DAY
    }
    found = asked(warehouse, as_of, zone).set_index("ticket_id")["probability"].dropna()
    assert len(near) >= 5 and found.to_dict() == pytest.approx(near, abs=1e-6)


def test_the_basis_says_why_there_is_no_probability(facts):
    later = ticket("2024-04-30 10:00", ticket_id="later", sla_hours=24 * 28 + 14.1)
    soon = ticket("2024-04-30 10:00", ticket_id="soon", sla_hours=24 * 28 + 13.9)
    undated = ticket("2024-04-30", ticket_id="undated", sla_hours=48, _issues="date_only")
    warehouse, _ = facts([*desk(), later, soon, undated], AS_OF)
    basis = asked(warehouse, AS_OF, "UTC").set_index("ticket_id")["basis"]
    assert basis[["later", "soon", "undated"]].tolist() == ["due_later", "curve", "no_time"]
    basis = asked(warehouse, AS_OF, "UTC", is_proven=False).set_index("ticket_id")
    assert basis["probability"].isna().all() and basis.loc["soon", "basis"] == "not_proven"
    warehouse, _ = facts([*desk(count=150), soon], AS_OF, name="few")
    assert asked(warehouse, AS_OF, "UTC").set_index("ticket_id").loc["soon", "basis"] == "too_few"


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(breach_backtest, "LEAST_CASES", 20)


@pytest.mark.parametrize("weekly", [None, OFFICE], ids=["round the clock", "office hours"])
def test_the_back_test(facts, small, weekly):
    zone = "Europe/Berlin"
    hours = {} if weekly is None else {"clock": clock(weekly, zone, L="")}
    warehouse, rows = facts(desk(), AS_OF, zone, **hours)
    rows = with_slow_calendars(rows, SlowCalendar.of("desk", zone, weekly or {}))
    origins = past_origins(min(row["created_date"] for row in rows), AS_OF.date(), None, zone)
    found = run_breach_backtest(warehouse, origins, AS_OF)
    expected = looks(rows, list(origins.days), zone, AS_OF)
    rates = simple_rates(expected)
    for horizon, check in zip((28, 7), found.checks, strict=True):
        mine = [look for look in expected if look.left <= horizon * DAY]
        table = found.origins[found.origins["horizon_days"] == horizon].set_index("origin_date")
        assert set(table.index) == {look.day for look in mine}
        for day, row in table.iterrows():
            here = [look for look in mine if look.day == day]
            assert [row["tickets"], row["breached"]] == [len(here), sum(x.missed for x in here)]
            assert row["fitted_tickets"] == here[0].fitted
            assert row["expected"] == pytest.approx(sum(x.odds for x in here), abs=1e-6)
            brier = sum((x.odds - x.missed) ** 2 for x in here) / len(here)
            assert row["brier"] == pytest.approx(brier, abs=1e-6)
            simple = [rates[x.number][x.tenth] for x in here]
            if simple[0] is None:
                assert pd.isna(row["simple_brier"])
            else:
                off = sum((s - x.missed) ** 2 for s, x in zip(simple, here, strict=True))
                assert row["simple_brier"] == pytest.approx(off / len(here), abs=1e-6)
        rate = sum(x.missed for x in mine) / len(mine)
        brier = sum((x.odds - x.missed) ** 2 for x in mine) / len(mine)
        assert check.skill == pytest.approx(1 - brier / (rate * (1 - rate)), abs=1e-6)
        assert check.auc == pytest.approx(auc(mine), abs=1e-6)
        assert check.calibration_error == pytest.approx(calibration_error(mine), abs=1e-6)
        tenths = found.calibration[found.calibration["horizon_days"] == horizon].set_index("tenth")
        for tenth, row in tenths.iterrows():
            here = [x for x in mine if min(int(x.odds * 10 + 1e-9), 9) == tenth]
            assert [row["tickets"], row["breached"]] == [len(here), sum(x.missed for x in here)]


def test_what_comes_later_leaves_an_origin_as_it_was(facts, small):
    """Resolutions after an origin are moved, taken away or added; tickets created after it are others."""
    chance = random.Random(3)
    rows = desk()
    days = [AS_OF.date() - (30 - 4 * n) * DAY for n in range(4)]
    origins = origins_on(days, "UTC")
    moment = datetime.combine(days[1], datetime.min.time(), UTC)

    def later(row):
        resolved = row["resolved_at"]
        if row["created_at"] >= moment:
            return row | {"resolved_at": None, "priority": "H", "sla_hours": 24.0}
        if resolved is not None and resolved < moment:
            return row
        moved = moment + timedelta(seconds=chance.randint(0, 20 * 86400))
        return row | {"resolved_at": chance.choice((None, moved, moved))}

    before, after = (
        run_breach_backtest(facts(tickets, AS_OF, name=name)[0], origins, AS_OF).origins.set_index(
            ["origin_date", "horizon_days"]
        )
        for name, tickets in (("before", rows), ("after", list(map(later, rows))))
    )
    known = ["fitted_tickets", "tickets", "expected"]
    for day in days[:2]:
        pd.testing.assert_frame_equal(before.loc[[day], known], after.loc[[day], known])
    assert not before.loc[[days[2]], known].equals(after.loc[[days[2]], known])
    assert not before.loc[[days[1]], "breached"].equals(after.loc[[days[1]], "breached"])


def mixed(count=1_200):
    """Tickets of a day that are never resolved, and of 24 days that always are, just in time.

    The curve takes one for the other. The simple rule counts what was open at midnights, so it is right.
    """
    chance = random.Random(1)
    rows = []
    for number in range(count):
        created = AS_OF - timedelta(seconds=chance.randint(0, 140 * 86400))
        is_long = number % 5 == 0
        hours = 24 * 24 if is_long else 30
        resolved = created + timedelta(hours=hours * 0.97)
        is_met = is_long and resolved <= AS_OF
        rows.append(
            ticket(created, resolved if is_met else None, ticket_id=f"T{number}", sla_hours=hours)
        )
    return rows


def test_where_the_simple_rule_is_right_no_probability_is_shown(facts):
    warehouse, rows = facts(mixed(), AS_OF)
    origins = past_origins(min(row["created_date"] for row in rows), AS_OF.date(), None, "UTC")
    found = run_breach_backtest(warehouse, origins, AS_OF)
    assert not found.is_proven
    assert [check.reason for check in found.checks] == ["not_better"] * 2
    assert found.checks[0].simple_skill > found.checks[0].compared_skill
    assert len(found.origins) > 20


@pytest.mark.parametrize(
    ("tickets", "days", "reason"),
    [
        pytest.param(desk(days=50), 50, "too_young", id="no origin yet"),
        pytest.param(desk(count=120), 120, "too_few", id="fewer than 200 to learn from"),
        pytest.param(desk(count=420), 120, "too_young", id="fewer than 200 judged cases"),
        pytest.param(
            [row | {"sla_hours": None} for row in desk()], 120, "no_targets", id="no targets"
        ),
    ],
)
def test_young_data_and_few_tickets(facts, tickets, days, reason):
    warehouse, _ = facts(tickets, AS_OF)
    origins = past_origins(AS_OF.date() - days * DAY, AS_OF.date(), None, "UTC")
    found = run_breach_backtest(warehouse, origins, AS_OF)
    assert {check.reason for check in found.checks} == {reason}


@pytest.mark.parametrize(
    ("burn_in", "first"),
    [(None, "2011-08-26"), (133, "2011-08-26"), (56, "2011-08-26"), (20, "2011-07-21")],
)
def test_origins_begin_after_56_days_or_the_burn_in_where_it_is_shorter(burn_in, first):
    july, december = datetime(2011, 7, 1).date(), datetime(2011, 12, 31).date()
    origins = past_origins(july, december, burn_in, "America/New_York")
    assert str(origins.days[0]) == first
    assert {(b - a).days for a, b in zip(origins.days, origins.days[1:], strict=False)} == {4}
    hours = {each.hour for each in origins.instants}
    assert hours == {4, 5}  # UTC, before and after the clocks change
