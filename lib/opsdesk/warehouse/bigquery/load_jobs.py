"""Load jobs of BigQuery: the files of a partition go into a staging table."""

import shutil
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.job import LoadJob

from opsdesk.catalogue.tables import Column, catalogue, is_added
from opsdesk.errors import OpsdeskError
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery.calls import CALL, START, UPLOAD_TRIES, is_passing
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.tables import make_staging, rows_of

JOB_TRIES = 3  # load jobs for one partition in one run, where Google lets them fail
COPY_SIZE = 1 << 20  # bytes that are copied at a time

Way = Callable[[Jobs, Partition, str], LoadJob]


def load(jobs: Jobs, part: Partition) -> str:
    """Return the name of a staging table with the rows of the files of a partition.

    It was filled by a load job of this run, or of an earlier one that was interrupted.

    Raises:
        OpsdeskError: a file does not fit the schema, or the rows are not as many as the manifest
            says.
        google.api_core.exceptions.GoogleAPICallError: Google has let the jobs fail.
    """
    make_staging(jobs, staging_name(part), catalogue()[part.table], _columns(part))
    ways: list[Way] = [_from_uris, _from_file] if part.uris else [_from_file]
    tries = JOB_TRIES
    stem = f"opsdesk_{jobs.dataset}_{_plain(part)}_{part.fingerprint[:16]}"
    for number in count(1):
        job_id = f"{stem}_{number}"
        job, is_new = jobs.begin(job_id, partial(ways[0], jobs, part, job_id))
        failure = jobs.wait(job)
        rows = rows_of(jobs, staging_name(part)) if failure is None else None
        if rows == part.rows:
            return staging_name(part)
        if is_new:  # an earlier job that failed, or whose table is gone, only costs its number
            tries -= 1
            has_another_way = len(ways) > 1 and _is_unreadable(failure)
            _refuse(part, failure, rows, may_try_again=tries > 0, has_another_way=has_another_way)
            ways = ways[1:] if has_another_way else ways
        if rows is None:
            make_staging(jobs, staging_name(part), catalogue()[part.table], _columns(part))
    raise AssertionError("unreachable")


def staging_name(part: Partition) -> str:
    """Return the name of the table in which the files of a partition are staged.

    The same content has the same name, so that an interrupted load is found again.
    """
    return f"_load_{_plain(part)}_{part.fingerprint[:12]}"


def _refuse(
    part: Partition,
    failure: Exception | None,
    rows: int | None,
    *,
    may_try_again: bool,
    has_another_way: bool,
) -> None:
    """Raise what came of a load job of this run, where another one would not help."""
    if failure is None:
        if rows is not None:
            raise OpsdeskError(
                f"{part.name}: the manifest promises {part.rows:,} rows and {rows:,} were loaded. "
                "Run 01_ingest again, then this step."
            )
        return
    if isinstance(failure, api.BadRequest) and not is_passing(failure):
        raise OpsdeskError(
            f"{part.name}: a file of the lake does not fit the schema of {part.table}: "
            f"{failure.message}"
        ) from failure
    if not (may_try_again and (is_passing(failure) or has_another_way)):
        raise failure


def _from_uris(jobs: Jobs, part: Partition, job_id: str) -> LoadJob:
    """Start a job that reads the objects of a lake in Cloud Storage."""
    return jobs.client.load_table_from_uri(
        part.uris,
        jobs.place(staging_name(part)),
        job_id=job_id,
        location=jobs.location,
        job_config=_config(jobs, part),
        retry=CALL["retry"],
        timeout=START,
    )


def _from_file(jobs: Jobs, part: Partition, job_id: str) -> LoadJob:
    """Start a job that reads what is uploaded from here."""
    joined = _joined(part)
    with joined.open("rb") as content:
        return jobs.client.load_table_from_file(
            content,
            jobs.place(staging_name(part)),
            rewind=True,
            size=joined.stat().st_size,
            num_retries=UPLOAD_TRIES,
            job_id=job_id,
            location=jobs.location,
            job_config=_config(jobs, part),
            timeout=START,
        )


def _config(jobs: Jobs, part: Partition) -> bigquery.LoadJobConfig:
    return bigquery.LoadJobConfig(
        schema=[bigquery.SchemaField(column.name, column.type) for column in _columns(part)],
        source_format=bigquery.SourceFormat.CSV,
        skip_leading_rows=1,
        allow_quoted_newlines=True,
        encoding="UTF-8",
        preserve_ascii_control_characters=True,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        labels=jobs.labels,
    )


def _plain(part: Partition) -> str:
    return part.name.replace("-", "_")


def _columns(part: Partition) -> tuple[Column, ...]:
    return tuple(column for column in catalogue()[part.table].columns if not is_added(column.name))


def _is_unreadable(failure: Exception | None) -> bool:
    """Return whether BigQuery cannot read the objects of the lake by itself."""
    return isinstance(failure, api.NotFound | api.Forbidden)


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
