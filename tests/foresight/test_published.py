"""Readers see estimates with the publication that they were made from, and with no other."""

import duckdb
import pandas as pd
import pytest

from desks import desk
from exports import line, run_ingest, write_export
from opsdesk.catalogue.tables import estimates
from opsdesk.errors import OpsdeskError
from opsdesk.foresight import answers, published, tables, words
from opsdesk.foresight.published import read_foresight, read_likeliest, with_probability
from opsdesk.steps import foresight as step
from opsdesk.warehouse.duckdb import estimates as in_duckdb
from opsdesk.workbench import Workbench
from steps import backfill, open_warehouse, transform

RUN_AT = "2026-11-24T00:00:00+00:00"
LATER = "2026-11-24T01:00:00+00:00"
AS_OF = "2024-04-30 23:59:59"


def as_line(row):
    times = {
        name: f"{row[name]:%Y-%m-%d %H:%M:%S}" if row[name] else ""
        for name in ("created_at", "resolved_at")
    }
    return line(
        row["ticket_id"],
        times["created_at"],
        resolved_at=times["resolved_at"],
        sla_hours=str(row["sla_hours"] or ""),
        priority=row["priority"],
        category=row["category"],
        status="Closed" if row["resolved_at"] else "Open",
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    run_ingest(folder, write_export(folder, *map(as_line, desk(700))), run_at=RUN_AT)
    return str(folder / "lake")


@pytest.fixture
def place(lake, tmp_path):
    place = f"duckdb:{tmp_path}/w.duckdb"
    backfill(lake, place, "", "", RUN_AT)
    transform(place, AS_OF, "UTC", RUN_AT)
    return place


def foresee(place, run_at=RUN_AT):
    return Workbench(run_at).foresee(place)


def test_without_the_step_there_is_nothing_and_a_sentence(place):
    warehouse = open_warehouse(place)
    tickets = pd.DataFrame({"ticket_id": ["T1"]})
    assert read_foresight(warehouse) is None
    assert read_likeliest(warehouse).empty
    assert with_probability(warehouse, tickets) is tickets
    assert words.about_breach(None) == words.about_backlog(None) == words.NOT_MADE
    assert tables.calibration(None).empty and answers.answers(None, {}, "4").empty


def test_with_another_publication_they_are_not_shown_until_they_are_made_again(place):
    foresee(place)
    warehouse = open_warehouse(place)
    assert read_foresight(warehouse) is not None
    transform(place, "2024-04-29 12:00:00", "UTC", LATER)
    tickets = pd.DataFrame({"ticket_id": ["T1"]})
    assert read_foresight(warehouse) is None
    assert read_likeliest(warehouse).empty and with_probability(warehouse, tickets) is tickets
    foresee(place, LATER)
    assert read_foresight(warehouse) is not None
    assert warehouse.estimated()["run_id"].tolist() == [warehouse.runs().iloc[-1]["run_id"]]


def test_a_publication_at_the_same_time_is_seen_and_nothing_is_written(place, monkeypatch):
    """Of a warehouse that does not hold others up, as BigQuery."""
    made = step._make

    def make_slowly(warehouse, run, made_at):
        estimates = made(warehouse, run, made_at)
        monkeypatch.setattr(step, "_last_run", lambda _: {"run_id": "another"})
        return estimates

    monkeypatch.setattr(step, "_make", make_slowly)
    with pytest.raises(OpsdeskError, match="published again while estimates were made"):
        foresee(place)
    assert open_warehouse(place).estimated().empty


def test_a_failure_leaves_all_estimates_as_they_were(place, monkeypatch):
    foresee(place)
    warehouse = open_warehouse(place)
    names = [table.name for table in estimates()]
    before = [warehouse.table(name) for name in [*names, "_foresight"]]
    transform(place, "2024-04-20 12:00:00", "UTC", LATER)
    written = []
    write = in_duckdb._write

    def fail_late(con, table, new):
        if len(written) == 4:
            raise duckdb.IOException("the disk is full")
        written.append(table.name)
        return write(con, table, new)

    monkeypatch.setattr(in_duckdb, "_write", fail_late)
    with pytest.raises(OpsdeskError, match=r"Could not write the warehouse .*disk is full"):
        foresee(place, LATER)
    for name, rows in zip([*names, "_foresight"], before, strict=True):
        pd.testing.assert_frame_equal(warehouse.table(name), rows)
    assert len(written) == 4


def test_a_table_of_somebody_else_is_refused(place):
    with duckdb.connect(place.removeprefix("duckdb:")) as con:
        con.execute("CREATE TABLE backlog_forecast AS SELECT 1 AS mine")
    with pytest.raises(OpsdeskError, match="backlog_forecast"):
        foresee(place)
    assert open_warehouse(place).table("backlog_forecast")["mine"].tolist() == [1]


def test_facts_are_not_touched_and_a_transform_finds_them_unchanged(place):
    warehouse = open_warehouse(place)
    before = warehouse.table("fact_tickets")
    foresee(place)
    pd.testing.assert_frame_equal(warehouse.table("fact_tickets"), before)
    assert transform(place, AS_OF, "UTC", LATER).unchanged
    assert foresee(place, LATER).unchanged


def test_probabilities_next_to_tickets_in_their_order(place):
    foresee(place)
    warehouse = open_warehouse(place)
    risk = warehouse.table("ticket_breach_risk").set_index("ticket_id")["probability"]
    likeliest = read_likeliest(warehouse, places=5)
    assert likeliest["probability"].tolist() == sorted(risk.dropna(), reverse=True)[:5]
    asked = pd.DataFrame({"ticket_id": ["none", *likeliest["ticket_id"][::-1]], "rank": range(6)})
    shown = with_probability(warehouse, asked)
    assert shown["ticket_id"].tolist() == asked["ticket_id"].tolist()
    assert shown["probability"].tolist()[1:] == likeliest["probability"].tolist()[::-1]
    assert pd.isna(shown["probability"].iloc[0]) and list(shown)[-1] == "probability"


def test_expected_breaches_are_the_sums_of_probabilities(place):
    foresee(place)
    warehouse = open_warehouse(place)
    risk = warehouse.table("ticket_breach_risk").dropna(subset="probability")
    expected = published.read_foresight(warehouse).expected
    soon = risk[risk["due_at"] <= pd.Timestamp("2024-05-07 23:59:59+00:00")]
    assert (expected.tickets, expected.tickets_soon) == (len(risk), len(soon))
    assert expected.breaches == pytest.approx(risk["probability"].sum())
    assert expected.breaches_soon == pytest.approx(soon["probability"].sum())
    assert 0 < len(soon) < len(risk)


def test_with_an_export_of_changes_nothing_is_estimated(place):
    """One change of one ticket is enough; what was estimated before it is gone."""
    foresee(place)
    warehouse = open_warehouse(place)
    assert len(warehouse.table("ticket_breach_risk")) == 18
    with duckdb.connect(place.removeprefix("duckdb:")) as con:
        con.execute(
            """INSERT INTO events_raw BY NAME SELECT ticket_id, created_at AS at, 0 AS seq,
            'priority' AS field, 'H' AS old_value, 'L' AS new_value, created_at AS _ingestion_ts,
            'events.csv' AS _source_file FROM tickets_raw ORDER BY created_at LIMIT 1"""
        )
    transform(place, "2024-04-29 12:00:00", "UTC", LATER)  # an earlier moment: all is built again
    assert len(warehouse.table("ticket_history")) >= 1
    assert read_foresight(warehouse) is None
    result = foresee(place, LATER)
    assert result.rows["foresight_checks"] == 5 and sum(result.rows.values()) == 5
    assert warehouse.table("ticket_breach_risk").empty
    ahead = read_foresight(warehouse)
    assert set(ahead.checks["reason"]) == {"changes"} and not ahead.checks["is_shown"].any()
    sentence = (
        "An export of changes is in use: what was known of a deadline at a past moment is not "
        "replayed in the back-test, so nothing is estimated."
    )
    assert words.about_breach(ahead) == words.about_backlog(ahead) == sentence
    assert tables.calibration(ahead).empty and answers.answers(ahead, {}, "4").empty
    assert read_likeliest(warehouse).empty and foresee(place, LATER).unchanged


def test_young_data_are_skipped_with_a_sentence(tmp_path):
    run_ingest(
        tmp_path, write_export(tmp_path, line(created_at="2024-04-30 10:00:00")), run_at=RUN_AT
    )
    place = f"duckdb:{tmp_path}/w.duckdb"
    backfill(str(tmp_path / "lake"), place, "", "", RUN_AT)
    transform(place, AS_OF, "UTC", RUN_AT)
    result = foresee(place)
    assert result.rows["foresight_checks"] == 5 and sum(result.rows.values()) == 5
    ahead = read_foresight(open_warehouse(place))
    assert (
        words.about_breach(ahead) == "No probability of breach is shown: no ticket has a deadline."
    )
    assert words.about_backlog(ahead).endswith("too young to test it on their own past.")


def test_nothing_is_published_yet(lake, tmp_path):
    place = f"duckdb:{tmp_path}/w.duckdb"
    backfill(lake, place, "", "", RUN_AT)
    with pytest.raises(OpsdeskError, match="Nothing is published"):
        foresee(place)
