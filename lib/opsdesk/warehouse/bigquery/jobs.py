"""Jobs of BigQuery: each with our own id, labels and a bound on bytes, waited for and counted."""

import random
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.job import LoadJob, QueryJob

from opsdesk.errors import OpsdeskError
from opsdesk.google.answers import message_of
from opsdesk.google.connection import GoogleConnection
from opsdesk.warehouse.bigquery.calls import (
    CALL,
    RETRY_FOUND,
    START,
    Call,
    is_conflict,
    is_passing,
)
from opsdesk.warehouse.billing import Billed

Job = TypeVar("Job", LoadJob, QueryJob)
Result = TypeVar("Result")
AT_ONCE = 4  # calls at the same time
POLLS = (0.1, 2.0)  # seconds between two looks at a job: the first pause, and the longest
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds before a failed job is tried again
LABEL_LENGTH = 63
KINDS: dict[type, str] = {
    str: "STRING",
    bool: "BOOL",
    int: "INT64",
    float: "FLOAT64",
    date: "DATE",
    datetime: "TIMESTAMP",
    pd.Timestamp: "TIMESTAMP",
    type(None): "STRING",
}


class UnseenJobError(OpsdeskError):
    """A job has the id already, and this account may not look at it: another one started it."""


class Jobs:
    """Runs jobs on one dataset.

    A job whose answer was lost is found again by its id, and never started twice.
    """

    def __init__(
        self, project: str, dataset: str, google: GoogleConnection, labels: Mapping[str, str]
    ) -> None:
        self.project = project
        self.dataset = dataset
        self.google = google
        self.billed = Billed()
        own = {key: label(value) for key, value in labels.items() if value}
        self.labels = {"app": "opsdesk", **own}

    @cached_property
    def client(self) -> bigquery.Client:
        """Google's client, made when it is first needed."""
        return self.google.bigquery_client(self.project)

    @cached_property
    def location(self) -> str | None:
        """The location of the dataset, and so of every job; NotFound where there is no dataset."""
        location: str | None = self.client.get_dataset(self.place(), **CALL).location
        return location

    def has_dataset(self, call: Call = CALL) -> bool:
        """Return whether there is a dataset.

        It is asked before its tables: where it is missing, a table is 403 and not 404 to an account
        that may not look at tables, as that of a first run.
        """
        try:
            self.client.get_dataset(self.place(), **call)
        except api.NotFound:
            return False
        return True

    def place(self, table: str = "") -> str:
        """Return the full name of the dataset, or of a table in it."""
        return ".".join(part for part in (self.project, self.dataset, table) if part)

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> QueryJob:
        """Run a query or script to its end; names without a dataset are in our dataset.

        It is run again where another transaction or Google itself has made it fail: a failed job
        has changed nothing.

        Raises:
            google.api_core.exceptions.GoogleAPICallError: it failed, or would cost more than may be
                billed.
        """
        for wait in (*PAUSES, None):
            job = self.start(sql, parameters)
            failure = self.wait(job)
            if failure is None:
                return job
            if wait is None or not (is_passing(failure) or is_conflict(failure)):
                raise failure
            time.sleep(wait * (0.5 + random.random()))
        raise AssertionError("unreachable")

    def start(
        self,
        sql: str,
        parameters: Mapping[str, object] | None = None,
        *,
        dry_run: bool = False,
    ) -> QueryJob:
        """Start a query job, or with `dry_run` only measure it."""
        settings = bigquery.QueryJobConfig(
            labels=self.labels,
            query_parameters=[_parameter(*pair) for pair in (parameters or {}).items()],
        )
        settings.default_dataset = self.place()
        if dry_run:
            settings.dry_run = True
            settings.use_query_cache = False  # what is cached would measure 0
        elif self.google.maximum_bytes_billed:
            settings.maximum_bytes_billed = int(self.google.maximum_bytes_billed)
        job_id = f"opsdesk_{uuid.uuid4().hex}"

        def call() -> QueryJob:
            return self.client.query(
                sql,
                settings,
                job_id=job_id,
                location=self.location,
                retry=CALL["retry"],
                timeout=START,
                job_retry=None,  # it would start the job again under another id
            )

        return self.begin(job_id, call)[0]

    def begin(self, job_id: str, call: Callable[[], Job]) -> tuple[Job, bool]:
        """Return the job that `call` starts under this id, and whether it was started now.

        Where there is such a job already, it is that one.

        Raises:
            UnseenJobError: there is such a job, and it is not ours to look at.
        """
        try:
            return call(), True
        except api.Conflict as error:
            return self._find(job_id, error), False

    def _find(self, job_id: str, conflict: api.Conflict) -> Any:
        try:
            return self.client.get_job(
                job_id, location=self.location, retry=RETRY_FOUND, timeout=CALL["timeout"]
            )
        except api.Forbidden:
            # Who may start jobs may look at their own ones alone.
            raise UnseenJobError(
                f"Another account has started a job of this id ({message_of(conflict)}): "
                "run it again as that account, or in another dataset."
            ) from None

    def wait(self, job: LoadJob | QueryJob) -> Exception | None:
        """Return when the job has ended, with the error it failed with, and count it."""
        pause, longest = POLLS
        while not job.done(**CALL):
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
        if isinstance(job, QueryJob):
            self.billed.add(job.total_bytes_billed, job.total_bytes_processed)
        else:
            self.billed.add(0, 0)  # loading is free
        # Google's api_core has no types for it.
        failure: Exception | None = job.exception(timeout=0)  # type: ignore[no-untyped-call]
        return failure

    def frame(self, job: QueryJob) -> pd.DataFrame:
        """Return the rows of a finished query."""
        rows = job.result(job_retry=None, **CALL)
        return frame(rows.to_arrow(create_bqstorage_client=False))

    def together(self, *calls: Callable[[], Result]) -> list[Result]:
        """Make calls at the same time; return their results, or raise the first failure."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            started = [pool.submit(call) for call in calls]
            return [call.result() for call in started]


def frame(table: pa.Table) -> pd.DataFrame:
    """Return Arrow as pandas with the types that DuckDB gives: both warehouses are read alike."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        rows: pd.DataFrame = con.from_arrow(table).df()
        return rows


def label(text: str) -> str:
    """Return `text` as the value of a label: at most 63 small letters, digits, _ and -."""
    letters = (letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())
    return "".join(letters)[:LABEL_LENGTH]


def _parameter(name: str, value: Any) -> bigquery.ScalarQueryParameter:
    plain = value.item() if isinstance(value, np.generic) else value
    plain = str(plain) if isinstance(plain, str) else plain  # the name of a zone knows more
    return bigquery.ScalarQueryParameter(name, KINDS[type(plain)], plain)
