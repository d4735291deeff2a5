"""Charts of selected tickets: the same figures as the published tables, and as a slow count."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.errors import OpsdeskError
from opsdesk.trends import selected_days, selected_series, series
from opsdesk.trends.coverage import read_coverage
from opsdesk.trends.questions import ask
from opsdesk.trends.selection import Selection, select_tickets
from steps import RUN_AT, backfill, ingest, open_warehouse, transform

SAMPLE = "lib/opsdesk/data/sample"
AS_OF = datetime(2023, 5, 20, 12, 0, tzinfo=UTC)  # some deadlines of the last day are not over
SEGMENT_COLUMNS = {
    "backlog_size": "backlog_size",
    "inflow": "created",
    "outflow": "resolved",
    "past_due": "past_due",
    "sla_due_tickets": "sla_due_tickets",
    "sla_due_missed": "sla_due_missed",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    lake = str(folder / "lake")
    warehouse = f"duckdb:{folder}/w.duckdb"
    export = f"{SAMPLE}/ops_tickets.csv"
    ingest(export, "ops_tickets", f"{SAMPLE}/agents_master.csv", "full", lake, RUN_AT)
    backfill(lake, warehouse, "", "", RUN_AT)
    transform(warehouse, "2023-05-20 12:00:00", "UTC", RUN_AT)
    return open_warehouse(warehouse)


@pytest.fixture(scope="module")
def covered(sample):
    return read_coverage(sample)


def days_of(sample, covered, **filters):
    columns = sample.columns("fact_tickets")
    selection = select_tickets(filters, columns)
    return selected_days.read_selected_days(sample, selection, covered, AS_OF)


def test_the_days_of_all_tickets_are_the_published_ones(sample, covered):
    published = ask(sample, "days")
    published["ops_date"] = pd.to_datetime(published["ops_date"])
    published = published.drop(columns="waited_days")  # behind the total age, of the whole desk
    computed = selected_days.read_selected_days(sample, Selection(), covered, AS_OF)
    computed = computed[list(published.columns)]
    pd.testing.assert_frame_equal(computed, published, check_dtype=False)


@pytest.mark.parametrize("dimension", ["priority", "category", "channel", "customer_tier", "team"])
def test_the_days_of_a_segment_are_those_of_segment_daily(sample, covered, dimension):
    sql = f"SELECT * FROM segment_daily WHERE dimension = '{dimension}' ORDER BY ops_date"
    for segment, rows in sample.query(sql).groupby("segment"):
        days = days_of(sample, covered, **{dimension: segment})
        since = days[days["ops_date"] >= rows["ops_date"].min()]
        for ours, theirs in SEGMENT_COLUMNS.items():
            assert since[ours].tolist() == rows[theirs].tolist(), (segment, ours)
        assert (since[list(AGE_BANDS)].sum(axis=1) == since["backlog_size"]).all()


def test_two_filters_and_a_list_as_counted_ticket_by_ticket(sample, covered):
    filters = {"priority": ["High", "Low"], "channel": "Email"}
    days = days_of(sample, covered, **filters).set_index("ops_date")
    tickets = sample.table("fact_tickets")
    chosen = tickets[tickets["priority"].isin(["High", "Low"]) & (tickets["channel"] == "Email")]
    created, resolved = (pd.to_datetime(chosen[f"{n}_date"]) for n in ("created", "resolved"))
    assert len(chosen) > 100
    for day in days.index[[20, 60, -2, -1]]:
        is_open = (created <= day) & (resolved.isna() | (resolved > day))
        ages = sorted((day - created[is_open]).dt.days)
        row = days.loc[day]
        assert row["backlog_size"] == len(ages)
        assert row["age_2_7"] == sum(2 <= age <= 7 for age in ages)
        assert row["age_31_90"] == sum(31 <= age <= 90 for age in ages)
        assert row["age_p50_days"] == ages[-(-len(ages) // 2) - 1]
        assert row["age_p90_days"] == ages[-(-len(ages) * 9 // 10) - 1]


def test_stocks_by_hand():
    days = pd.date_range("2024-01-01", periods=3)
    one, two, three = (date(2024, 1, day) for day in (1, 2, 3))
    changes = pd.DataFrame(
        [(one, one, 8, 5), (one, three, 0, 3), (two, two, 1, 0)],
        columns=["created_date", "ops_date", "opened", "closed"],
    )
    first, second, third = selected_days.stocks(changes, days)
    assert (first["backlog_size"], first["age_p50_days"]) == (3, 0)
    assert (second["backlog_size"], second["age_0_1"], second["age_p90_days"]) == (4, 4, 1)
    assert (third["backlog_size"], third["age_p50_days"]) == (1, 1)
    none = selected_days.stocks(changes.head(0), days)[2]
    assert none["backlog_size"] == 0 and np.isnan(none["age_p50_days"])


def test_a_reopened_ticket_comes_back_with_its_age():
    days = pd.date_range("2024-01-01", periods=4)
    created = date(2024, 1, 1)
    changes = pd.DataFrame(
        [
            (created, created, 1, 0),
            (created, date(2024, 1, 2), 0, 1),
            (created, date(2024, 1, 4), 1, 0),
        ],
        columns=["created_date", "ops_date", "opened", "closed"],
    )
    rows = selected_days.stocks(changes, days)
    assert [row["backlog_size"] for row in rows] == [1, 0, 0, 1]
    assert (rows[3]["age_p50_days"], rows[3]["age_2_7"]) == (3, 1)


def test_the_weeks_of_all_segments_are_those_of_the_desk(sample, covered):
    whole = series.read_weeks(sample, covered)
    by_priority = [
        selected_series.read_series(sample, AS_OF, {"priority": priority}).weeks
        for priority in ("Critical", "High", "Medium", "Low")
    ]
    for column in ("inflow", "outflow", "judged", "breached", "timed", "sla_due_missed"):
        sums = sum(weeks[column].fillna(0) for weeks in by_priority)
        assert sums.tolist() == whole[column].fillna(0).tolist(), column
    one = selected_series.read_series(sample, AS_OF, {"customer_tier": "Gold"}).weeks.iloc[-1]
    sql = (
        "SELECT resolution_hours_clean AS hours FROM fact_tickets WHERE customer_tier = 'Gold' AND "
        "resolved_date BETWEEN DATE '2023-05-13' AND DATE '2023-05-19' AND hours IS NOT NULL"
    )
    hours = sorted(sample.query(sql)["hours"])
    assert one["week_ending"] == pd.Timestamp("2023-05-19")
    assert one["median_hours"] == hours[-(-len(hours) // 2) - 1]


# as_of is Saturday noon: weeks end with Friday, the last whole day.
SPANS = [
    pytest.param("2023-02", ("2023-02-01", "2023-02-28"), "2023-02-10 2023-02-17 2023-02-24", id="month"),
    pytest.param(("2023-02-04", "2023-02-10"), ("2023-02-04", "2023-02-10"), "2023-02-10", id="a week"),
    pytest.param(("2023-02-05", "2023-02-16"), ("2023-02-05", "2023-02-16"), "", id="no whole week"),
    pytest.param(("2023-05-01", "2031-01-01"), ("2023-05-01", "2023-05-20"), "2023-05-12 2023-05-19", id="cut"),
]  # fmt: skip


@pytest.mark.parametrize(("span", "days", "fridays"), SPANS)
def test_a_span_has_its_days_and_the_weeks_that_are_whole_in_it(sample, span, days, fridays):
    cut = selected_series.read_series(sample, AS_OF, {}, span)
    ends = cut.days["ops_date"].iloc[[0, -1]]
    assert tuple(f"{day:%Y-%m-%d}" for day in ends) == days
    assert " ".join(f"{day:%Y-%m-%d}" for day in cut.weeks["week_ending"]) == fridays
    assert bool(cut.why_no_week) == (not fridays)
    is_last = days[1] == "2023-05-20"
    assert cut.days["as_of"].notna().all() == is_last


def test_a_span_outside_the_data_is_refused(sample):
    with pytest.raises(OpsdeskError, match="outside the data, whose days are 2023-01-01 to"):
        selected_series.read_series(sample, AS_OF, {}, "2024-01")


def test_what_is_known_is_that_of_the_selected_tickets(sample):
    tickets = sample.query("SELECT ticket_id FROM fact_tickets WHERE sla_hours IS NULL")
    without = {"ticket_id": list(tickets["ticket_id"])}
    found = selected_series.read_series(sample, AS_OF, without)
    assert "No SLA target is known" in found.days["why_no_promises"].iloc[-1]
    assert found.days["past_due"].isna().all()
