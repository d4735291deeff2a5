"""Jobs: an id is used once and has an owner, labels are stored, and bytes billed are limited."""

from collections.abc import Awaitable, Callable
from typing import Any

from bqemulator.api.routes import jobs
from bqemulator.catalog.models import JobMeta
from bqemulator.domain.errors import AlreadyExistsError, DomainError

from bqemulator_patches.callers import note_owner
from bqemulator_patches.literals import with_literals
from bqemulator_patches.queries import processed
from bqemulator_patches.rest import Json

Handler = Callable[..., Awaitable[Any]]


def apply() -> None:
    """Check ids and limits of jobs, and report what fails in a copy or extract job in that job."""
    jobs._handle_query_job = _once(_limited(jobs._handle_query_job))
    jobs._handle_load_job_with_async_envelope = _once(jobs._handle_load_job_with_async_envelope)
    jobs.execute_copy_job = _once(_reported(jobs.execute_copy_job, "COPY"))
    jobs.execute_extract_job = _once(_reported(jobs.execute_extract_job, "EXTRACT"))


def refuse_used_id(project_id: str, job_id: str, ctx: Any) -> None:
    """Refuse the id of an earlier job, failed ones included.

    Raises:
        AlreadyExistsError: as BigQuery answers (409).
    """
    if ctx.catalog.get_job(project_id, job_id) is not None:
        raise AlreadyExistsError(f"Already Exists: Job {project_id}:US.{job_id}")


def _once(handle: Handler) -> Handler:
    async def handled(
        project_id: str, job_id: str, config: Json, *positional: Any, **options: Any
    ) -> JobMeta | Json:
        ctx = options.get("ctx") or positional[0]
        refuse_used_id(project_id, job_id, ctx)
        note_owner(project_id, job_id)
        job = await handle(project_id, job_id, config, *positional, **options)
        if isinstance(job, dict):  # a dry run leaves no job behind
            ctx.catalog.delete_job(project_id, job_id)
            return job
        # bqemulator stores its own configuration, without the caller's labels: merge them back.
        jobs._merge_executor_config(config, job.configuration)
        return job.model_copy(update={"configuration": config})

    return handled


def _reported(handle: Handler, kind: str) -> Handler:
    async def reported(project_id: str, job_id: str, config: Json, ctx: Any) -> JobMeta:
        try:
            return await handle(project_id, job_id, config, ctx)
        except Exception as failure:
            reason = failure.bq_reason if isinstance(failure, DomainError) else "invalid"
            message = getattr(failure, "message", None) or str(failure)
            error = {"reason": reason, "message": message}
            return jobs._failed_job_meta(project_id, job_id, kind, config, error, ctx.clock.now())

    return reported


def _limited(handle: Handler) -> Handler:
    async def limited(project_id: str, job_id: str, config: Json, **options: Any) -> JobMeta | Json:
        query = config["query"]
        ctx = options["ctx"]
        sql = with_literals(query.get("query", ""), query.get("queryParameters"))
        sql = jobs._apply_default_dataset(sql, query, request_project_id=project_id)
        total, billed = processed(sql, project_id, ctx)
        limit = query.get("maximumBytesBilled")
        if limit and billed > int(limit) and not options["dry_run"]:
            error = _over_the_limit(limit, billed)
            now = ctx.clock.now()
            return jobs._failed_job_meta(project_id, job_id, "QUERY", config, error, now)
        job = await handle(project_id, job_id, config, **options)
        if isinstance(job, dict):
            # A dry run answers only here; a query that ran is counted in `queries`.
            job["statistics"]["totalBytesProcessed"] = str(total)
            job["statistics"]["query"]["totalBytesProcessed"] = str(total)
        return job

    return limited


def _over_the_limit(limit: str, billed: int) -> dict[str, str]:
    message = f"Query exceeded limit for bytes billed: {limit}. {billed} or higher required."
    return {"reason": "bytesBilledLimitExceeded", "message": message}
