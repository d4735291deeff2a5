"""How many bytes BigQuery reads of each table for a SELECT: columns by type, rows by a warehouse."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from opsdesk.catalogue.tables import Column, catalogue

BYTES = {"BOOL": 1, "INT64": 8, "FLOAT64": 8, "DATE": 8, "TIMESTAMP": 8}  # STRING: 2 and its UTF-8
OF_TICKETS = ("tickets_raw", "fact_tickets", "ticket_sla_risk", "work_next")
PLACES = {name: f"p.d.{name}" for name in catalogue()}

Columns = Mapping[str, Iterable[str]]  # by table


class Sizes:
    """The bytes of each column of a DuckDB warehouse; those of tickets grow to `tickets` tickets."""

    def __init__(self, con: duckdb.DuckDBPyConnection, tickets: int | None = None) -> None:
        (there,) = con.execute("SELECT count(*) FROM fact_tickets").fetchone()
        growth = (tickets or there) / there
        self.of: dict[tuple[str, str], float] = {}
        for table in catalogue().values():
            if table.kind in ("ledger", "estimate"):  # estimates have a step of their own
                continue
            sums = ", ".join(size_of(column) for column in table.columns)
            found = con.execute(f"SELECT {sums} FROM {table.name}").fetchone()
            for column, size in zip(table.columns, found, strict=True):
                bigger = growth if table.name in OF_TICKETS else 1
                self.of[table.name, column.name] = int(size) * bigger

    def read(self, columns: Columns) -> list[float]:
        """The bytes of these columns, by table."""
        return [sum(self.of[table, name] for name in names) for table, names in columns.items()]


def size_of(column: Column) -> str:
    """The SQL for the bytes of a column in BigQuery; a NULL has none."""
    if column.type == "STRING":
        return f'coalesce(sum(2 + strlen("{column.name}")), 0)'
    return f'count("{column.name}") * {BYTES[column.type]}'


@lru_cache
def columns_of(sql: str) -> Columns:
    """The columns that a SELECT over PLACES reads: once each, and none that its result does not need."""
    schema = {t.name: {c.name: c.type for c in t.columns} for t in catalogue().values()}
    parsed = sqlglot.parse_one(sql, read="bigquery")
    tree = qualify(parsed, schema={"p": {"d": schema}}, dialect="bigquery")
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(pushdown_projections(tree)):
        for alias, (_, source) in scope.selected_sources.items():
            if isinstance(source, exp.Table):
                names = {column.name for column in scope.columns if column.table == alias}
                found.setdefault(source.name, set()).update(names)
    return found


def everything(name: str) -> Columns:
    return {name: [column.name for column in catalogue()[name].columns]}


def together(*reads: Columns) -> Columns:
    """The columns of several SELECTs, as one of all of them would read them."""
    found: dict[str, set[str]] = {}
    for columns in reads:
        for name, some in columns.items():
            found.setdefault(name, set()).update(some)
    return found
