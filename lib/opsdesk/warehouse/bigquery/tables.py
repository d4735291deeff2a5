"""The dataset and its tables: made where they are missing, as tables.yaml declares them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from google.api_core import exceptions as api
from google.cloud import bigquery

from opsdesk.catalogue.tables import Column, Layout, Table
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.expirations import refuse_expiring_dataset, refuse_expiring_table
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.transactions import INSERTED_AT

# Of a staging table: long after the longest run, and soon enough to cost nothing.
EXPIRY = timedelta(days=1)
ABOUT = "Tickets, backlog and SLA, made by opsdesk."
LABELS = {"app": "opsdesk"}
# BigQuery's older names of types.
SAME = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


def ensure_dataset(jobs: Jobs) -> None:
    """Make the dataset where it is missing. It is looked for first: that needs fewer rights.

    Raises:
        OpsdeskError: it has a default expiration, as each dataset of a project without billing has.
    """
    try:
        found = jobs.client.get_dataset(jobs.place(), **CALL)
    except api.NotFound:
        dataset = bigquery.Dataset(jobs.place())
        dataset.location = jobs.google.location or None
        dataset.description = ABOUT
        dataset.labels = LABELS
        found = jobs.client.create_dataset(dataset, exists_ok=True, **CALL)
    refuse_expiring_dataset(jobs, found)


def ensure_table(jobs: Jobs, table: Table) -> None:
    """Make a table where it is missing; give one of an earlier version its new columns.

    Raises:
        OpsdeskError: it has other columns, or an expiration.
    """
    try:
        found = jobs.client.get_table(jobs.place(table.name), **CALL)
    except api.NotFound:
        jobs.client.create_table(_definition(jobs, table.name, table), exists_ok=True, **CALL)
        return
    refuse_expiring_table(jobs, found)
    wanted = _fields(table)
    if _shown(found.schema) != _shown(wanted):
        found.schema = _widened(jobs, found, wanted)
        jobs.client.update_table(found, ["schema"], **CALL)


def make_staging(jobs: Jobs, name: str, table: Table, columns: tuple[Column, ...] = ()) -> None:
    """Make an empty table that expires after a day; one that is there is fine.

    It is laid out like `table`. With `columns`, those of a load job, it has only these and no
    layout.
    """
    staging = _definition(jobs, name, replace(table, layout=Layout()) if columns else table)
    staging.schema = [_field(column) for column in columns or table.columns]
    staging.expires = datetime.now(UTC) + EXPIRY  # no data depends on this clock
    staging.description = f"Rows on their way into {table.name}; expires by itself."
    jobs.client.create_table(staging, exists_ok=True, **CALL)


def drop(jobs: Jobs, *names: str) -> None:
    """Remove staging tables; those that are gone are fine."""
    for name in names:
        jobs.client.delete_table(jobs.place(name), not_found_ok=True, **CALL)


def rows_of(jobs: Jobs, name: str) -> int | None:
    """Return how many rows a table has, None where there is no such table. It bills nothing."""
    try:
        rows: int | None = jobs.client.get_table(jobs.place(name), **CALL).num_rows
    except api.NotFound:
        return None
    return rows


def _definition(jobs: Jobs, name: str, table: Table) -> bigquery.Table:
    made = bigquery.Table(jobs.place(name), schema=_fields(table))
    made.description = table.description
    made.labels = LABELS
    if table.layout.partition:
        month = bigquery.TimePartitioningType.MONTH
        made.time_partitioning = bigquery.TimePartitioning(month, table.layout.partition)
        made.clustering_fields = list(table.layout.cluster)
    return made


def _fields(table: Table) -> list[bigquery.SchemaField]:
    fields = [
        _field(column, "REQUIRED" if column.name in table.key else "NULLABLE")
        for column in table.columns
    ]
    if table.name == "_runs":
        about = "When the transaction of the publication began: the order of the rows."
        fields.append(bigquery.SchemaField(INSERTED_AT, "TIMESTAMP", description=about))
    return fields


def _field(column: Column, mode: str = "NULLABLE") -> bigquery.SchemaField:
    unit = f" Unit: {column.unit}." if column.unit else ""
    about = column.description + unit
    return bigquery.SchemaField(column.name, column.type, mode, description=about)


def _widened(
    jobs: Jobs, found: bigquery.Table, wanted: list[bigquery.SchemaField]
) -> list[bigquery.SchemaField]:
    """Return the columns there are, with the sentences of today, and the new ones after them."""
    declared = {field.name: field for field in wanted}
    there = {field.name: field for field in found.schema}
    for name, field in there.items():
        if name not in declared or _type(field) != _type(declared[name]):
            raise OpsdeskError(
                f"The table {jobs.place(found.table_id)} was made by another version of opsdesk "
                "or by someone else: its columns differ. Remove it (its rows come again from the "
                "lake) or name another dataset as `warehouse`."
            )
    kept = [_described(declared[name], field.mode) for name, field in there.items()]
    # A new column must take NULL: rows that are there have no value for it.
    new = [_described(field, "NULLABLE") for name, field in declared.items() if name not in there]
    return [*kept, *new]


def _described(field: bigquery.SchemaField, mode: str) -> bigquery.SchemaField:
    return bigquery.SchemaField(field.name, field.field_type, mode, description=field.description)


def _shown(schema: Sequence[bigquery.SchemaField]) -> dict[str, tuple[str, str | None]]:
    return {field.name: (_type(field), field.description) for field in schema}


def _type(field: bigquery.SchemaField) -> str:
    name: str = field.field_type
    return SAME.get(name, name)
