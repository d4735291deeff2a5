"""Load jobs: all or nothing, with the job's options, strict values and REQUIRED columns."""

from pathlib import Path
from typing import Any

import duckdb
from bqemulator.api.routes import jobs
from bqemulator.catalog.etag import generate_etag
from bqemulator.catalog.models import JobMeta, TableMeta, TableSchema
from bqemulator.domain.errors import AlreadyExistsError, DomainError, NotFoundError
from bqemulator.jobs import executor

from bqemulator_patches import tables
from bqemulator_patches.csv_values import FAILED
from bqemulator_patches.load_files import find_files
from bqemulator_patches.load_rows import load_rows
from bqemulator_patches.modes import refuse_other_modes
from bqemulator_patches.one_job import alone
from bqemulator_patches.places import refuse_other_places
from bqemulator_patches.rest import Json

original_load = executor.execute_load_job


def apply() -> None:
    """Run load jobs as BigQuery does."""
    jobs.execute_load_job = execute


@alone
async def execute(project_id: str, job_id: str, config: Json, ctx: Any) -> JobMeta:
    """Run a load job; an error in the data is reported in the job, as BigQuery does."""
    job = executor._parse_load_job_config(project_id, config)
    existing = ctx.catalog.get_table(job.project_id, job.dataset_id, job.table_id)
    schema = _schema(job, existing)
    if not schema.fields:  # the types are guessed from the file
        return await original_load(project_id, job_id, config, ctx)
    started = ctx.clock.now()
    try:
        refuse_other_places(job, ctx)
        refuse_other_modes(job, existing)
        paths = find_files(job, ctx)
        rows = load_rows(job, schema, existing, paths, ctx)
    except (DomainError, duckdb.Error) as error:
        return jobs._failed_job_meta(project_id, job_id, "LOAD", config, _error(error), started)
    return JobMeta(
        project_id=project_id,
        job_id=job_id,
        job_type="LOAD",
        state="DONE",
        configuration=config,
        statistics={"load": _statistics(paths, rows)},
        creation_time=started,
        start_time=started,
        end_time=ctx.clock.now(),
        etag=generate_etag(project_id, job_id, str(started)),
    )


def _schema(job: Any, existing: TableMeta | None) -> TableSchema:
    given = (job.raw_config.get("schema") or {}).get("fields")
    if given:
        return TableSchema(fields=tables.parse_fields(given))
    return existing.schema_ if existing else TableSchema()


def _error(error: Exception) -> dict[str, str]:
    reason = "invalid"
    if isinstance(error, NotFoundError | AlreadyExistsError):
        reason = error.bq_reason
    message = getattr(error, "message", None) or f"{FAILED}{error}"
    return {"reason": reason, "message": message}


def _statistics(paths: list[str], rows: int) -> dict[str, str]:
    return {
        "inputFiles": str(len(paths)),
        "inputFileBytes": str(sum(Path(path).stat().st_size for path in paths)),
        "outputRows": str(rows),
        "outputBytes": str(max(1, rows)),
        "badRecords": "0",
    }
