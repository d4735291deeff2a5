"""The two ways of a load job to the files of a partition: from the bucket, or from here."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.job import LoadJob

from opsdesk.catalogue.tables import Column, catalogue, is_added
from opsdesk.google.answers import message_of
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery.calls import CALL, START, UPLOAD_TRIES
from opsdesk.warehouse.bigquery.jobs import Jobs

COPY_SIZE = 1 << 20  # bytes that are copied at a time
OTHER_PLACE = re.compile(r"different locations?\b", re.IGNORECASE)

Way = Callable[[Jobs, Partition, str, str], LoadJob]


def ways_to(part: Partition) -> list[Way]:
    """Return the ways to the files of a partition, the one to be tried first first."""
    return [from_uris, from_file] if part.uris else [from_file]


def from_uris(jobs: Jobs, part: Partition, staging: str, job_id: str) -> LoadJob:
    """Start a job that reads the objects of a lake in Cloud Storage."""
    return jobs.client.load_table_from_uri(
        part.uris,
        jobs.place(staging),
        job_id=job_id,
        location=jobs.location,
        job_config=_config(jobs, part),
        retry=CALL["retry"],
        timeout=START,
    )


def from_file(jobs: Jobs, part: Partition, staging: str, job_id: str) -> LoadJob:
    """Start a job that reads what is uploaded from here."""
    joined = _joined(part)
    with joined.open("rb") as content:
        return jobs.client.load_table_from_file(
            content,
            jobs.place(staging),
            rewind=True,
            size=joined.stat().st_size,
            num_retries=UPLOAD_TRIES,
            job_id=job_id,
            location=jobs.location,
            job_config=_config(jobs, part),
            timeout=START,
        )


def why_unreadable(failure: Exception | None) -> str:
    """Return why BigQuery cannot read the objects of the lake by itself; "" where it can."""
    if isinstance(failure, api.NotFound | api.Forbidden):
        return message_of(failure)
    if isinstance(failure, api.BadRequest) and OTHER_PLACE.search(str(failure)):
        return message_of(failure)
    return ""


def load_columns(part: Partition) -> tuple[Column, ...]:
    """Return the columns that the files of a partition have."""
    return tuple(column for column in catalogue()[part.table].columns if not is_added(column.name))


def _config(jobs: Jobs, part: Partition) -> bigquery.LoadJobConfig:
    return bigquery.LoadJobConfig(
        schema=[bigquery.SchemaField(column.name, column.type) for column in load_columns(part)],
        source_format=bigquery.SourceFormat.CSV,
        skip_leading_rows=1,
        allow_quoted_newlines=True,
        encoding="UTF-8",
        preserve_ascii_control_characters=True,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        labels=jobs.labels,
    )


def _joined(part: Partition) -> Path:
    """Return the files of a partition as one file with one header."""
    joined = part.work / f"{part.name}.csv"
    if not joined.exists():
        with joined.open("wb") as whole:
            for number, path in enumerate(part.paths):
                with path.open("rb") as day:
                    header = day.readline()
                    whole.write(header if number == 0 else b"")
                    shutil.copyfileobj(day, whole, COPY_SIZE)
    return joined
