"""The figures of a desk with a log of changes: they add up to the published tables, day by day."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from generated_tickets import AGENTS, midnight
from logged_desk import AS_OF, ZONE, logged_desk, published_desk, published_tables
from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.trends import explain, selected_days, selected_series, series
from opsdesk.trends.coverage import read_coverage
from opsdesk.trends.debt import read_debt
from opsdesk.trends.drill_down import tickets_query
from opsdesk.trends.periods import read_periods
from opsdesk.trends.questions import ask
from opsdesk.trends.selection import Selection, select_tickets
from opsdesk.trends.snapshot import read_deadlines
from opsdesk.trends.spans import Span
from tickets import build, event, ticket

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
STATES = {"open": "backlog_size", "past_due": "past_due", "due": "sla_due_tickets", "missed": "sla_due_missed"}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return published_desk(tmp_path_factory.mktemp("desk") / "w.duckdb")


@pytest.fixture(scope="module")
def covered(desk):
    return read_coverage(desk)


@pytest.fixture(scope="module")
def tables(desk):
    return {name: desk.table(name) for name in ("fact_tickets", "ticket_history", "backlog_daily", "features_daily")}  # fmt: skip


@pytest.fixture(scope="module")
def closings(tables):
    """Each closing with its day, hours, verdict and segment, in the log or not."""
    facts = tables["fact_tickets"].set_index("ticket_id", drop=False)
    simple = facts[facts["reopens"].isna() & facts["is_resolved"]]
    logged = tables["ticket_history"].query("is_closing").join(facts["category"], on="ticket_id")
    parts = [
        simple.assign(day=simple["resolved_date"], hours=simple["resolution_hours_clean"], judged=simple["sla_state"]),
        logged.assign(day=logged["from_date"], hours=logged["resolution_hours"]),
    ]  # fmt: skip
    frame = pd.concat([part[["ticket_id", "day", "hours", "judged", "priority", "category"]] for part in parts])  # fmt: skip
    return frame.assign(day=pd.to_datetime(frame["day"]))


def tickets_in(desk, state, day, **filters):
    columns = desk.columns("fact_tickets")
    return desk.ask(*tickets_query(day, AS_OF, state, filters, columns))


def percentile(values, part, of_parts):
    return sorted(values)[-(-len(values) * part // of_parts) - 1]


def test_the_made_up_desk_has_what_these_tests_are_about(tables):
    history = tables["ticket_history"]
    assert history["is_reopening"].sum() > 20
    assert (history["state"] == "paused").sum() > 50
    assert (tables["fact_tickets"]["reopens"] > 1).sum() > 3
    assert tables["fact_tickets"]["reopens"].isna().sum() > 30


def test_the_days_of_all_tickets_are_the_published_ones(desk, covered):
    published = ask(desk, "days").drop(columns="waited_days")
    published["ops_date"] = pd.to_datetime(published["ops_date"])
    computed = selected_days.read_selected_days(desk, Selection(), covered, AS_OF)
    pd.testing.assert_frame_equal(computed[list(published.columns)], published, check_dtype=False)


@pytest.mark.parametrize("category", ["Bug", "Billing"])
def test_the_days_of_a_lasting_segment_are_those_of_segment_daily(desk, covered, category):
    rows = desk.query(
        "SELECT *, created + reopened AS inflow, resolved AS outflow FROM segment_daily "
        f"WHERE dimension = 'category' AND segment = '{category}' ORDER BY ops_date"
    )
    selection = select_tickets({"category": category}, desk.columns("fact_tickets"))
    days = selected_days.read_selected_days(desk, selection, covered, AS_OF)
    days = days[days["ops_date"] >= rows["ops_date"].min()]
    for column in ("backlog_size", "inflow", "outflow", "past_due", "sla_due_tickets", "sla_due_missed"):  # fmt: skip
        assert days[column].tolist() == rows[column].tolist(), column
    assert (days[list(AGE_BANDS)].sum(axis=1) == days["backlog_size"]).all()


def test_the_tickets_behind_a_number_are_as_many_as_it_says(desk, tables, closings):
    days = tables["backlog_daily"].merge(tables["features_daily"], on="ops_date")
    history = tables["ticket_history"]
    for row in days.iloc[3::9].itertuples():
        day = row.ops_date.date()
        for state, column in STATES.items():
            assert len(tickets_in(desk, state, day)) == getattr(row, column), (state, day)
        resolved = closings["ticket_id"][closings["day"] == row.ops_date]
        assert set(tickets_in(desk, "resolved", day)["ticket_id"]) == set(resolved)
        assert len(resolved) == row.outflow
        is_reopened = history["is_reopening"] & (history["from_date"] == row.ops_date)
        reopened = set(history["ticket_id"][is_reopened])
        assert set(tickets_in(desk, "reopened", day)["ticket_id"]) == reopened
        assert len(tickets_in(desk, "created", day)) == row.total_tickets


def test_total_age_is_that_of_the_open_tickets(desk, covered):
    days = series.read_days(desk, covered).set_index("ops_date")["total_age_days"]
    slow = {
        day: (day - pd.to_datetime(tickets_in(desk, "open", day.date())["created_date"])).dt.days.sum()
        for day in days.index[::9]
    }  # fmt: skip
    assert days[list(slow)].to_dict() == slow


def test_debt_is_that_of_the_open_tickets(desk, covered):
    for row in read_debt(desk, covered).itertuples():
        stock = tickets_in(desk, "open", row.ops_date.date())
        is_new = pd.to_datetime(stock["created_date"]) > row.ops_date - 28 * DAY
        assert (row.open_tickets, row.opened_within) == (len(stock), is_new.sum())


def test_each_closing_counts_in_its_week(desk, covered, closings):
    for row in series.read_weeks(desk, covered).itertuples():
        week = closings[closings["day"].between(row.week_ending - 6 * DAY, row.week_ending)]
        judged = week["judged"].dropna()
        expected = (len(judged), (judged == "breached").sum(), len(week))
        assert (row.judged, row.breached, row.timed) == expected
        assert row.outflow == len(week)
        assert row.p90_hours == percentile(week["hours"], 9, 10)


def test_what_fell_due_soon_is_what_an_evening_knew(desk, covered):
    """Every other week's end against tables that were built then, with what was known."""
    weeks = series.read_weeks(desk, covered).iloc[1::2]
    tickets, events = logged_desk()
    known = []
    for end in weeks["week_ending"]:
        evening = midnight(ZONE, (end - pd.Timestamp("2023-03-26")).days + 1) - SECOND
        read = ("fact_tickets", "ticket_sla_risk")
        risks = build(tickets, evening, ZONE, AGENTS, only=read, events=events)["ticket_sla_risk"]
        running = [row for row in risks if row["risk_band"] in ("on_track", "at_risk")]
        known.append(sum(0 < row["hours_left"] <= 24 for row in running))
    assert weeks["due_24h"].tolist() == known
    assert sum(known) > 3


