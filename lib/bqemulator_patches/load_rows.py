"""The rows of a load job: staged in a temporary table, then put into the target at once."""

from typing import Any

from bqemulator.api.routes.tables import _field_to_rest
from bqemulator.catalog.models import TableMeta, TableSchema
from bqemulator.domain.errors import AlreadyExistsError, InvalidQueryError, NotFoundError
from bqemulator.jobs import executor
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches import tables
from bqemulator_patches.csv_values import FAILED, fill_from_csv
from bqemulator_patches.registry import layout, register

STAGE = "_opsdesk_stage"


def load_rows(
    job: Any, schema: TableSchema, existing: TableMeta | None, paths: list[str], ctx: Any
) -> int:
    """Load the files into the job's table; return the number of their rows.

    Raises:
        DomainError: the dataset or the table is missing, the table is not empty, or a value does
            not fit.
    """
    _refuse_missing_dataset(job, ctx)
    columns = tables.typed_columns([_field_to_rest(field) for field in schema.fields])
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    run = ctx.engine.execute
    run(f"CREATE OR REPLACE TEMP TABLE {STAGE} ({definition})")
    try:
        _fill_stage(job, schema, paths, ctx)
        rows = _count(STAGE, ctx)
        _refuse_disposition(job, existing, ctx)
        is_new = not existing or job.write_disposition == "WRITE_TRUNCATE"
        _replace_or_append(_target(job), definition if is_new else None, run)
        if is_new:
            _register(job, schema, existing, ctx)
        return rows
    finally:
        run(f"DROP TABLE IF EXISTS temp.{STAGE}")


def _refuse_missing_dataset(job: Any, ctx: Any) -> None:
    if ctx.catalog.get_dataset(job.project_id, job.dataset_id) is None:
        raise NotFoundError(f"Not found: Dataset {job.project_id}:{job.dataset_id}")


def _fill_stage(job: Any, schema: TableSchema, paths: list[str], ctx: Any) -> None:
    if job.source_format == "CSV":
        fill_from_csv(ctx.engine.execute, STAGE, schema.fields, job.raw_config, paths)
        return
    for path in paths:
        executor._LOAD_FORMAT_HANDLERS[job.source_format](path, STAGE, ctx)


def _refuse_disposition(job: Any, existing: TableMeta | None, ctx: Any) -> None:
    name = f"{job.project_id}:{job.dataset_id}.{job.table_id}"
    wants_empty = existing and job.write_disposition == "WRITE_EMPTY"
    if wants_empty and _count(_target(job), ctx):
        raise AlreadyExistsError(f"Already Exists: Table {name}")
    if not existing and job.create_disposition == "CREATE_NEVER":
        raise NotFoundError(f"Not found: Table {name}")


def _count(table: str, ctx: Any) -> int:
    return int(ctx.engine.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _replace_or_append(target: str, definition: str | None, run: Any) -> None:
    """Put the staged rows into the target in one transaction; with `definition`, make it first."""
    # Readers must never see the table empty, and a failed load must leave it as it was.
    run("BEGIN")
    try:
        if definition is not None:
            run(f"CREATE OR REPLACE TABLE {target} ({definition})")
        run(f"INSERT INTO {target} BY NAME SELECT * FROM temp.{STAGE}")
        run("COMMIT")
    except BaseException as error:
        run("ROLLBACK")
        raise InvalidQueryError(f"{FAILED}{error}") from error


def _register(job: Any, schema: TableSchema, existing: TableMeta | None, ctx: Any) -> None:
    properties = job.raw_config.get("destinationTableProperties") or {}
    changes = {"schema_": schema, **layout(job.raw_config, existing)}
    changes |= {name: properties[name] for name in ("description", "labels") if name in properties}
    if "expirationTime" in properties:
        changes["expiration_time"] = tables.milliseconds(properties["expirationTime"])
    register((job.project_id, job.dataset_id, job.table_id), existing, changes, ctx)


def _target(job: Any) -> str:
    return quoted_table_ref(job.project_id, job.dataset_id, job.table_id)
