"""Jobs of BigQuery: each with an id of ours, labels and a bound on bytes, waited for, and counted in what was billed."""

import random
import re
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import cached_property

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import requests
from google.api_core import exceptions as api
from google.api_core.retry import Retry
from google.auth import exceptions as auth
from google.cloud import bigquery
from google.cloud.bigquery.job import LoadJob, QueryJob

from opsdesk.google.connection import FIRST_WAIT, PATIENCE, TIMEOUT, GoogleConnection
from opsdesk.warehouse.billing import Billed

Job = LoadJob | QueryJob
PASSING_REASONS = ("rateLimitExceeded", "backendError", "internalError", "badGateway", "jobBackendError",
                   "jobInternalError", "jobRateLimitExceeded")  # fmt: skip
PASSING = (
    api.TooManyRequests, api.InternalServerError, api.BadGateway, api.ServiceUnavailable, api.GatewayTimeout,
    ConnectionError, requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError, requests.exceptions.JSONDecodeError, auth.TransportError,
)  # fmt: skip
SECONDS = max(TIMEOUT)  # for the calls that take one number
AT_ONCE = 4  # calls at the same time
POLLS = (0.1, 2.0)  # seconds between two looks at a job: the first pause, and the longest
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds before a failed job is tried again
UPLOAD_TRIES = 2  # on top of the first; Google's client would go on for ten minutes
KINDS = {
    str: "STRING", bool: "BOOL", int: "INT64", float: "FLOAT64", date: "DATE", datetime: "TIMESTAMP", pd.Timestamp: "TIMESTAMP",
    type(None): "STRING",
}  # fmt: skip


def is_passing(error: Exception) -> bool:
    """Whether asking again may help."""
    if isinstance(error, requests.exceptions.SSLError):
        return False
    reasons = [
        entry.get("reason")
        for entry in getattr(error, "errors", None) or ()
        if isinstance(entry, dict)
    ]
    return reasons[0] in PASSING_REASONS if reasons and reasons[0] else isinstance(error, PASSING)


def is_conflict(error: Exception) -> bool:
    """Whether a transaction failed because another one wrote the same tables."""
    return bool(
        re.search(
            r"concurrent update|serialize access|concurrent transaction", str(error), re.IGNORECASE
        )
    )


RETRY = Retry(predicate=is_passing, initial=FIRST_WAIT, maximum=8.0, timeout=PATIENCE)
RETRY_FOUND = Retry(
    predicate=lambda error: isinstance(error, api.NotFound) or is_passing(error),
    initial=FIRST_WAIT,
    maximum=8.0,
    timeout=PATIENCE,
)  # a job that is said to be there may not be found at once
CALL = {"retry": RETRY, "timeout": SECONDS}
START = (
    TIMEOUT[0],
    40.0,
)  # seconds to connect and to wait for the answer to a job begun: an emulator runs it meanwhile


class Jobs:
    """Runs jobs on one dataset. A job whose answer got lost is found again by its id, never started twice."""

    def __init__(
        self, project: str, dataset: str, google: GoogleConnection, labels: Mapping[str, str]
    ) -> None:
        self.project, self.dataset, self.google, self.billed = project, dataset, google, Billed()
        self.labels = {
            "app": "opsdesk",
            **{key: label(value) for key, value in labels.items() if value},
        }

    @cached_property
    def client(self) -> bigquery.Client:
        """Google's client, made when it is first needed."""
        return self.google.bigquery_client(self.project)

    @cached_property
    def location(self) -> str | None:
        """Where the dataset lies, and with it every job; NotFound where there is no dataset."""
        return self.client.get_dataset(self.place(), **CALL).location

    def place(self, table: str = "") -> str:
        """The full name of the dataset, or of a table in it."""
        return ".".join(part for part in (self.project, self.dataset, table) if part)

    def query(
        self, sql: str, parameters: Mapping[str, object] | None = None, **config: object
    ) -> QueryJob:
        """A finished query or script; names without a dataset are those of ours.

        A script that another one's transaction has made fail, and a job that Google has let fail, are tried again: what
        has failed has changed nothing.

        Raises:
            google.api_core.exceptions.GoogleAPICallError: it failed, or would cost more than may be billed.
        """
        for wait in (*PAUSES, None):
            job = self.start(sql, parameters, **config)
            failure = self.wait(job)
            if failure is None:
                return job
            if wait is None or not (is_passing(failure) or is_conflict(failure)):
                raise failure
            time.sleep(wait * (0.5 + random.random()))
        raise AssertionError("unreachable")

    def start(
        self, sql: str, parameters: Mapping[str, object] | None = None, **config: object
    ) -> QueryJob:
        """A query job that was begun, or with `dry_run` only measured."""
        settings = bigquery.QueryJobConfig(
            labels=self.labels,
            query_parameters=[_parameter(*pair) for pair in (parameters or {}).items()],
            **config,
        )
        settings.default_dataset = self.place()
        if self.google.maximum_bytes_billed and not settings.dry_run:
            settings.maximum_bytes_billed = int(self.google.maximum_bytes_billed)
        options = {
            "job_id": f"opsdesk_{uuid.uuid4().hex}",
            "location": self.location,
            **CALL,
            "timeout": START,
        }
        return self.begin(
            options["job_id"], lambda: self.client.query(sql, settings, job_retry=None, **options)
        )[0]

    def begin(self, job_id: str, call: Callable[[], Job]) -> tuple[Job, bool]:
        """What `call` starts, or the job of that id where there is one already; and whether it was started now."""
        try:
            return call(), True
        except api.Conflict:
            return self.client.get_job(
                job_id, location=self.location, retry=RETRY_FOUND, timeout=SECONDS
            ), False

    def wait(self, job: Job) -> Exception | None:
        """Returns when the job has ended, with what it failed of, and counts it."""
        pause, longest = POLLS
        while not job.done(**CALL):
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
        if isinstance(job, QueryJob):
            self.billed.add(job.total_bytes_billed, job.total_bytes_processed)
        else:
            self.billed.add(0, 0)  # loading is free
        return job.exception(timeout=0)

    def frame(self, job: QueryJob) -> pd.DataFrame:
        """The rows of a finished query."""
        return frame(job.result(job_retry=None, **CALL).to_arrow(create_bqstorage_client=False))

    def together(self, *calls: Callable[[], object]) -> list:
        """The results of calls made at the same time, or the first failure."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [begun.result() for begun in [pool.submit(call) for call in calls]]


def frame(table: pa.Table) -> pd.DataFrame:
    """Arrow as pandas, with the types that DuckDB gives: one code reads the tables of both warehouses."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        return con.from_arrow(table).df()


def label(text: str) -> str:
    """`text` as the value of a label: 63 small letters, digits, _ and - at most."""
    return "".join(
        letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower()
    )[:63]


def _parameter(name: str, value: object) -> bigquery.ScalarQueryParameter:
    value = value.item() if isinstance(value, np.generic) else value
    return bigquery.ScalarQueryParameter(name, KINDS[type(value)], value)
