"""A table with SQL of an awkward form is built again when a column that it reads changed, and only then."""

import pytest

from opsdesk.catalogue import tables as catalogue_of
from opsdesk.catalogue.tables import Column, Table, catalogue
from opsdesk.warehouse.duckdb.decision import Build
from refreshing import ANY_CHANGED, decisions, put, tables, transform
from tickets import ticket

TICKETS = [
    ticket("2023-01-05 10:00", ticket_id="T1", agent_id="A1", sla_hours=8.0),
    ticket("2023-02-05 10:00", "2023-02-06 10:00", ticket_id="T2", agent_id="A2"),
]
DAYS = "(SELECT ops_date FROM backlog_daily) AS days"


def publish_twice(monkeypatch, tmp_path, table, sql, change) -> tuple[Build, bool]:
    """Publishes with one more table, changes a ticket, publishes again.

    Returns how much of the table was built, and whether it is what a fresh warehouse has.
    """
    read = catalogue_of._text
    monkeypatch.setitem(catalogue(), table.name, table)
    monkeypatch.setattr(
        catalogue_of, "_text", lambda *path: sql if path[-1] == "awkward.sql" else read(*path)
    )
    put(tmp_path / "w.duckdb", TICKETS)
    transform(tmp_path / "w.duckdb", "2023-05-01")
    found = decisions(monkeypatch)
    changed = [TICKETS[0] | change, *TICKETS[1:]]
    put(tmp_path / "w.duckdb", changed)
    transform(tmp_path / "w.duckdb", "2023-05-01", thresholds=ANY_CHANGED)
    put(tmp_path / "fresh.duckdb", changed)
    transform(tmp_path / "fresh.duckdb", "2023-05-01")
    fresh = tables(tmp_path / "fresh.duckdb")
    return found["awkward"], tables(tmp_path / "w.duckdb") == fresh


def awkward(*columns: str, key: str = "") -> Table:
    """A result table called awkward with these columns of text; no row of it is of a ticket or day."""
    described = tuple(Column(name, "STRING", f"The {name}.") for name in columns)
    return Table("awkward", "result", "An awkward one.", (key or columns[-1],), described)


@pytest.mark.parametrize(
    ("columns", "sql", "read", "unread"),
    [
        pytest.param(["ticket_id", "status"], f"SELECT * FROM {DAYS} JOIN fact_tickets ON created_date = ops_date",
                     {"status": "Pending"}, None, id="the star of a join"),
        pytest.param(["ticket_id", "status"], "SELECT t.*, 1 AS one FROM fact_tickets AS t",
                     {"status": "Pending"}, None, id="the star of an alias"),
        pytest.param(["status"], "SELECT `status` FROM `fact_tickets`",
                     {"status": "Pending"}, {"channel": "Phone"}, id="quoted names"),
        pytest.param(["status"], "SELECT fact_tickets.status FROM main.fact_tickets",
                     {"status": "Pending"}, {"channel": "Phone"}, id="a qualified name"),
        pytest.param(["channel"],
                     "WITH dim_agents AS (SELECT status, channel FROM fact_tickets) SELECT channel FROM dim_agents",
                     {"status": "Pending"}, {"customer_tier": "Basic"}, id="a CTE that shadows a table"),
        pytest.param(["channel"],
                     "SELECT channel FROM fact_tickets WHERE ticket_id IN (SELECT ticket_id FROM fact_tickets WHERE status = 'Pending')",
                     {"status": "Pending"}, {"customer_tier": "Basic"}, id="a subquery"),
        pytest.param(["channel"],
                     "SELECT channel FROM fact_tickets JOIN (SELECT 'Pending' AS status) AS wanted USING (status)",
                     {"status": "Pending"}, {"customer_tier": "Basic"}, id="a USING column"),
        pytest.param(["first_id"],
                     "SELECT FIRST_VALUE(ticket_id) OVER (PARTITION BY channel ORDER BY status, ticket_id) AS first_id FROM fact_tickets",
                     {"status": "Aaa"}, {"customer_tier": "Basic"}, id="a window"),
        pytest.param(["channel"],
                     "SELECT channel FROM fact_tickets UNION ALL SELECT status FROM fact_tickets",
                     {"status": "Pending"}, {"customer_tier": "Basic"}, id="UNION"),
        pytest.param(["agent_id"], "SELECT agent_id FROM ticket_sla_risk",
                     {"agent_id": "A9"}, None, id="a table of tickets that is refreshed"),
        pytest.param(["status"], "SELECT status FROM tickets_raw",
                     {"status": "Pending"}, None, id="a raw table"),
    ],
)  # fmt: skip
def test_it_is_built_again_when_what_it_reads_changed(
    monkeypatch, tmp_path_factory, columns, sql, read, unread
):
    table = awkward(*columns)
    with monkeypatch.context() as patch:
        found = publish_twice(patch, tmp_path_factory.mktemp("read"), table, sql, read)
    assert found == (Build.WHOLE, True)
    if unread:
        folder = tmp_path_factory.mktemp("unread")
        assert publish_twice(monkeypatch, folder, table, sql, unread) == (Build.NOTHING, True)


