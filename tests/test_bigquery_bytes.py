"""The benchmark that computes what BigQuery bills: which columns count, what a month holds, which plan reads less."""

import importlib

import duckdb
import pytest

from opsdesk import project
from refreshing import put, transform
from tickets import ticket

OLD = ticket("2023-01-05 10:00", "2023-01-06 10:00", ticket_id="old")


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(project.ROOT / "benchmarks"))
    return importlib.import_module


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        pytest.param("SELECT priority, COUNT(*) FROM p.d.fact_tickets GROUP BY 1", {"priority"}, id="those that are named"),
        pytest.param("SELECT COUNT(*) FROM p.d.fact_tickets", set(), id="a count of rows has none"),
        pytest.param("SELECT status FROM (SELECT * FROM p.d.fact_tickets)", {"status"}, id="those of a star that are needed"),
        pytest.param("SELECT status FROM p.d.fact_tickets WHERE is_resolved", {"status", "is_resolved"}, id="those of a condition"),
        pytest.param("SELECT a.status FROM p.d.fact_tickets AS a CROSS JOIN p.d.fact_tickets AS b WHERE b.is_resolved",
                     {"status", "is_resolved"}, id="a table that is read twice"),
    ],
)  # fmt: skip
def test_the_columns_that_are_billed(load, sql, columns):
    assert load("bigquery_sizes").columns_of(sql) == {"fact_tickets": columns}


@pytest.mark.parametrize(
    ("others", "share"),
    [
        pytest.param([ticket("2023-03-05 10:00", ticket_id="T1")], 0.5, id="an open ticket in another month"),
        pytest.param([ticket("2023-01-05 10:00", ticket_id="T1")], 1.0, id="an open ticket in its month"),
        pytest.param([ticket("2023-01-07 10:00", "2023-03-31 09:00", ticket_id="T1")], 1.0, id="one that is resolved on the last day"),
        pytest.param([ticket("2023-03-05 10:00", "2023-03-06 10:00", ticket_id="T1")], 0.0, id="all are over"),
    ],
)  # fmt: skip
def test_the_share_of_tickets_in_months_that_are_written_again(tmp_path, load, others, share):
    put(tmp_path / "w.duckdb", [OLD, *others])
    transform(tmp_path / "w.duckdb", "2023-03-31 12:00:00")
    with duckdb.connect(tmp_path / "w.duckdb") as con:
        assert con.execute(load("bigquery_bytes").TOUCHED).fetchone() == (share,)


def test_the_plans_next_to_each_other(tmp_path, load):
    """Of many tickets; a few bill the least of each table, whatever is read."""
    put(tmp_path / "w.duckdb", [OLD, ticket("2023-01-07 10:00", ticket_id="T1")])
    transform(tmp_path / "w.duckdb", "2023-01-31 12:00:00")
    with duckdb.connect(tmp_path / "w.duckdb") as con:
        table = load("bigquery_bytes").compare(con, [10_000_000])
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    read = {row[1]: int(row[3].replace(",", "")) for row in rows}
    billed = {row[1]: int(row[4].replace(",", "")) for row in rows}
    best, now, before, changed = sorted(read, key=read.get)[1:]
    assert (now, before) == ("as it is", "all staged, each check a query")
    assert best == "as it is, daily tables in one query"
    assert changed == "changed rows, months with 100% of the tickets"
    assert billed[now] < billed[before] < billed[changed]


def test_what_is_not_staged_is_read_nowhere(load):
    plan = load("bigquery_bytes").as_it_is()
    assert not [statement for statement in plan if "ticket_sla_risk" in statement.reads]
    assert sum("fact_tickets" in statement.reads for statement in plan) == 10
