"""Datasets: what a step reads and writes, under the names that OpenLineage's conventions give.

A file is `file` and its absolute path, an object `gs://bucket` and its key, a table of BigQuery
`bigquery` and project.dataset.table. The conventions have nothing for DuckDB: a table is below the
path of its file, and its symlink is the name that dbt gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsdesk import project
from opsdesk.catalogue.tables import Column, Table, catalogue, estimates, results
from opsdesk.config.locations import (
    BigQueryLocation,
    is_in_bucket,
    read_bucket,
    read_warehouse,
    split_patterns,
)
from opsdesk.config.parameters import Parameters
from opsdesk.lake.columns import day_file_columns
from opsdesk.lake.names import AGENTS_FILE, EVENTS, REJECTS_FOLDER, TICKETS, Series
from opsdesk.runner.lineage.facets import Facets, facet
from opsdesk.runner.lineage.tables_read import tables_looked_ahead_from, tables_shown

Rows = Mapping[str, int]  # how many rows there are: by table, or by a word of the lake
WILD = "*?["
RAW = (TICKETS.table, "agents_raw", EVENTS.table)
EXPORTED = ("export", "agents", "events")  # parameters that name files


@dataclass(frozen=True)
class Dataset:
    """A dataset with its columns, what it is, and its rows; None where they were not counted."""

    namespace: str
    name: str
    columns: tuple[tuple[Column, str], ...] = ()  # each with its type where the data are
    description: str = ""
    symlink: tuple[str, str] | None = None
    rows: int | None = None

    def as_input(self, **more: Any) -> dict[str, Any]:
        """Return it as an input of an event; `more` are input facets by key."""
        counted = {} if self.rows is None else facet("inputStatistics", rowCount=self.rows)
        return self._shown("inputFacets", counted | more)

    def as_output(self) -> dict[str, Any]:
        """Return it as an output of an event."""
        counted = {} if self.rows is None else facet("outputStatistics", rowCount=self.rows)
        return self._shown("outputFacets", counted)

    def _shown(self, kind: str, facets: Facets) -> dict[str, Any]:
        names = {"namespace": self.namespace, "name": self.name}
        return names | {"facets": self._facets(), kind: facets}

    def _facets(self) -> Facets:
        facets: Facets = {}
        if self.columns:
            facets |= facet("schema", fields=[_field(*pair) for pair in self.columns])
        if self.description:
            facets |= facet("documentation", description=self.description)
        if self.symlink:
            namespace, name = self.symlink
            identifier = {"namespace": namespace, "name": name, "type": "TABLE"}
            facets |= facet("symlinks", identifiers=[identifier])
        return facets


def datasets_of(
    step: str, parameters: Parameters, rows: Rows
) -> tuple[list[Dataset], list[Dataset]]:
    """Return what a step reads and what it writes; nothing for a step that is not known."""
    values = parameters.values
    word = step.partition("_")[2]
    if word == "ingest" and "lake" in values:
        return _exported(values, rows), _lake(values, rows, is_written=True)
    if word == "backfill" and "warehouse" in values:
        raw = [catalogue()[name] for name in RAW]
        return _lake(values, rows), tables_of(values, raw, rows)
    if word == "transform" and "warehouse" in values:
        raw = [catalogue()[name] for name in RAW]
        return tables_of(values, raw, rows), tables_of(values, results(), rows)
    if word == "foresight" and "warehouse" in values:
        read = [catalogue()[name] for name in tables_looked_ahead_from()]
        return tables_of(values, read, rows), tables_of(values, estimates(), rows)
    if word == "trends" and "warehouse" in values:
        shown = [catalogue()[name] for name in tables_shown()]
        shown += [table for table in estimates() if table.name in rows]  # where there are any
        return tables_of(values, shown, rows), []
    return [], []


def tables_of(
    values: Mapping[str, str], tables: list[Table] | tuple[Table, ...], rows: Rows
) -> list[Dataset]:
    """Return tables of the warehouse as datasets."""
    place = read_warehouse(values["warehouse"])
    return [_table(place, table, rows.get(table.name)) for table in tables]


def _table(place: Any, table: Table, rows: int | None) -> Dataset:
    if isinstance(place, BigQueryLocation):
        name = f"{place.project}.{place.dataset}.{table.name}"
        columns = tuple((column, column.type) for column in table.columns)
        return Dataset("bigquery", name, columns, table.description, None, rows)
    path = place.path.as_posix()
    symlink = (f"duckdb://{path}", f"{place.path.stem}.main.{table.name}")
    columns = tuple((column, column.duckdb_type) for column in table.columns)
    return Dataset("file", f"{path}/{table.name}", columns, table.description, symlink, rows)


def _exported(values: Mapping[str, str], rows: Rows) -> list[Dataset]:
    """Return the files that parameters name; a pattern is the folder it is in.

    How many rows each of several has is not written down anywhere.
    """
    named = []
    for parameter in EXPORTED:
        patterns = split_patterns(values.get(parameter, ""))
        alone = rows.get(parameter) if len(patterns) == 1 else None
        named += [_place(pattern, alone) for pattern in patterns if pattern]
    return named


def _place(location: str, rows: int | None) -> Dataset:
    wild = min((location.find(sign) for sign in WILD if sign in location), default=-1)
    plain = location if wild < 0 else location[:wild].rpartition("/")[0]
    namespace, name = _name(plain)
    return Dataset(namespace, name, rows=rows)


def _lake(values: Mapping[str, str], rows: Rows, is_written: bool = False) -> list[Dataset]:
    """Return the parts of the lake: tickets and agents, changes where there are or may be any.

    The rejected rows are among them where it is written.
    """
    lake = values["lake"].rstrip("/")
    tables = catalogue()
    agents = tuple((column, column.type) for column in tables["agents_raw"].columns)
    parts = [
        _day_files(lake, TICKETS, "Cleaned tickets", rows.get("lake")),
        Dataset(*_name(f"{lake}/{AGENTS_FILE}"), agents, "The agents.", rows=rows.get("agents")),
    ]
    if values.get("events") or "lake_events" in rows:
        parts.append(_day_files(lake, EVENTS, "Changes of tickets", rows.get("lake_events")))
    if is_written:
        what = "Rows of the last export that were set aside, with reason and place."
        folder = _name(f"{lake}/{REJECTS_FOLDER}")
        parts.append(Dataset(*folder, description=what, rows=rows.get("rejects")))
    return parts


def _day_files(lake: str, series: Series, what: str, rows: int | None) -> Dataset:
    columns = tuple((column, column.type) for column in day_file_columns(series))
    about = f"{what}, one file per day, times in UTC."
    return Dataset(*_name(f"{lake}/{series.folder}"), columns, about, rows=rows)


def _name(location: str) -> tuple[str, str]:
    """Return namespace and name of a file or folder, here or in a bucket."""
    if is_in_bucket(location):
        place = read_bucket(location)
        return f"gs://{place.bucket}", place.path or "/"
    return "file", project.resolve(location or ".").as_posix()


def _field(column: Column, kind: str) -> dict[str, str]:
    return {"name": column.name, "type": kind, "description": column.description}