def test_what_is_paused_or_breached_is_not_what_breaches_next(tmp_path):
    """A is paused; C was breached in its first hour, and has a longer promise since."""
    tickets = [ticket("2023-01-02 00:00", sla_hours=12.0, ticket_id=name) for name in "ABC"]
    log = [
        event("A", "2023-01-02 01:00", "status", "Open", "Waiting"),
        event("C", "2023-01-02 02:00", "priority", "High", "Low", old_sla_hours=1.0, new_sla_hours=12.0),
    ]  # fmt: skip
    as_of = datetime(2023, 1, 2, 8, tzinfo=UTC)
    tables = build(tickets, as_of, events=log)
    warehouse = published_tables(tmp_path / "w.duckdb", tables, as_of, "UTC")
    assert read_deadlines(warehouse)["ticket_id"].tolist() == ["B"]


@pytest.mark.parametrize("by", ["priority", "team", "category"])
def test_a_change_is_inflow_less_outflow_and_moves(desk, tables, by):
    span = Span(datetime(2023, 3, 1).date(), datetime(2023, 4, 7).date())
    frame = explain.explain(explain.read_segment_days(desk, by, *span), *span)
    moves = frame["moved_in"] - frame["moved_out"]
    assert (frame["change"] == frame["inflow"] - frame["outflow"] + moves).all()
    assert moves.sum() == 0
    assert (moves != 0).any() == (by != "category")
    stock = tables["backlog_daily"].set_index("ops_date")
    within = stock.loc[pd.Timestamp(span.first) : pd.Timestamp(span.last)]
    assert frame["change"].sum() == within["inflow"].sum() - within["outflow"].sum()
    assert frame["inflow"].sum() == within["inflow"].sum()
    compared = explain.compare(explain.read_segment_days(desk, by, *span), span, span)
    assert compared["inflow"].sum() == within["inflow"].sum()


def test_what_came_into_a_segment_less_what_left_it_is_open(desk, covered):
    """Of all days, so that nothing was open before them."""
    found = ask(
        desk, "segments", last_day=covered.last_day.date(), before=datetime(2000, 1, 1).date()
    )
    assert (found["opened"] - found["resolved"]).equals(found["open_tickets"])
    by_priority = found[found["dimension"] == "priority"]
    assert by_priority["opened"].sum() > by_priority["open_tickets"].sum() > 0


def test_periods_count_each_closing_and_reopening(desk, covered, tables, closings):
    spans = (Span(datetime(2023, 3, 1).date(), datetime(2023, 3, 14).date()),
             Span(datetime(2023, 3, 15).date(), datetime(2023, 3, 28).date()))  # fmt: skip
    periods = read_periods(desk, covered, spans).set_index("figure")
    stock = tables["backlog_daily"].set_index("ops_date")
    for column, span in zip(("before", "now"), spans, strict=True):
        first, last = pd.Timestamp(span.first), pd.Timestamp(span.last)
        done = closings[closings["day"].between(first, last)]
        assert periods.loc["inflow", column] == stock.loc[first:last, "inflow"].sum()
        assert periods.loc["outflow", column] == len(done)
        assert periods.loc["p90_hours", column] == percentile(done["hours"], 9, 10)


def test_hours_of_a_target_are_of_the_segment_in_force_at_the_closing(desk, closings):
    last = datetime(2023, 4, 14).date()
    values = {"dimension": "priority", "segment": "High", "last_day": last}
    rows = ask(desk, "target_hours", **values).set_index("week")
    high = closings[closings["priority"] == "High"]
    week = (pd.Timestamp(last) - high["day"]).dt.days // 7
    slow = high[week >= 0].groupby(week)["hours"]
    assert rows["tickets"].to_dict() == slow.size().to_dict()
    assert rows["hours"].to_dict() == {n: percentile(hours, 9, 10) for n, hours in slow}


def test_teams_of_the_log_are_what_a_filter_finds(desk, covered):
    south = selected_series.read_series(desk, AS_OF, {"team": "South"})
    last = desk.query("SELECT * FROM segment_daily WHERE dimension = 'team' AND segment = 'South'")
    last = last.sort_values("ops_date").iloc[-1]
    assert south.days["backlog_size"].iloc[-1] == last["backlog_size"] > 0


def test_intake_does_not_go_on_with_a_reopening(desk, tables):
    flows = ask(desk, "flows")
    assert flows["inflow"].tolist() == tables["features_daily"]["total_tickets"].tolist()
