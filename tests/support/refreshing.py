"""Publishing twice: what is loaded and published, and how much of each table was built."""

import duckdb

from opsdesk.calendars.calendar import ROUND_THE_CLOCK
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.steps import transform as step
from opsdesk.warehouse.duckdb import builder
from opsdesk.warehouse.duckdb.decision import Build, Thresholds
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from steps import open_warehouse
from tickets import numbered

RUN_AT = "2027-01-01T00:00:00Z"
MONTHS = ("2023-01", "2023-02", "2023-03")
ANY = Thresholds(candidates=100, needed=1)  # however many tickets changed, parts are built
ANY_CHANGED = Thresholds(candidates=100)


def transform(path, as_of, timezone="UTC", thresholds=None, clock=ROUND_THE_CLOCK):
    warehouse = DuckDBWarehouse(path, thresholds)
    return step.transform(warehouse, as_of, timezone, RUN_AT, clock=clock)


def put(path, tickets, team=None) -> None:
    """The tickets in tickets_raw and the ledgers, as backfill would leave them.

    A fingerprint tells a month's content, a checksum that of a day, but for the moment of loading.
    With `team` agent A1 is in it.
    """
    warehouse = open_warehouse(f"duckdb:{path}")
    with warehouse.loading() as loader:
        con = loader.con
        con.execute("DELETE FROM tickets_raw; DELETE FROM agents_raw; DELETE FROM _loads")
        con.execute("DELETE FROM _days WHERE state = 'loaded'")
        names = [column.name for column in catalogue()["tickets_raw"].columns]
        marks = ", ".join("?" * len(names))
        for row in numbered(tickets):
            con.execute(f"INSERT INTO tickets_raw VALUES ({marks})", [row[name] for name in names])
        if team:
            agent = "INSERT INTO agents_raw BY NAME SELECT 'A1' AS agent_id, ? AS team"
            con.execute(agent, [team])
            con.execute("INSERT INTO _loads VALUES ('agents', ?, 0, 0, now())", [team])
        for month in MONTHS:
            put_ledger(con, month, [row for row in tickets if row["created_at"].startswith(month)])


def put_ledger(con, month, tickets) -> None:
    """The ledger rows of a month with these tickets."""
    content = repr(tickets)
    con.execute("INSERT INTO _loads VALUES (?, ?, 0, 0, now())", [month, content])
    for day in {row["created_at"][:10] for row in tickets}:
        rows = [row | {"_ingestion_ts": ""} for row in tickets if row["created_at"].startswith(day)]
        values = [month, content, day, repr(rows)]
        con.execute("INSERT INTO _days VALUES (?, ?, ?, 0, ?, 'loaded')", values)


def tables(path) -> dict[str, list]:
    with duckdb.connect(path, read_only=True) as con:
        con.execute("SET TimeZone='UTC'")
        return {
            table.name: con.execute(f"SELECT * FROM {table.name} ORDER BY ALL")
            .to_arrow_table()
            .to_pylist()
            for table in results()
        }


def decisions(monkeypatch) -> dict[str, Build]:
    """What is decided for each table from now on."""
    found = {}

    def deciding(table, *known):
        found[table.name] = whole(table, *known)
        return found[table.name]

    whole = builder.decide
    monkeypatch.setattr(builder, "decide", deciding)
    return found


def named(found: dict[str, Build], *builds: Build) -> list[str]:
    """The tables of which that much was built, in their order."""
    return [name for name, build in found.items() if build in builds]
