"""Google's own analyzer and engine on the SQL files: the types are those declared, the rows are DuckDB's.

What BigQuery refuses, this refuses. It stands in for BigQuery in every way but quotas and transactions.
"""

from collections.abc import Iterable

import pytest
import test_daily
import test_facts
import test_groups
from zetasql.core.exceptions import ServerError

from generated_histories import clocks, random_log
from generated_tickets import AGENTS, many_tickets, midnight, with_kinds
from googlesql import analyze, rows, schemas, staged
from hand_typed import hand_typed
from opsdesk.calendars.calendar import ROUND_THE_CLOCK, SlaClock
from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import Table, catalogue, read_sql, results
from opsdesk.googlesql.definition import definition
from opsdesk.steps.transform import PRIORITIES
from sla_clocks import SHIFTS, clock
from ticket_rows import differences
from tickets import Row, build, clock_of, instant, numbered, shipped_rules, ticket

pytestmark = pytest.mark.xdist_group("googlesql")
RESULTS = [pytest.param(table, id=table.name) for table in results()]
PARAMETERS = {"as_of": "TIMESTAMP", "timezone": "STRING", **dict.fromkeys(NO_CALENDAR, "STRING")}
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
DATASET = "example-project.ops_analytics"


def declared(table: Table) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in table.columns]


def known_before(table: Table) -> list[str]:
    """The tables that a file may read: the raw ones, and those built before it."""
    return [
        "tickets_raw",
        "events_raw",
        "agents_raw",
        *(before.name for before in results()[: results().index(table)]),
    ]


@pytest.mark.parametrize("table", RESULTS)
def test_a_file_as_it_stands_has_the_declared_columns_and_types(table: Table) -> None:
    assert analyze(read_sql(table), schemas(known_before(table)), PARAMETERS) == declared(table)


def test_the_shipped_rules_have_the_declared_columns_and_types() -> None:
    table = catalogue()["work_next"]
    text = definition(table, shipped_rules())
    assert analyze(text, schemas(known_before(table)), PARAMETERS) == declared(table)


def test_google_takes_the_question_for_priorities() -> None:
    """Tickets without one, and what a log says that they had."""
    raw = schemas(["tickets_raw", "events_raw"])
    assert analyze(PRIORITIES, raw, {}) == [("priority", "STRING")]


@pytest.mark.parametrize("table", RESULTS)
def test_a_file_reads_staging_tables_through_an_outer_with(table: Table) -> None:
    places = {name: f"{DATASET}.{name}__20230110T120000" for name in known_before(table)}
    text = f"CREATE TABLE `{DATASET}.new_table` AS\n" + staged(
        read_sql(table), {name: f"`{place}`" for name, place in places.items()}
    )
    tables = {place: schemas([name])[name] for name, place in places.items()}
    assert read_sql(table) in text
    assert analyze(text, tables, PARAMETERS) == declared(table)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        pytest.param(
            "SELECT ticket_idd FROM fact_tickets", "Unrecognized name: ticket_idd", id="a column"
        ),
        pytest.param("SELECT 1 FROM fact_ticket", "Table not found: fact_ticket", id="a table"),
        pytest.param("SELECT @day", "Query parameter 'day' not found", id="a parameter"),
        pytest.param(
            "SELECT DATE_DIFF('day', due_date, created_date) FROM fact_tickets",
            "A valid date part name is required",
            id="DuckDB's text",
        ),
        pytest.param(
            "SELECT created_at = '2023' FROM fact_tickets", "Could not cast literal", id="a type"
        ),
    ],
)
def test_what_google_refuses(sql: str, message: str) -> None:
    with pytest.raises(ServerError, match=message):
        analyze(sql, schemas(), PARAMETERS)


def test_the_analyzers_types_are_its_own() -> None:
    sql = "SELECT COUNT(*) AS n, SUM(sla_hours) AS hours, MAX(due_at) AS due_at, @day AS day FROM fact_tickets"
    found = analyze(sql, schemas(["fact_tickets"]), {"day": "DATE"})
    assert found == [("n", "INT64"), ("hours", "FLOAT64"), ("due_at", "TIMESTAMP"), ("day", "DATE")]


def computed_by_google(
    tickets: list[Row],
    as_of: object,
    timezone: str,
    agents: Iterable[Row],
    only: Iterable[str],
    clock: SlaClock,
    events: list[Row],
) -> dict[str, list[Row]]:
    """What `tickets.build` gives, each table computed by Google from those that Google computed before."""
    tables = {"tickets_raw": numbered(tickets), "agents_raw": list(agents), "events_raw": events}
    given = {"as_of": instant(as_of), "timezone": timezone}
    given |= clock_of(tables["tickets_raw"], instant(as_of), clock)
    for name in only:
        sql = definition(catalogue()[name], shipped_rules())
        read = {other: content for other, content in tables.items() if other in sql}
        tables[name] = rows(sql, read, given)
    return {name: tables[name] for name in only}


def disagreements(
    tickets: list[Row],
    as_of: object,
    timezone: str = "UTC",
    agents: Iterable[Row] = (),
    only: Iterable[str] = (),
    clock: SlaClock = ROUND_THE_CLOCK,
    events: Iterable[Row] = (),
) -> dict[str, list[str]]:
    """Where DuckDB and Google differ, by table: in any column, in NULLs, in floats by more than a few bits."""
    wanted = {*only, "dim_calendar", "ticket_history"}  # which fact_tickets reads
    names = [table.name for table in results() if not only or table.name in wanted]
    ours = build(tickets, as_of, timezone, agents, names, clock=clock, events=events)
    googles = computed_by_google(tickets, as_of, timezone, agents, names, clock, list(events))
    found = {name: differences(name, ours[name], googles[name]) for name in names}
    return {name: different for name, different in found.items() if different}


def test_the_reference_engine_agrees_on_every_case_typed_by_hand() -> None:
    cases = hand_typed(test_facts, test_daily, test_groups)
    assert len(cases) > 150
    different = {repr(case[1:]): case for case in cases}.values()
    assert {case.name: found for case in different if (found := disagreements(*case[1:]))} == {}


@pytest.mark.parametrize(("zone", "seed"), [(zone, seed) for seed, zone in enumerate(ZONES)])
def test_the_reference_engine_agrees_on_generated_tickets(zone: str, seed: int) -> None:
    """Every second zone with a calendar, on whose clock High does not run, and promises in days."""
    tickets, as_of = many_tickets(zone, 150, seed)
    if seed % 2:
        assert disagreements(tickets, as_of, zone, AGENTS) == {}
        return
    shifts = clock(SHIFTS, zone, [midnight(zone, 3).date()], High="")
    assert disagreements(with_kinds(tickets), as_of, zone, AGENTS, clock=shifts) == {}


@pytest.mark.parametrize("seed", [1, 4])
def test_the_reference_engine_agrees_on_histories(seed: int) -> None:
    zone = ZONES[seed % len(ZONES)]
    tickets, events, as_of = random_log(seed, zone, 30)
    fast, _ = clocks(zone, seed // len(ZONES))
    assert disagreements(tickets, as_of, zone, AGENTS, clock=fast, events=events) == {}


def test_a_difference_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that is a second later for Google alone."""
    as_it_is = definition
    monkeypatch.setitem(
        globals(),
        "definition",
        lambda *given: as_it_is(*given).replace("* 3600)", "* 3600 + 1)"),
    )
    assert set(disagreements([ticket(sla_hours=1.0)], "2023-01-05")) >= {
        "fact_tickets",
        "ticket_sla_risk",
    }
