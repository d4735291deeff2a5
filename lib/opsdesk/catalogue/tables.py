"""The catalogue of tables: `tables.yaml` as typed records, and the SQL of each result table."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from opsdesk.catalogue.totals import NO_TOTALS, Totals, read_totals
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import LOADER

DUCKDB_TYPES = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMPTZ",
}
SPARK_TYPES = {
    "STRING": "STRING",
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
}
# a line of a file in sql/ that stands for a file in sql/parts/
PART = re.compile(r"^-- part: (?P<name>\w+)(?: of (?P<source>\w+))?$", re.MULTILINE)
AGE_BANDS = ("age_0_1", "age_2_7", "age_8_30", "age_31_90", "age_over_90")  # of backlog_daily


@dataclass(frozen=True)
class Column:
    """A column: its GoogleSQL type, its meaning in a sentence, and the unit of a number or "".

    The rest is what must be true of its values in a result table, see constraints.py: `values` is
    all that they may be, () for anything; `range` replaces the range of the unit; `references` is
    table.column, or "".
    """

    name: str
    type: str
    description: str
    unit: str = ""
    nullable: bool = False
    values: tuple[str, ...] = ()
    range: tuple[float | None, float | None] | None = None
    references: str = ""

    @property
    def duckdb_type(self) -> str:
        """Return the type's name in DuckDB."""
        return DUCKDB_TYPES[self.type]

    @property
    def spark_type(self) -> str:
        """Return the type's name in Spark."""
        return SPARK_TYPES[self.type]


@dataclass(frozen=True)
class Layout:
    """How BigQuery lays a table out, and why.

    It is partitioned by month of one column, and clustered by others; "" for neither.
    """

    partition: str = ""
    cluster: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Table:
    """A table of kind `raw`, `result`, `estimate` or `ledger`.

    The columns of `key` together occur once.
    """

    name: str
    kind: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    layout: Layout = Layout()
    totals: Totals = NO_TOTALS

    @property
    def is_per_ticket(self) -> bool:
        """Return whether each row is computed from one ticket alone.

        A changed ticket then changes its own row only.
        """
        return self.kind == "result" and self.key == ("ticket_id",)

    @property
    def is_daily(self) -> bool:
        """Return whether its rows are of local days, each made of the tickets up to that day."""
        return self.kind == "result" and self.key[0] == "ops_date"

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            OpsdeskError: there is no such column; the text names those there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        names = ", ".join(column.name for column in self.columns)
        raise OpsdeskError(f"There is no column {name!r} in {self.name}: it has {names}.")


@lru_cache
def catalogue() -> dict[str, Table]:
    """Return every table of tables.yaml by name, in its order."""
    entries = yaml.load(_text("tables.yaml"), Loader=LOADER)
    return {name: _read_table(name, entry) for name, entry in entries.items()}


def results() -> tuple[Table, ...]:
    """Return the tables that SQL computes, in the order in which they are built."""
    return tuple(table for table in catalogue().values() if table.kind == "result")


def estimates() -> tuple[Table, ...]:
    """Return the tables of estimates, in the order of tables.yaml."""
    return tuple(table for table in catalogue().values() if table.kind == "estimate")


def read_sql(table: Table) -> str:
    """Return the GoogleSQL text that defines a result table.

    Raises:
        OpsdeskError: the table is loaded and not computed.
    """
    if table.kind != "result":
        raise OpsdeskError(
            f"{table.name} has no SQL file: it is a {table.kind} table, "
            "which is loaded and not computed."
        )
    return PART.sub(_part, _text("sql", f"{table.name}.sql"))


def is_added(column: str) -> bool:
    """Return whether the load adds a column of a raw table, so that files of the lake lack it."""
    return column in ("_ingestion_ts", "_source_file")


def _part(named: re.Match[str]) -> str:
    """Return the tables of WITH that several files share, read from another raw table if named."""
    part = _text("sql", "parts", f"{named['name']}.sql")
    if named["source"]:
        part = re.sub(r"\btickets_raw\b", named["source"], part)
    return f"{part.strip()},"


def _read_table(name: str, entry: dict[str, Any]) -> Table:
    layout = entry.get("bigquery", {})
    return Table(
        name=name,
        kind=entry["kind"],
        description=entry["description"],
        key=tuple(entry["key"]),
        columns=tuple(_read_column(column) for column in entry["columns"]),
        layout=Layout(
            partition=layout.get("partition", ""),
            cluster=tuple(layout.get("cluster", ())),
            why=layout.get("why", ""),
        ),
        totals=read_totals(entry.get("totals", {})),
    )


def _read_column(entry: dict[str, Any]) -> Column:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Column(**{**entry, **lists})


def _text(*path: str) -> str:
    return resources.files(__package__).joinpath("/".join(path)).read_text(encoding="utf-8")