def test_a_daily_table_of_raw_tickets_is_built_whole(monkeypatch, tmp_path):
    """Days are built in part only where the tickets that they need can be told from the fact."""
    columns = (Column("ops_date", "DATE", "The day."), Column("tickets", "INT64", "How many."))
    table = Table("awkward", "result", "By day.", ("ops_date",), columns)
    sql = "SELECT DATE(created_at, @timezone) AS ops_date, COUNT(*) AS tickets FROM tickets_raw GROUP BY ops_date"
    change = {"created_at": "2023-01-03 10:00"}
    assert publish_twice(monkeypatch, tmp_path, table, sql, change) == (Build.WHOLE, True)


def test_a_table_of_tickets_that_reads_more_than_the_fact_is_built_whole(monkeypatch, tmp_path):
    """Its rows may change where no ticket does."""
    sql = """SELECT ticket_id, IF(n > 2, 'many', 'few') AS size
        FROM fact_tickets CROSS JOIN (SELECT COUNT(*) AS n FROM backlog_daily WHERE inflow > 0) AS days"""
    change = {"created_at": "2023-02-05 10:00"}
    table = awkward("ticket_id", "size", key="ticket_id")
    assert publish_twice(monkeypatch, tmp_path, table, sql, change) == (Build.WHOLE, True)


def test_a_fact_that_reads_more_than_its_raw_table_lets_nothing_stay(monkeypatch, tmp_path):
    """Which of its tickets changed is not known then."""
    read = catalogue_of._text

    def text(*path):
        sql = read(*path)
        if path[-1] != "fact_tickets.sql":
            return sql
        return (
            f"SELECT f.* FROM ({sql}) AS f CROSS JOIN (SELECT COUNT(*) AS n FROM agents_raw) AS a"
        )

    monkeypatch.setattr(catalogue_of, "_text", text)
    put(tmp_path / "w.duckdb", TICKETS)
    transform(tmp_path / "w.duckdb", "2023-05-01")
    found = decisions(monkeypatch)
    changed = [TICKETS[0] | {"status": "Pending"}, *TICKETS[1:]]
    for path in (tmp_path / "w.duckdb", tmp_path / "fresh.duckdb"):
        put(path, changed)
        transform(path, "2023-05-01", thresholds=ANY_CHANGED)
    small = {"dim_calendar": Build.WHOLE, "ticket_history": Build.WHOLE}
    assert found == {"dim_agents": Build.NOTHING, **small, "fact_tickets": Build.WHOLE}
    assert tables(tmp_path / "w.duckdb") == tables(tmp_path / "fresh.duckdb")
