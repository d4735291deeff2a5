"""Load jobs whose data come with the request: the caller's id, and the rules of every load job."""

from pathlib import Path
from typing import Any

from bqemulator.api.routes import jobs, upload
from bqemulator.catalog.models import JobMeta

from bqemulator_patches.jobs import refuse_used_id
from bqemulator_patches.rest import Json

REFERENCE = "_opsdesk_reference"  # carries the job's id from the envelope to the load

original_configuration = upload._load_configuration_from_envelope


def apply() -> None:
    """Run uploads as load jobs with the id that the caller gave."""
    upload._load_configuration_from_envelope = _configuration
    upload._run_load = _run_load
    upload._PERMITTED_MEDIA_CONTENT_TYPES += ("*/*",)  # what the Python client sends


def _configuration(envelope: Json) -> Json:
    reference = envelope.get("jobReference") or {}
    return {**original_configuration(envelope), REFERENCE: reference}


async def _run_load(
    *, project_id: str, configuration: Json, media_path: str, ctx: Any
) -> tuple[str, JobMeta]:
    job_id = configuration.pop(REFERENCE, {}).get("jobId") or upload._new_job_id()
    refuse_used_id(project_id, job_id, ctx)
    load = {**configuration["load"], "sourceUris": [f"file://{Path(media_path)}"]}
    merged = {**configuration, "load": load}
    job = await jobs._handle_load_job_with_async_envelope(project_id, job_id, merged, ctx)
    ctx.catalog.upsert_job(job)
    return job_id, job
