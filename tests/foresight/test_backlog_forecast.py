"""The forecast and its back-test against the slow computation, to a millionth."""

import random
from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest

from foreseen import Desk, half_width, level_outflow, path, structural_outflow
from opsdesk.foresight.backlog_forecast import forecast_backlog
from opsdesk.foresight.flows import make_flows

DAY = timedelta(days=1)
FIRST = date(2024, 1, 3)


def growing(days=130, seed=2, weekday=6):
    """Tickets of a desk that is slow with old ones and closed on Sundays; the backlog grows."""
    chance = random.Random(seed)
    found = []
    for number in range(days):
        day = FIRST + number * DAY
        for _ in range(chance.randint(4, 9) - (4 if day.weekday() >= 5 else 0)):
            took = chance.choice((0, 1, 1, 3, 10, 20, 60, 200))
            resolved = day + took * DAY
            found.append((day, resolved + DAY if resolved.weekday() == weekday else resolved))
    return found


def forecast(tickets, last, first=FIRST):
    counts = Counter((c, r if r and r <= last else None) for c, r in tickets if c <= last)
    rows = [(pd.Timestamp(c), pd.Timestamp(r) if r else pd.NaT, n) for (c, r), n in counts.items()]
    frame = pd.DataFrame(rows, columns=["created_date", "resolved_date", "tickets"])
    return forecast_backlog(make_flows(frame, first, first, last, 0))


@pytest.fixture(scope="module")
def desk():
    """A desk of 130 days, its forecast, and the slow paths by origin."""
    tickets, last = growing(), FIRST + 129 * DAY
    slow = {}
    for number in range(27, 130):
        origin = FIRST + number * DAY
        known = Desk(tickets, FIRST, origin)
        slow[origin] = {
            "structural": path(known, origin, structural_outflow(known, origin)),
            "level": path(known, origin, level_outflow(known, origin)),
            "unchanged": [float(len(known.open_after(origin)))] * 28,
        }
    whole = Desk(tickets, FIRST, last)
    came = {FIRST + n * DAY: len(whole.open_after(FIRST + n * DAY)) for n in range(130)}
    return tickets, last, forecast(tickets, last), slow, came


def errors(slow, came, method, now, horizon, most):
    """The last absolute errors of a method at a horizon that are known at the end of `now`."""
    origins = [origin for origin in sorted(slow) if origin + horizon * DAY <= now][-most:]
    return [abs(slow[o][method][horizon - 1] - came[o + horizon * DAY]) for o in origins]


def chosen(slow, came, now):
    level, structural = (errors(slow, came, name, now, 28, 56) for name in ("level", "structural"))
    return "structural" if len(level) >= 14 and sum(structural) < 0.9 * sum(level) else "level"


def ends(slow, came, method, now, horizon, size):
    found = []
    for percent in (80, 95):
        half = half_width(errors(slow, came, method, now, horizon, 112), percent)
        found += [None, None] if half is None else [max(size - half, 0), size + half]
    return found


def same(found, expected):
    pairs = list(zip(found, expected, strict=True))
    assert [pd.isna(x) for x, _ in pairs] == [y is None for _, y in pairs]
    assert [x for x, y in pairs if y is not None] == pytest.approx(
        [y for y in expected if y is not None], abs=1.1e-6
    )


BANDS = ["lo80", "hi80", "lo95", "hi95"]


def test_the_forecast(desk):
    _, last, found, slow, came = desk
    days = found.days
    assert set(days["method"]) == {chosen(slow, came, last)} == {"structural"}
    assert days["ops_date"].tolist() == [last + ahead * DAY for ahead in range(1, 29)]
    assert days["backlog_size"].tolist() == pytest.approx(slow[last]["structural"], abs=1.1e-6)
    for horizon, row in enumerate(days[BANDS].itertuples(index=False), 1):
        same(
            row,
            ends(slow, came, "structural", last, horizon, slow[last]["structural"][horizon - 1]),
        )
    whole = [
        [round(value * 1e6) for value in days[name]]
        for name in ("inflow", "outflow", "backlog_size")
    ]
    size = round(came[last] * 1e6)
    for inflow, outflow, backlog in zip(*whole, strict=True):
        size += inflow - outflow
        assert size == backlog


