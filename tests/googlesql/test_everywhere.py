"""What opsdesk.googlesql.allowlist allows gives the same rows on DuckDB, on Spark and in Google's own engine."""

import math
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pyspark
import pytest
import sqlglot
from pyspark.sql import SparkSession

from generated_tickets import AGENTS, many_tickets
from googlesql import rows
from opsdesk.catalogue.tables import catalogue, read_sql, results
from opsdesk.googlesql.allowlist import PROVEN
from opsdesk.googlesql.translate import problems, transpile
from opsdesk.spark.java import find_java
from proven_sql import EVERYTHING
from tickets import Row, build

pytestmark = pytest.mark.xdist_group("googlesql")
CASES = [pytest.param(sql, id=name) for name, sql in EVERYTHING.items()]
ZONE = "Europe/Berlin"
READ = ("fact_tickets", "dim_agents")


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    tickets, as_of = many_tickets(ZONE, 60, seed=1)
    built = build(tickets, as_of, ZONE, AGENTS, only=READ)
    return {name: built[name] for name in READ}


@pytest.fixture(scope="module")
def spark(
    tables: dict[str, list[Row]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparkSession]:
    java = os.environ.get("JAVA_HOME") or str(find_java(pyspark.__version__))
    place = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
    }
    settings |= {"spark.sql.warehouse.dir": str(place), "spark.driver.bindAddress": "127.0.0.1"}
    with pytest.MonkeyPatch.context() as environment:  # other tests look for a Java themselves
        environment.setenv("JAVA_HOME", java)
        session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    for name, content in tables.items():
        columns = catalogue()[name].columns
        schema = ", ".join(f"{column.name} {column.spark_type}" for column in columns)
        values = [tuple(row[column.name] for column in columns) for row in content]
        session.createDataFrame(values, schema).createOrReplaceTempView(name)
    yield session
    session.stop()


def sorted_rows(found: list[Row]) -> list[Row]:
    """The rows in an order of their own, with instants in UTC."""
    plain = [{name: _utc(value) for name, value in row.items()} for row in found]
    return sorted(
        plain,
        key=lambda row: repr([value for value in row.values() if not isinstance(value, float)]),
    )


def _utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float | int):
        return math.isclose(left, right, rel_tol=1e-9)
    return left == right and (left is None) == (right is None)


def differing(found: list[Row], expected: list[Row]) -> dict[str, tuple]:
    """By column the first pair of values that differ."""
    assert len(found) == len(expected)
    pairs = list(zip(sorted_rows(found), sorted_rows(expected), strict=True))
    return {
        name: (a[name], b[name])
        for a, b in reversed(pairs)
        for name in b
        if not same(a[name], b[name])
    }


def on_google(sql: str, tables: dict[str, list[Row]]) -> list[Row]:
    return rows(sql, tables, {"timezone": ZONE})


@pytest.mark.parametrize("sql", CASES)
def test_duckdb_gives_the_rows_of_google(sql: str, tables: dict[str, list[Row]]) -> None:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for name, content in tables.items():
            columns = catalogue()[name].columns
            con.execute(
                f"CREATE TABLE {name} ({', '.join(f'{column.name} {column.duckdb_type}' for column in columns)})"
            )
            values = [[row[column.name] for column in columns] for row in content]
            con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", values)
        found = con.sql(transpile(sql, "duckdb", {"timezone": ZONE})).to_arrow_table().to_pylist()
    assert differing(found, on_google(sql, tables)) == {}


@pytest.mark.parametrize("sql", CASES)
def test_spark_gives_the_rows_of_google(
    sql: str, tables: dict[str, list[Row]], spark: SparkSession
) -> None:
    found = [
        row.asDict() for row in spark.sql(transpile(sql, "spark", {"timezone": ZONE})).collect()
    ]
    assert differing(found, on_google(sql, tables)) == {}


def test_what_is_allowed_is_what_is_proven() -> None:
    texts = [*EVERYTHING.values(), *map(read_sql, results())]
    nodes = {
        type(node) for text in texts for node in sqlglot.parse_one(text, read="bigquery").walk()
    }
    assert {kind.__name__ for kind in nodes ^ PROVEN} == set()
    assert [problem for text in texts for problem in problems(text)] == []
