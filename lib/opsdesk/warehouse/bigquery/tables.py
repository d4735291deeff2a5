"""The dataset and its tables: made where they are missing, with the types, layout and sentences of tables.yaml."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from google.api_core import exceptions as api
from google.cloud import bigquery

from opsdesk.catalogue.tables import Column, Layout, Table
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.bigquery.jobs import CALL, Jobs
from opsdesk.warehouse.bigquery.statements import INSERTED_AT

EXPIRY = timedelta(
    days=1
)  # of a staging table: long after the longest run, and soon enough to cost nothing
ABOUT = "Tickets, backlog and SLA, made by opsdesk."
SAME = {
    "INTEGER": "INT64",
    "FLOAT": "FLOAT64",
    "BOOLEAN": "BOOL",
}  # BigQuery's older names of types


def ensure_dataset(jobs: Jobs) -> None:
    """Makes the dataset where it is missing; to look first needs no right to make one."""
    try:
        jobs.client.get_dataset(jobs.place(), **CALL)
    except api.NotFound:
        dataset = bigquery.Dataset(jobs.place())
        dataset.location, dataset.description, dataset.labels = (
            jobs.google.location or None,
            ABOUT,
            {"app": "opsdesk"},
        )
        jobs.client.create_dataset(dataset, exists_ok=True, **CALL)


def ensure_table(jobs: Jobs, table: Table) -> None:
    """Makes a table where it is missing, and brings one of an earlier version up to date where that loses nothing.

    Raises:
        OpsdeskError: it has other columns.
    """
    try:
        found = jobs.client.get_table(jobs.place(table.name), **CALL)
    except api.NotFound:
        jobs.client.create_table(_definition(jobs, table.name, table), exists_ok=True, **CALL)
        return
    wanted = _fields(table)
    if _shown(found.schema) != _shown(wanted):
        found.schema = _widened(jobs, found, wanted)
        jobs.client.update_table(found, ["schema"], **CALL)


def make_staging(jobs: Jobs, name: str, table: Table, columns: tuple[Column, ...] = ()) -> None:
    """Makes an empty table that vanishes by itself after a day; one that is there is fine.

    It is laid out like `table`; with `columns`, which are those of a load job, it has these only and no layout.
    """
    staging = _definition(jobs, name, replace(table, layout=Layout()) if columns else table)
    staging.schema = [_field(column) for column in columns or table.columns]
    staging.expires = datetime.now(UTC) + EXPIRY  # no data depends on this clock
    staging.description = f"Rows on their way into {table.name}; vanishes by itself."
    jobs.client.create_table(staging, exists_ok=True, **CALL)


def drop(jobs: Jobs, *names: str) -> None:
    """Removes staging tables; those that are gone are fine."""
    for name in names:
        jobs.client.delete_table(jobs.place(name), not_found_ok=True, **CALL)


def rows_of(jobs: Jobs, name: str) -> int | None:
    """How many rows a table has, None where there is none. It bills nothing."""
    try:
        return jobs.client.get_table(jobs.place(name), **CALL).num_rows
    except api.NotFound:
        return None


def _definition(jobs: Jobs, name: str, table: Table) -> bigquery.Table:
    made = bigquery.Table(jobs.place(name), schema=_fields(table))
    made.description, made.labels = table.description, {"app": "opsdesk"}
    if table.layout.partition:
        made.time_partitioning = bigquery.TimePartitioning(
            bigquery.TimePartitioningType.MONTH, table.layout.partition
        )
        made.clustering_fields = list(table.layout.cluster)
    return made


def _fields(table: Table) -> list[bigquery.SchemaField]:
    fields = [
        _field(column, "REQUIRED" if column.name in table.key else "NULLABLE")
        for column in table.columns
    ]
    if table.name == "_runs":
        fields.append(
            bigquery.SchemaField(
                INSERTED_AT,
                "TIMESTAMP",
                description="The moment of the commit: the order of the rows.",
            )
        )
    return fields


def _field(column: Column, mode: str = "NULLABLE") -> bigquery.SchemaField:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return bigquery.SchemaField(
        column.name, column.type, mode, description=column.description + unit
    )


def _widened(
    jobs: Jobs, found: bigquery.Table, wanted: list[bigquery.SchemaField]
) -> list[bigquery.SchemaField]:
    """The columns there are, with the sentences of today, and the new ones after them."""
    known = {field.name: field for field in wanted}
    there = {field.name: field for field in found.schema}
    if any(
        name not in known or _type(field) != _type(known[name]) for name, field in there.items()
    ):
        raise OpsdeskError(
            f"The table {jobs.place(found.table_id)} was made by another version of opsdesk or by someone else: "
            "its columns differ. Remove it (its rows come again from the lake) or name another dataset as `warehouse`."
        )
    new = [field for field in wanted if field.name not in there]
    return [
        *(bigquery.SchemaField(name, known[name].field_type, field.mode, description=known[name].description) for name, field in there.items()),
        *(bigquery.SchemaField(field.name, field.field_type, description=field.description) for field in new),
    ]  # fmt: skip


def _shown(schema: list[bigquery.SchemaField]) -> dict[str, tuple]:
    return {field.name: (_type(field), field.description) for field in schema}


def _type(field: bigquery.SchemaField) -> str:
    return SAME.get(field.field_type, field.field_type)
