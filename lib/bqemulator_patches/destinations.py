"""Tables written by query jobs (bqemulator answers the rows and never writes the table) and replaced by copy jobs."""

from typing import Any

from bqemulator.api.routes import jobs
from bqemulator.api.routes.tables import _parse_schema_fields
from bqemulator.catalog.etag import generate_etag
from bqemulator.catalog.models import Clustering, JobMeta, TableMeta, TableSchema, TimePartitioning
from bqemulator.jobs import executor
from bqemulator.jobs.executor import JOB_RESULTS, JOB_SCHEMAS
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches.alone import alone
from bqemulator_patches.tables import typed_columns

original_copy = executor._copy_table_into_destination


def mend() -> None:
    """Apply what is in this module."""
    jobs._apply_write_append = alone(_write)
    executor._copy_table_into_destination = alone(_copy)


def layout(config: dict, existing: TableMeta | None) -> dict[str, Any]:
    """Partitioning and clustering that a job's configuration asks for, else those the table has."""
    partitioning, clustering = config.get("timePartitioning"), config.get("clustering")
    return {
        "time_partitioning": TimePartitioning(
            type=partitioning.get("type", "DAY"), field=partitioning.get("field")
        )
        if partitioning
        else existing and existing.time_partitioning,
        "clustering": Clustering(fields=tuple(clustering["fields"]))
        if clustering
        else existing and existing.clustering,
    }


async def _write(
    *,
    job_meta: JobMeta,
    job_id: str,
    query_config: dict,
    ctx: Any,
    request_project_id: str,
    **_: Any,
) -> JobMeta:
    to = query_config.get("destinationTable") or {}
    if not to.get("tableId") or job_meta.statistics["query"].get("statementType") != "SELECT":
        return job_meta
    key = (to.get("projectId") or request_project_id, to["datasetId"], to["tableId"])
    existing, how = ctx.catalog.get_table(*key), query_config.get("writeDisposition", "WRITE_EMPTY")
    target = quoted_table_ref(*key)
    if ctx.catalog.get_dataset(*key[:2]) is None:
        return _failed(job_meta, "notFound", f"Not found: Dataset {key[0]}:{key[1]}", ctx)
    if (
        existing
        and how == "WRITE_EMPTY"
        and ctx.engine.execute(f"SELECT count(*) FROM {target}").fetchone()[0]
    ):
        return _failed(
            job_meta, "duplicate", f"Already Exists: Table {key[0]}:{key[1]}.{key[2]}", ctx
        )
    fields = _parse_schema_fields(JOB_SCHEMAS[job_id])
    if not existing or how != "WRITE_APPEND":
        columns = ", ".join(
            f'"{n}" {kind}' for n, kind in typed_columns([f.model_dump() for f in fields])
        )
        ctx.engine.execute(f"CREATE OR REPLACE TABLE {target} ({columns})")
        _register(key, TableSchema(fields=fields), existing, query_config, ctx)
    ctx.engine.connection.register("_opsdesk_result", JOB_RESULTS[job_id])
    try:
        ctx.engine.execute(f"INSERT INTO {target} BY NAME SELECT * FROM _opsdesk_result")
    finally:
        ctx.engine.connection.unregister("_opsdesk_result")
    return job_meta


async def _copy(**options: Any) -> None:
    ctx = options["ctx"]
    key = (options["dst_proj"], options["dst_ds"], options["dst_table_id"])
    if options["write_disposition"] == "WRITE_TRUNCATE" and ctx.catalog.get_table(*key):
        ctx.engine.execute(f"DROP TABLE {quoted_table_ref(*key)}")
        ctx.catalog.delete_table(*key)
    await original_copy(**options)
    source = ctx.catalog.get_table(options["src_proj"], options["src_ds"], options["src_table_id"])
    said = {"description": source.description, "labels": source.labels}
    ctx.catalog.update_table(ctx.catalog.get_table(*key).model_copy(update=said))


def _register(
    key: tuple[str, str, str],
    schema: TableSchema,
    existing: TableMeta | None,
    config: dict,
    ctx: Any,
) -> None:
    now = ctx.clock.now()
    said = {"schema_": schema, "last_modified_time": now} | layout(config, existing)
    if existing:
        ctx.catalog.update_table(existing.model_copy(update=said))
    else:
        bare = TableMeta(
            project_id=key[0], dataset_id=key[1], table_id=key[2], creation_time=now, last_modified_time=now,
            etag=generate_etag(*key, str(now)),
        )  # fmt: skip
        ctx.catalog.create_table(bare.model_copy(update=said))


def _failed(job: JobMeta, reason: str, message: str, ctx: Any) -> JobMeta:
    error = {"reason": reason, "message": message}
    return jobs._failed_job_meta(
        job.project_id, job.job_id, "QUERY", job.configuration, error, ctx.clock.now()
    )
