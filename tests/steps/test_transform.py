"""Publishing: what as_of means, all tables or none, and nothing done twice."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from exports import line, run_ingest, write_export
from opsdesk import OpsdeskError, project
from opsdesk.catalogue import identities
from opsdesk.catalogue.tables import results
from opsdesk.warehouse.publication import Publication
from steps import backfill, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
TICKETS = [
    line("T0", "2023-01-02 10:00:00", resolved_at="2023-01-04 08:00:00", status="Closed"),
    line("T1", "2023-01-03 10:00:00"),
    line("T2", "2023-01-03 23:30:00", resolved_at="2023-01-03 23:45:00"),
]


@pytest.fixture
def loaded(tmp_path):
    return prepare(tmp_path, *TICKETS)


def prepare(folder, *lines):
    run_ingest(folder, write_export(folder, *lines))
    backfill(str(folder / "lake"), url(folder), "", "", RUN_AT)
    return folder


def url(folder) -> str:
    return f"duckdb:{folder}/w.duckdb"


def publish(folder, as_of="latest", timezone="UTC", run_at=RUN_AT):
    return transform(url(folder), as_of, timezone, run_at)


def backlog(folder) -> dict:
    frame = open_warehouse(url(folder)).query(
        "SELECT CAST(ops_date AS VARCHAR) AS day, backlog_size FROM backlog_daily ORDER BY day"
    )
    return dict(frame.values.tolist())


AS_OF = [
    pytest.param(
        "latest",
        "UTC",
        {"2023-01-02": 1, "2023-01-03": 2, "2023-01-04": 1},
        id="last event: a resolution",
    ),
    pytest.param(
        "2023-01-03 23:40:00",
        "UTC",
        {"2023-01-02": 1, "2023-01-03": 3},
        id="before two resolutions",
    ),
    pytest.param(
        "2023-01-04 08:00:00",
        "UTC",
        {"2023-01-02": 1, "2023-01-03": 2, "2023-01-04": 1},
        id="at a resolution",
    ),
    pytest.param(
        "2023-01-04 07:59:59",
        "UTC",
        {"2023-01-02": 1, "2023-01-03": 2, "2023-01-04": 2},
        id="a second before",
    ),
    pytest.param(
        "2023-01-03 23:59:59",
        "Asia/Tokyo",
        {"2023-01-02": 1, "2023-01-03": 2},
        id="a wall time in the zone",
    ),
    pytest.param(
        "2023-01-05 00:00:00",
        "UTC",
        {"2023-01-02": 1, "2023-01-03": 2, "2023-01-04": 1, "2023-01-05": 1},
        id="after the data",
    ),
]


@pytest.mark.parametrize(("as_of", "timezone", "days"), AS_OF)
def test_as_of(loaded, as_of, timezone, days):
    publish(loaded, as_of, timezone)
    assert backlog(loaded) == days


def test_now_is_the_moment_of_the_run(loaded):
    result = publish(loaded, "now", run_at="2023-01-03T12:00:00.750+00:00")
    assert result.known_until == "2023-01-03 12:00:00 UTC"
    assert backlog(loaded) == {"2023-01-02": 1, "2023-01-03": 2}


def test_every_table_is_published_with_its_comments(loaded):
    result = publish(loaded)
    warehouse = open_warehouse(url(loaded))
    assert list(result.tables["table"]) == [table.name for table in results()]
    for table in results():
        assert len(warehouse.table(table.name)) == result.rows[table.name]
        comments = warehouse.query(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = $name ORDER BY column_index",
            {"name": table.name},
        )
        assert comments.values.tolist() == [
            [column.name, column.description] for column in table.columns
        ]


def test_a_run_leaves_its_row(loaded):
    publish(loaded, "latest", "Europe/Berlin")
    run = open_warehouse(url(loaded)).runs().iloc[0]
    assert run["run_id"] == "20240101T000000-000"
    assert str(run["as_of"]) == "2023-01-04 08:00:00+00:00"
    parameters = json.loads(run["parameters"])
    assert len(parameters.pop("columns")) == 16  # a digest, see test_versions
    assert parameters == {
        "as_of": "latest",
        "timezone": "Europe/Berlin",
        "computed_by": "DuckDB",
        "zones": "tzdata 2026.6",
        "rules": "default",
        "calendar": "",
        "sla_clock": "",
    }
    assert json.loads(run["rows"])["fact_tickets"] == 3


CLOCK = "The SLA clock runs Mon 09:00-17:00 (mine, UTC)"
NAMED = [
    pytest.param('Low: ""', "", id="a priority of tickets"),
    pytest.param('Middle: ""', "", id="one that a ticket has had"),
    pytest.param('(none): ""', "", id="tickets without one"),
    pytest.param(
        'low: "", Low: ""',
        " No ticket has the priority low, named by per_priority in the calendar mine: "
        "the tickets have (none), High, Low and Middle.",
        id="in other letters",
    ),
    pytest.param(
        'Hihg: "", Urgent: "", Low: ""',
        " No ticket has the priorities Hihg and Urgent, named by per_priority in the calendar mine: "
        "the tickets have (none), High, Low and Middle.",
        id="two",
    ),
]


@pytest.mark.parametrize(("named", "remark"), NAMED)
def test_a_priority_of_the_calendar_that_no_ticket_has_is_said(tmp_path, named, remark):
    log = tmp_path / "log.csv"
    log.write_text("ticket_id,at,field,old,new\nT0,2023-01-03 10:00:00,priority,Middle,Low\n")
    tickets = [*TICKETS, line("T3", priority="High"), line("T4", priority="")]
    run_ingest(
        tmp_path, write_export(tmp_path, *tickets), mapping=str(with_log(tmp_path)), events=str(log)
    )
    backfill(str(tmp_path / "lake"), url(tmp_path), "", "", RUN_AT)
    calendar = tmp_path / "mine.yaml"
    calendar.write_text(f'weekly: {{mon: ["09:00-17:00"]}}\nper_priority: {{{named}}}\n')
    first, again = (
        transform(url(tmp_path), "latest", "UTC", RUN_AT, calendar=str(calendar)) for _ in range(2)
    )
    assert again.unchanged and again.sla_clock == first.sla_clock
    assert first.sla_clock.startswith(CLOCK) and first.sla_clock.endswith(
        f"round the clock.{remark}"
    )


def with_log(folder):
    """The mapping of ops_tickets with a block for a log."""
    mapping = folder / "logged.yaml"
    text = (project.ROOT / "params/mappings/ops_tickets.yaml").read_text()
    columns = "{ticket_id: ticket_id, at: at, field: field, old: old, new: new}"
    block = f"\nevents:\n  columns: {columns}\n  fields: {{priority: priority}}\n"
    mapping.write_text(text + block)
    return mapping


def test_nothing_changed_nothing_done(loaded):
    assert not publish(loaded).unchanged
    again = publish(loaded, run_at="2024-02-01T00:00:00Z")
    assert again.unchanged
    assert again.rows["fact_tickets"] == 3
    assert len(open_warehouse(url(loaded)).runs()) == 1
    assert not publish(loaded, timezone="Asia/Tokyo").unchanged
    prepare(loaded, *TICKETS, line("T9"))
    assert not publish(loaded, timezone="Asia/Tokyo").unchanged


def test_a_contradiction_is_not_published(loaded, monkeypatch):
    publish(loaded)
    before = backlog(loaded)
    prepare(loaded, *TICKETS, line("T9", "2023-01-01 00:00:00"))
    wrong = identities.Check(
        "there are fewer than four tickets", "SELECT COUNT(*) FROM fact_tickets HAVING COUNT(*) > 3"
    )
    monkeypatch.setattr(identities, "CHECKS", (wrong,))
    with pytest.raises(
        OpsdeskError,
        match=r"not published: it must hold that there are fewer than four tickets, but see 4",
    ):
        publish(loaded)
    assert backlog(loaded) == before
    assert len(open_warehouse(url(loaded)).runs()) == 1


@pytest.mark.parametrize("check", identities.CHECKS, ids=lambda check: check.says)
def test_every_check_holds_and_can_fail(loaded, check):
    """Holds on sound tables; after the tables are bent, each finds it."""
    publish(loaded)
    bend = {
        "one row per ticket in fact_tickets": "INSERT INTO fact_tickets SELECT * FROM fact_tickets LIMIT 1",
        "backlog = opening + inflow - outflow": "UPDATE backlog_daily SET inflow = inflow + 1",
        "backlog = the sum of its age bands": "UPDATE backlog_daily SET age_8_30 = 1",
        "opening = the day before's backlog, and no day is left out": "DELETE FROM backlog_daily WHERE ops_date = DATE '2023-01-03'",
        "features_daily and backlog_daily count the same": "UPDATE features_daily SET past_due_tickets = 7",
        "the last backlog = the open tickets of fact_tickets": "UPDATE fact_tickets SET is_resolved = true",
        "the agents' stocks add up to the backlog": "UPDATE daily_agent_load SET open_tickets = open_tickets + 1",
        "the segments of each dimension add up to the totals": "DELETE FROM segment_daily WHERE ops_date = DATE '2023-01-03' AND backlog_size = 2",
        "the segments of each dimension were judged as all tickets were": "UPDATE segment_daily SET met = met + 1",
        "what leaves a segment or an agent comes to another one": "UPDATE daily_agent_load SET moved_in = moved_in + 1",
        "a ticket with a history has one row in force, and its end is that of fact_tickets": "UPDATE fact_tickets SET reopens = 0",
        "every first response is counted on one day": "UPDATE features_daily SET first_responses = first_responses + 1",
        "every rate is between 0 and 1": "UPDATE features_daily SET sla_attainment = 1.01",
    }
    with duckdb.connect(loaded / "w.duckdb") as con:
        assert con.execute(check.counterexamples).fetchall() == []
        con.execute(bend[check.says])
        assert con.execute(check.counterexamples).fetchall() != []


REFUSED = [
    pytest.param(
        {"as_of": "2023-01-02 09:59:59"},
        r"is before the first ticket \(2023-01-02 10:00:00 UTC",
        id="before the data",
    ),
    pytest.param({"as_of": "yesterday"}, "'yesterday' is not a time", id="not a time"),
    pytest.param({"timezone": "Mars/Olympus"}, "is not an IANA time zone", id="not a zone"),
]


@pytest.mark.parametrize(("changes", "says"), REFUSED)
def test_refused(loaded, changes, says):
    with pytest.raises(OpsdeskError, match=says):
        publish(loaded, **changes)


def test_an_empty_warehouse_is_said(tmp_path):
    with pytest.raises(OpsdeskError, match="There is no warehouse"):
        publish(tmp_path)


def test_a_query_changes_nothing_and_says_what_is_wrong(loaded):
    publish(loaded)
    warehouse = open_warehouse(url(loaded))
    with pytest.raises(OpsdeskError, match="read-only"):
        warehouse.query("DELETE FROM fact_tickets")
    with pytest.raises(OpsdeskError, match=r"The query failed: .*nowhere"):
        warehouse.query("SELECT * FROM nowhere")
    with pytest.raises(OpsdeskError, match=r"There is no table 'fact'.*fact_tickets"):
        warehouse.table("fact")


def test_a_table_computed_elsewhere_is_published_by_the_same_commit(loaded):
    """What another engine leaves as Parquet: its rows, in declared types, checked and counted like the others."""
    result = publish(loaded)
    warehouse = open_warehouse(url(loaded))
    before = warehouse.table("dim_agents")
    staged = loaded / "dim_agents"
    staged.mkdir()
    with duckdb.connect() as con:
        columns = "'A9' AS agent_id, 'Ann' AS name, NULL AS team, NULL AS active_from, NULL AS active_to, 3 AS daily_capacity"
        con.execute(f"COPY (SELECT {columns}) TO '{staged}/part-0.parquet'")
    later = datetime(2024, 3, 1, tzinfo=UTC)
    loads = warehouse.loads()
    parts = dict(zip(loads["part"], loads["fingerprint"], strict=True))
    publication = Publication(result.as_of, "UTC", parts, "latest", later, 0.0, "Spark")
    rows = warehouse.publish(publication, {"dim_agents": staged})
    assert (rows["dim_agents"], rows["fact_tickets"]) == (1, 3)
    after = warehouse.table("dim_agents")
    assert after["agent_id"].tolist() == ["A9"] and str(after["daily_capacity"].dtype) == "float64"
    assert before.empty and warehouse.runs()["run_id"].tolist()[-1] == "20240301T000000-000"
