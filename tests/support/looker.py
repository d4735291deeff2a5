"""LookML as Looker reads it, and its SQL as DuckDB runs it."""

import re
from dataclasses import dataclass

import duckdb
import lkml

from opsdesk.googlesql.translate import transpile

KINDS = ("dimension_groups", "dimensions", "measures")
DAY_OF_STOCK = re.compile(r"SUM\((\S+) HAVING (MAX|MIN) (\S+)\)")
PERCENTILE = re.compile(
    r"ARRAY_AGG\(t\.(\w+) IGNORE NULLS ORDER BY t\.\1\)\[SAFE_ORDINAL\(DIV\(\((\d) \* COUNT\(t\.\1\) \+ 9\), 10\)\)\]"
)


@dataclass(frozen=True)
class View:
    """A view of LookML: its table, its fields by name and its sets."""

    table: str
    fields: dict[str, dict]
    sets: dict[str, list[str]]

    @property
    def measures(self) -> dict[str, str]:
        """The GoogleSQL of the measures by name, over a table called t."""
        return {
            name: aggregate(field)
            for name, field in self.fields.items()
            if field["kind"] == "measures"
        }

    @property
    def names(self) -> list[str]:
        """The names that a user can pick: a group of dimensions has one for each timeframe."""
        groups = {name: field.get("timeframes", []) for name, field in self.fields.items()}
        return [
            f"{name}_{frame}" if frame else name
            for name, frames in groups.items()
            for frame in frames or [""]
        ]


def read_view(text: str) -> View:
    """The only view of a file."""
    (view,) = lkml.load(text)["views"]
    fields = [field | {"kind": kind} for kind in KINDS for field in view.get(kind, [])]
    assert len(fields) == len({field["name"] for field in fields}), "a field twice"
    sets = {entry["name"]: entry["fields"] for entry in view["sets"]}
    return View(view["name"], {field["name"]: field for field in fields}, sets)


def aggregate(field: dict) -> str:
    """What Looker makes of a measure."""
    sql = field.get("sql", "").replace("${TABLE}", "t")
    return {"count": "COUNT(*)", "average": f"AVG({sql})", "number": sql}[field["type"]]


def for_duckdb(sql: str) -> str:
    """An expression over a table t in DuckDB, which knows no HAVING MAX.

    The table must say the first and the last day of each group in first_day and last_day.
    """
    sql = DAY_OF_STOCK.sub(lambda found: _on_one_day(*found.groups()), sql)
    sql = PERCENTILE.sub(r"t.tenth_\2_of_\1", sql)
    if not sql.startswith("AVG("):  # the lint refuses it: its last digits depend on the order
        sql = transpile(f"SELECT {sql} AS value FROM t", "duckdb", {})
        sql = sql.removeprefix("SELECT").removesuffix("FROM t").rstrip().removesuffix("AS value")
    return re.sub(r"t\.tenth_(\d)_of_(\w+)", r"quantile_disc(t.\2, 0.\1)", sql)


def measure(con: duckdb.DuckDBPyConnection, view: View, day: str, group: str) -> list[dict]:
    """Every measure of a view on its table, by a DuckDB expression such as month(ops_date)."""
    days = f", min({day}) OVER one AS first_day, max({day}) OVER one AS last_day" if day else ""
    rows = f"SELECT *, {group} AS g{days} FROM {view.table} WINDOW one AS (PARTITION BY {group})"
    columns = [f"{for_duckdb(sql)} AS {name}" for name, sql in view.measures.items()]
    text = f"SELECT g, {', '.join(columns)} FROM ({rows}) AS t GROUP BY g ORDER BY g"
    return con.sql(text).to_arrow_table().to_pylist()


def _on_one_day(column: str, which: str, day: str) -> str:
    name = "last_day" if which == "MAX" else "first_day"
    return f"SUM(IF({day} = t.{name}, {column}, NULL))"