def test_every_row_of_the_back_test(desk):
    _, last, found, slow, came = desk
    expected = [
        (origin, horizon)
        for origin in sorted(slow)
        for horizon in range(1, 29)
        if origin + horizon * DAY <= last
    ]
    rows = found.backtest
    assert (
        list(rows[["origin_date", "horizon_days"]].itertuples(index=False, name=None)) == expected
    )
    for row in rows.itertuples():
        method = chosen(slow, came, row.origin_date)
        mine = {name: of[row.horizon_days - 1] for name, of in slow[row.origin_date].items()}
        assert (row.method, row.backlog_size) == (method, came[row.ops_date])
        assert [row.structural, row.level, row.unchanged] == pytest.approx(
            [mine["structural"], mine["level"], mine["unchanged"]], abs=1.1e-6
        )
        assert row.forecast == pytest.approx(mine[method], abs=1.1e-6)
        same(
            [row.lo80, row.hi80, row.lo95, row.hi95],
            ends(slow, came, method, row.origin_date, row.horizon_days, mine[method]),
        )
    assert set(rows["method"]) == {"level", "structural"}


def test_the_checks(desk):
    _, last, found, slow, came = desk
    for check in found.checks:
        mine = errors(slow, came, "structural", last, check.horizon_days, 112)
        simple = errors(slow, came, "unchanged", last, check.horizon_days, 112)
        assert check.is_shown and check.cases == len(mine) == 103 - check.horizon_days
        assert check.error == pytest.approx(sum(mine) / len(mine), abs=1e-6)
        assert check.skill == pytest.approx(1 - sum(mine) / sum(simple), abs=1e-6)
        rows = found.backtest[found.backtest["horizon_days"] == check.horizon_days].dropna(
            subset="lo80"
        )
        inside = [r.lo80 <= r.backlog_size <= r.hi80 for r in rows.itertuples()]
        assert check.coverage80 == pytest.approx(sum(inside) / len(inside))


def test_what_comes_later_leaves_an_origin_as_it_was(desk):
    """Every event after the hundredth day is another one: what was known before stays, to the last bit."""
    tickets, last, found, _, _ = desk
    chance = random.Random(7)
    now = FIRST + 99 * DAY
    others = [
        (
            c if c <= now else min(c + chance.randint(0, 3) * DAY, last),
            r if r and r <= now else now + chance.randint(1, 20) * DAY,
        )
        for c, r in tickets
    ]
    others = [(c, max(c, r)) for c, r in others]
    before, after = found.backtest, forecast(others, last).backtest
    known = before["origin_date"] <= now
    foreseen = [
        "origin_date",
        "horizon_days",
        "unchanged",
        "level",
        "structural",
        "method",
        "forecast",
        *BANDS,
    ]
    pd.testing.assert_frame_equal(before.loc[known, foreseen], after.loc[known, foreseen])
    assert not before.loc[~known, foreseen].equals(after.loc[~known, foreseen])
    assert not before.loc[known, "backlog_size"].equals(after.loc[known, "backlog_size"])


def wandering(days=140):
    """In and out by chance, one independent of the other: today's backlog is the best guess."""
    chance = random.Random(1)
    waiting = [FIRST] * 300
    found = []
    for number in range(days):
        day = FIRST + number * DAY
        waiting += [day] * chance.randint(0, 20)
        for _ in range(chance.randint(0, 20)):
            found.append((waiting.pop(0), day))
    return found + [(c, None) for c in waiting]


def test_where_the_backlog_stays_as_it_is_no_forecast_is_shown():
    found = forecast(wandering(), FIRST + 139 * DAY)
    assert [check.reason for check in found.checks] == ["not_better"] * 3
    assert found.days.empty and len(found.backtest) > 1_000
    off = (
        found.backtest[["unchanged", "forecast"]].sub(found.backtest["backlog_size"], axis=0).abs()
    )
    assert off["forecast"].mean() > off["unchanged"].mean() > 10


@pytest.mark.parametrize(("days", "reason"), [(20, "too_young"), (68, "too_young"), (69, "proven")])
def test_young_data(days, reason):
    found = forecast(growing(), FIRST + (days - 1) * DAY)
    assert {check.reason for check in found.checks} == {reason}
    assert len(found.days) == (28 if reason == "proven" else 0)


def test_the_same_input_gives_the_same_bytes():
    one, other = (forecast(growing()[::step], FIRST + 100 * DAY) for step in (1, -1))
    assert one.days.to_csv() == other.days.to_csv()
    assert one.backtest.to_csv() == other.backtest.to_csv()


def test_nothing_is_resolved_and_more_than_there_is_never_goes_out():
    tickets = [(FIRST + n * DAY, None) for n in range(80)]
    found = forecast(tickets, FIRST + 79 * DAY)
    assert found.days["outflow"].tolist() == [0.0] * 28
    assert found.days["backlog_size"].iloc[-1] == 108 and found.days["lo80"].iloc[-1] == 108
