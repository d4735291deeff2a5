"""Load jobs of BigQuery: the files of a partition go into a staging table."""

from collections.abc import Callable
from functools import partial
from itertools import count

from google.api_core import exceptions as api
from google.cloud.bigquery.job import LoadJob

from opsdesk.catalogue.tables import catalogue
from opsdesk.errors import OpsdeskError
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery.calls import is_passing
from opsdesk.warehouse.bigquery.jobs import Jobs, UnseenJobError
from opsdesk.warehouse.bigquery.load_ways import load_columns, ways_to, why_unreadable
from opsdesk.warehouse.bigquery.tables import make_staging, rows_of

JOB_TRIES = 3  # load jobs for one partition in one run, where Google lets them fail


def load(jobs: Jobs, part: Partition) -> tuple[str, str]:
    """Return the name of a staging table with the rows of a partition, and why from here.

    It was filled by a load job of this run, or of an earlier one that was interrupted. The second
    is why BigQuery could not read the bucket, so that the files were uploaded from here; "" where
    it could.

    Raises:
        OpsdeskError: a file does not fit the schema, or the rows are not as many as the manifest
            says.
        google.api_core.exceptions.GoogleAPICallError: Google has let the jobs fail.
    """
    staging = staging_name(part)
    make_staging(jobs, staging, catalogue()[part.table], load_columns(part))
    ways = ways_to(part)
    tries = JOB_TRIES
    why_from_here = ""
    for number in count(1):
        job_id = f"{_stem(jobs, part)}_{number}"
        failure, is_new = _run(jobs, job_id, partial(ways[0], jobs, part, staging, job_id))
        rows = rows_of(jobs, staging) if failure is None else None
        if rows == part.rows:
            return staging, why_from_here
        if is_new:  # an earlier job that failed, or whose table is gone, only costs its number
            tries -= 1
            problem = why_unreadable(failure) if len(ways) > 1 else ""
            _refuse(part, failure, rows, may_try_again=tries > 0, has_another_way=bool(problem))
            if problem:
                why_from_here = problem
                ways = ways[1:]
        if rows is None:
            make_staging(jobs, staging, catalogue()[part.table], load_columns(part))
    raise AssertionError("unreachable")


def staging_name(part: Partition) -> str:
    """Return the name of the table in which the files of a partition are staged.

    The same content has the same name, so that an interrupted load is found again.
    """
    return f"_load_{_plain(part.name)}_{part.fingerprint[:12]}"


def _stem(jobs: Jobs, part: Partition) -> str:
    """Return the id of the partition's load jobs without their number.

    The location is in it: a dataset that was made again elsewhere must not meet jobs that are
    not found there.
    """
    location = _plain((jobs.location or "").lower())
    return f"opsdesk_{jobs.dataset}_{location}_{_plain(part.name)}_{part.fingerprint[:16]}"


def _run(jobs: Jobs, job_id: str, start: Callable[[], LoadJob]) -> tuple[Exception | None, bool]:
    """Wait for the job of this id; return why it failed, and whether it was started now.

    Of somebody else's job only the table tells what became of it.
    """
    try:
        job, is_new = jobs.begin(job_id, start)
    except UnseenJobError:
        return None, False
    return jobs.wait(job), is_new


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
    if has_another_way:
        return
    if isinstance(failure, api.BadRequest) and not is_passing(failure):
        raise OpsdeskError(
            f"{part.name}: a file of the lake does not fit the schema of {part.table}: "
            f"{failure.message}"
        ) from failure
    if not (may_try_again and is_passing(failure)):
        raise failure


def _plain(text: str) -> str:
    return text.replace("-", "_")
