"""Tables written by query jobs and replaced by copy jobs.

bqemulator answers the rows of a query with a destination and never writes the table.
"""

from typing import Any

from bqemulator.api.routes import jobs
from bqemulator.api.routes.tables import _parse_schema_fields
from bqemulator.catalog.models import JobMeta, TableMeta, TableSchema
from bqemulator.jobs import executor
from bqemulator.jobs.executor import JOB_RESULTS, JOB_SCHEMAS
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches.one_job import alone
from bqemulator_patches.registry import Key, layout, register
from bqemulator_patches.rest import Json
from bqemulator_patches.tables import typed_columns

RESULT = "_opsdesk_result"
original_copy = executor._copy_table_into_destination


def apply() -> None:
    """Write the destination of a query job; replace schema and layout by a copy job."""
    jobs._apply_write_append = alone(_write)
    executor._copy_table_into_destination = alone(_copy)


async def _write(
    *,
    job_meta: JobMeta,
    job_id: str,
    query_config: Json,
    ctx: Any,
    request_project_id: str,
    **_: Any,
) -> JobMeta:
    destination = query_config.get("destinationTable") or {}
    is_select = job_meta.statistics["query"].get("statementType") == "SELECT"
    if not destination.get("tableId") or not is_select:
        return job_meta
    project = destination.get("projectId") or request_project_id
    key = (project, destination["datasetId"], destination["tableId"])
    disposition = query_config.get("writeDisposition", "WRITE_EMPTY")
    refused = _refused(key, disposition, ctx)
    if refused:
        return _failed(job_meta, refused, ctx)
    if disposition != "WRITE_APPEND" or not ctx.catalog.get_table(*key):
        _make_table(key, job_id, query_config, ctx)
    ctx.engine.connection.register(RESULT, JOB_RESULTS[job_id])
    try:
        ctx.engine.execute(f"INSERT INTO {quoted_table_ref(*key)} BY NAME SELECT * FROM {RESULT}")
    finally:
        ctx.engine.connection.unregister(RESULT)
    return job_meta


def _refused(key: Key, disposition: str, ctx: Any) -> dict[str, str] | None:
    """Return the error with which BigQuery refuses to write the table, None where it writes."""
    project, dataset, table = key
    if ctx.catalog.get_dataset(project, dataset) is None:
        return {"reason": "notFound", "message": f"Not found: Dataset {project}:{dataset}"}
    if disposition == "WRITE_EMPTY" and ctx.catalog.get_table(*key):
        count = ctx.engine.execute(f"SELECT count(*) FROM {quoted_table_ref(*key)}").fetchone()[0]
        if count:
            message = f"Already Exists: Table {project}:{dataset}.{table}"
            return {"reason": "duplicate", "message": message}
    return None


def _make_table(key: Key, job_id: str, config: Json, ctx: Any) -> None:
    """Make the empty table for a job's result, in the place of the one that exists."""
    existing = ctx.catalog.get_table(*key)
    fields = _parse_schema_fields(JOB_SCHEMAS[job_id])
    typed = typed_columns([field.model_dump() for field in fields])
    columns = ", ".join(f'"{name}" {kind}' for name, kind in typed)
    ctx.engine.execute(f"CREATE OR REPLACE TABLE {quoted_table_ref(*key)} ({columns})")
    changes = {"schema_": TableSchema(fields=fields), **layout(config, existing)}
    register(key, existing, changes, ctx)


async def _copy(**options: Any) -> None:
    ctx = options["ctx"]
    key = (options["dst_proj"], options["dst_ds"], options["dst_table_id"])
    # bqemulator would only replace the rows, and keep schema and layout of the old table.
    if options["write_disposition"] == "WRITE_TRUNCATE" and ctx.catalog.get_table(*key):
        ctx.engine.execute(f"DROP TABLE {quoted_table_ref(*key)}")
        ctx.catalog.delete_table(*key)
    await original_copy(**options)
    # BigQuery copies these with the table.
    source: TableMeta = ctx.catalog.get_table(
        options["src_proj"], options["src_ds"], options["src_table_id"]
    )
    labelled = {"description": source.description, "labels": source.labels}
    ctx.catalog.update_table(ctx.catalog.get_table(*key).model_copy(update=labelled))


def _failed(job: JobMeta, error: dict[str, str], ctx: Any) -> JobMeta:
    return jobs._failed_job_meta(
        job.project_id, job.job_id, "QUERY", job.configuration, error, ctx.clock.now()
    )
