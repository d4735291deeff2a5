"""Jobs: an id can be used once, the configuration is kept with its labels, a limit on bytes billed holds."""

from collections.abc import Callable
from typing import Any

from bqemulator.api.routes import jobs
from bqemulator.catalog.models import JobMeta
from bqemulator.domain.errors import AlreadyExistsError, DomainError

from bqemulator_patches.literals import with_literals
from bqemulator_patches.queries import processed


def mend() -> None:
    """Apply what is in this module."""
    jobs._handle_query_job = _once(_within_the_limit(jobs._handle_query_job))
    jobs._handle_load_job_with_async_envelope = _once(jobs._handle_load_job_with_async_envelope)
    jobs.execute_copy_job = _once(_told_in_the_job(jobs.execute_copy_job, "COPY"))
    jobs.execute_extract_job = _once(_told_in_the_job(jobs.execute_extract_job, "EXTRACT"))


def refuse_used_id(project_id: str, job_id: str, ctx: Any) -> None:
    """Raises what BigQuery answers (409) when a job of this id was there before, failed ones included."""
    if ctx.catalog.get_job(project_id, job_id) is not None:
        raise AlreadyExistsError(f"Already Exists: Job {project_id}:US.{job_id}")


def _once(handle: Callable) -> Callable:
    async def handled(
        project_id: str, job_id: str, config: dict, *positional: Any, **options: Any
    ) -> JobMeta | dict:
        ctx = options.get("ctx") or positional[0]
        refuse_used_id(project_id, job_id, ctx)
        job = await handle(project_id, job_id, config, *positional, **options)
        if isinstance(job, dict):  # a dry run leaves no job behind
            ctx.catalog.delete_job(project_id, job_id)
            return job
        jobs._merge_executor_config(config, job.configuration)
        return job.model_copy(update={"configuration": config})

    return handled


def _told_in_the_job(handle: Callable, kind: str) -> Callable:
    async def told(project_id: str, job_id: str, config: dict, ctx: Any) -> JobMeta:
        try:
            return await handle(project_id, job_id, config, ctx)
        except Exception as error:
            reason = error.bq_reason if isinstance(error, DomainError) else "invalid"
            told = {"reason": reason, "message": getattr(error, "message", None) or str(error)}
            return jobs._failed_job_meta(project_id, job_id, kind, config, told, ctx.clock.now())

    return told


def _within_the_limit(handle: Callable) -> Callable:
    async def limited(project_id: str, job_id: str, config: dict, **options: Any) -> JobMeta | dict:
        query, ctx = config["query"], options["ctx"]
        sql = with_literals(query.get("query", ""), query.get("queryParameters"))
        sql = jobs._apply_default_dataset(sql, query, request_project_id=project_id)
        total, billed = processed(sql, project_id, ctx)
        limit = query.get("maximumBytesBilled")
        if limit and billed > int(limit) and not options["dry_run"]:
            message = (
                f"Query exceeded limit for bytes billed: {limit}. {billed} or higher required."
            )
            error = {"reason": "bytesBilledLimitExceeded", "message": message}
            return jobs._failed_job_meta(
                project_id, job_id, "QUERY", config, error, ctx.clock.now()
            )
        job = await handle(project_id, job_id, config, **options)
        if isinstance(job, dict):
            job["statistics"]["totalBytesProcessed"] = str(total)
            job["statistics"]["query"]["totalBytesProcessed"] = str(total)
        return job

    return limited
