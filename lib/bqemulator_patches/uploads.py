"""Load jobs whose data come with the request: under the id the caller gave, and the same rules as any load job."""

from pathlib import Path
from typing import Any

from bqemulator.api.routes import jobs, upload
from bqemulator.catalog.models import JobMeta

from bqemulator_patches.jobs import refuse_used_id

original_configuration = upload._load_configuration_from_envelope
REFERENCE = "_opsdesk_reference"


def mend() -> None:
    """Apply what is in this module."""
    upload._load_configuration_from_envelope = _configuration
    upload._run_load = _run_load
    upload._PERMITTED_MEDIA_CONTENT_TYPES += ("*/*",)  # what the Python client sends


def _configuration(envelope: dict) -> dict:
    return original_configuration(envelope) | {REFERENCE: envelope.get("jobReference") or {}}


async def _run_load(
    *, project_id: str, configuration: dict, media_path: str, ctx: Any
) -> tuple[str, JobMeta]:
    job_id = configuration.pop(REFERENCE, {}).get("jobId") or upload._new_job_id()
    refuse_used_id(project_id, job_id, ctx)
    merged = configuration | {
        "load": configuration["load"] | {"sourceUris": [f"file://{Path(media_path)}"]}
    }
    job = await jobs._handle_load_job_with_async_envelope(project_id, job_id, merged, ctx)
    ctx.catalog.upsert_job(job)
    return job_id, job
