"""Load jobs: all or nothing, with the options of the job (skipped rows, delimiter, null marker), strict values, REQUIRED."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
from bqemulator.api.routes import jobs
from bqemulator.api.routes.tables import _field_to_rest
from bqemulator.catalog.etag import generate_etag
from bqemulator.catalog.models import JobMeta, TableMeta, TableSchema
from bqemulator.domain.errors import (
    AlreadyExistsError,
    DomainError,
    InvalidQueryError,
    NotFoundError,
)
from bqemulator.jobs import executor
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches import tables
from bqemulator_patches.alone import alone
from bqemulator_patches.csv_values import fill_from_csv
from bqemulator_patches.destinations import layout

STAGE = "_opsdesk_stage"
original = executor.execute_load_job


def mend() -> None:
    """Apply what is in this module."""
    jobs.execute_load_job = execute


@alone
async def execute(project_id: str, job_id: str, config: dict, ctx: Any) -> JobMeta:
    """Runs a load job; what goes wrong with the data is told in the job, as BigQuery does."""
    job, now = executor._parse_load_job_config(project_id, config), ctx.clock.now()
    existing = ctx.catalog.get_table(job.project_id, job.dataset_id, job.table_id)
    schema = _schema(job, existing)
    if not schema.fields:  # the types are guessed from the file
        return await original(project_id, job_id, config, ctx)
    try:
        paths = _paths(job, ctx)
        rows = _load(job, schema, existing, paths, ctx)
    except (DomainError, duckdb.Error) as error:
        reason = (
            error.bq_reason if isinstance(error, NotFoundError | AlreadyExistsError) else "invalid"
        )
        told = {
            "reason": reason,
            "message": getattr(error, "message", None)
            or f"Error while reading data, error message: {error}",
        }
        return jobs._failed_job_meta(project_id, job_id, "LOAD", config, told, now)
    load = {
        "inputFiles": str(len(paths)), "inputFileBytes": str(sum(Path(path).stat().st_size for path in paths)),
        "outputRows": str(rows), "outputBytes": str(max(1, rows)), "badRecords": "0",
    }  # fmt: skip
    return JobMeta(
        project_id=project_id, job_id=job_id, job_type="LOAD", state="DONE", configuration=config, statistics={"load": load},
        creation_time=now, start_time=now, end_time=ctx.clock.now(), etag=generate_etag(project_id, job_id, str(now)),
    )  # fmt: skip


def _schema(job: Any, existing: TableMeta | None) -> TableSchema:
    given = (job.raw_config.get("schema") or {}).get("fields")
    if given:
        return TableSchema(fields=tables._fields(given))
    return existing.schema_ if existing else TableSchema()


def _paths(job: Any, ctx: Any) -> list[str]:
    found = []
    for uri in job.source_uris:
        path = executor._resolve_uri(uri, ctx)
        executor._validate_local_path(path)
        there = _matching(path)
        if not there:
            raise NotFoundError(f"Not found: URI {uri}")
        found += there
    return found


def _matching(path: str) -> list[str]:
    """The files that `path` means; `*` stands for any text, slashes too."""
    if "*" not in path:
        return [path] if Path(path).is_file() else []
    folder = Path(path[: path.index("*")]).parent
    return sorted(
        str(file) for file in folder.rglob("*") if file.is_file() and fnmatchcase(str(file), path)
    )


def _load(
    job: Any, schema: TableSchema, existing: TableMeta | None, paths: list[str], ctx: Any
) -> int:
    """Fills a temporary table, then puts its rows into the target at once; how many they are."""
    if ctx.catalog.get_dataset(job.project_id, job.dataset_id) is None:
        raise NotFoundError(f"Not found: Dataset {job.project_id}:{job.dataset_id}")
    columns = tables.typed_columns([_field_to_rest(field) for field in schema.fields])
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    run = ctx.engine.execute
    run(f"CREATE OR REPLACE TEMP TABLE {STAGE} ({definition})")
    try:
        if job.source_format == "CSV":
            fill_from_csv(run, STAGE, schema.fields, job.raw_config, paths)
        else:
            for path in paths:
                executor._LOAD_FORMAT_HANDLERS[job.source_format](path, STAGE, ctx)
        rows = run(f"SELECT count(*) FROM {STAGE}").fetchone()[0]
        _replace_or_append(job, schema, existing, definition, ctx)
        return rows
    finally:
        run(f"DROP TABLE IF EXISTS temp.{STAGE}")


def _replace_or_append(
    job: Any, schema: TableSchema, existing: TableMeta | None, definition: str, ctx: Any
) -> None:
    run, target = ctx.engine.execute, quoted_table_ref(job.project_id, job.dataset_id, job.table_id)
    if (
        existing
        and job.write_disposition == "WRITE_EMPTY"
        and run(f"SELECT count(*) FROM {target}").fetchone()[0]
    ):
        raise AlreadyExistsError(
            f"Already Exists: Table {job.project_id}:{job.dataset_id}.{job.table_id}"
        )
    if not existing and job.create_disposition == "CREATE_NEVER":
        raise NotFoundError(f"Not found: Table {job.project_id}:{job.dataset_id}.{job.table_id}")
    fresh = not existing or job.write_disposition == "WRITE_TRUNCATE"
    run("BEGIN")
    try:
        if fresh:
            run(f"CREATE OR REPLACE TABLE {target} ({definition})")
        run(f"INSERT INTO {target} BY NAME SELECT * FROM temp.{STAGE}")
        run("COMMIT")
    except BaseException as error:
        run("ROLLBACK")
        raise InvalidQueryError(f"Error while reading data, error message: {error}") from error
    if fresh:
        _register(job, schema, existing, ctx)


def _register(job: Any, schema: TableSchema, existing: TableMeta | None, ctx: Any) -> None:
    key, now = (job.project_id, job.dataset_id, job.table_id), ctx.clock.now()
    table = existing or TableMeta(
        project_id=key[0], dataset_id=key[1], table_id=key[2], creation_time=now, last_modified_time=now,
        etag=generate_etag(*key, str(now)),
    )  # fmt: skip
    said = job.raw_config.get("destinationTableProperties") or {}
    new = {"schema_": schema, "last_modified_time": now} | layout(job.raw_config, existing)
    new |= {name: said[name] for name in ("description", "labels") if name in said}
    if "expirationTime" in said:
        new["expiration_time"] = tables.milliseconds(said["expirationTime"])
    (ctx.catalog.update_table if existing else ctx.catalog.create_table)(
        table.model_copy(update=new)
    )
