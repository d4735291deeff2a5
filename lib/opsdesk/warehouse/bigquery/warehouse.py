"""The warehouse in the cloud: one dataset of BigQuery. The verbs are those of DuckDBWarehouse; every job goes through `bigquery_jobs`."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import pandas as pd
from google.api_core import exceptions as api
from google.cloud.bigquery import Table as Found

from opsdesk.catalogue.tables import Table, catalogue, results
from opsdesk.config.locations import BigQueryLocation
from opsdesk.errors import OpsdeskError
from opsdesk.google.answers import message_of
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors
from opsdesk.warehouse.bigquery import statements as text
from opsdesk.warehouse.bigquery.jobs import CALL, Jobs, frame
from opsdesk.warehouse.bigquery.loader import BigQueryLoader
from opsdesk.warehouse.bigquery.tables import (
    drop,
    ensure_dataset,
    ensure_table,
    make_staging,
    rows_of,
)
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.changes import Changes

RAW, LEDGER = ("tickets_raw", "agents_raw"), ("_loads", "_runs")


class BigQueryWarehouse:
    """A dataset with the raw tables, the published tables and the ledgers `_loads` and `_runs`."""

    def __init__(
        self,
        place: BigQueryLocation,
        google: GoogleConnection,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.jobs = Jobs(place.project, place.dataset, google, labels or {})

    @property
    def url(self) -> str:
        """The warehouse as a params file names it."""
        return f"bigquery:{self.jobs.place()}"

    @property
    def billed(self) -> Billed:
        """What the jobs so far have billed."""
        return self.jobs.billed

    # reading

    def reading(self) -> AbstractContextManager[None]:
        """Nothing is shared: each question is a job of its own."""
        return nullcontext()

    publishing = reading

    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        with translate_errors(f"read {self.url}"):
            return rows_of(self.jobs, "_runs") is not None

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """The rows of a query in BigQuery's SQL; `@name` in it takes `parameters["name"]`. Nothing can be changed by it.

        Raises:
            OpsdeskError: no warehouse yet, anything but a SELECT, or what BigQuery says of the query.
        """
        text.refuse_writing(sql)
        with self._reading():
            try:
                return self.jobs.frame(self.jobs.query(sql, parameters))
            except (api.BadRequest, api.NotFound) as error:
                raise OpsdeskError(f"The query failed: {message_of(error)}.") from None

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """The rows of a GoogleSQL query; `@name` in it takes `parameters["name"]`."""
        return self.query(sql, parameters)

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, all columns. Read as it lies there, which bills nothing.

        Raises:
            OpsdeskError: no such table; the text names those there are.
        """
        with self._reading():
            rows = self.jobs.client.list_rows(self._found(name), **CALL)
            return frame(rows.to_arrow(create_bqstorage_client=False))

    def columns(self, name: str) -> list[str]:
        """The columns of a table."""
        with self._reading():
            return [field.name for field in self._found(name).schema]

    def _found(self, name: str) -> Found:
        try:
            return self.jobs.client.get_table(self.jobs.place(name), **CALL)
        except (api.NotFound, ValueError):
            known = sorted(
                table.table_id for table in self.jobs.client.list_tables(self.jobs.place(), **CALL)
            )
            raise OpsdeskError(
                f"There is no table {name!r} in {self.url}: it has {', '.join(known)}."
            ) from None

    def has_tickets(self) -> bool:
        """Whether anything was loaded into tickets_raw."""
        with self._reading():
            return bool(rows_of(self.jobs, "tickets_raw"))

    def loads(self) -> pd.DataFrame:
        """The ledger of loaded parts: part, fingerprint, rows, bytes, loaded_at."""
        return self.table("_loads").sort_values("part", ignore_index=True)

    def runs(self) -> pd.DataFrame:
        """The ledger of publications in the order in which they happened, which need not be that of their moments."""
        return (
            self.table("_runs")
            .sort_values(text.INSERTED_AT, ignore_index=True)
            .drop(columns=text.INSERTED_AT)
        )

    # loading

    @contextmanager
    def loading(self) -> Iterator[BigQueryLoader]:
        """For loading months; every month is a transaction of its own."""
        with translate_errors(f"load into {self.url}"):
            ensure_dataset(self.jobs)
            self.jobs.together(
                *(partial(ensure_table, self.jobs, catalogue()[name]) for name in (*RAW, *LEDGER))
            )
            yield BigQueryLoader(self.jobs)

    # publishing

    def publish(
        self,
        parameters: Mapping[str, object],
        check: Callable[[Callable[[str], list[tuple]]], None],
        run: Callable[[dict[str, int]], dict],
        staged: Mapping[str, str] | None = None,
        changes: Changes | None = None,
    ) -> dict[str, int]:
        """Builds every result table beside the published one and publishes all of them in one transaction.

        `check` is given a function that queries the new tables and raises where they contradict themselves; `run` makes
        the row of `_runs` from the row counts. `staged` names, for tables that another engine has computed, the filled
        staging tables of the dataset. Whatever the `changes` since the last publication, everything is computed: that costs
        no more than finding what may stay. A failure changes nothing. Returns rows by table.
        """
        mark = uuid.uuid4().hex[:8]  # two transforms at once must not fill each other's tables
        new = {table.name: f"_new_{table.name}_{mark}" for table in results()} | dict(staged or {})
        with translate_errors(f"publish in {self.url}, readers see what stood there before"):
            try:
                ours = [table for table in results() if table.name not in (staged or {})]
                rows = self._build(ours, new, parameters)
                names = {name: self.jobs.place(place) for name, place in new.items()}
                check(lambda sql: self._rows(text.under_names(sql, names)))
                rows = {
                    name: rows[name] if name in rows else rows_of(self.jobs, place)
                    for name, place in new.items()
                }
                self._commit(names, run(rows))
            finally:
                self.jobs.together(*(partial(drop, self.jobs, name) for name in new.values()))
        return rows

    def _build(
        self, tables: list[Table], new: Mapping[str, str], parameters: Mapping[str, object]
    ) -> dict[str, int]:
        """Fills a staging table for each of these, those at once that do not need each other; makes missing targets.

        Returns rows by table.
        """
        place = self.jobs.place
        places = {name: place(name) for name in RAW} | {name: place(to) for name, to in new.items()}
        self.jobs.together(
            *(partial(ensure_table, self.jobs, table) for table in results()),
            *(partial(make_staging, self.jobs, new[table.name], table) for table in tables),
        )
        rows = {}
        for wave in text.waves(tables):
            statements = [text.build_statement(table, places[table.name], places) for table in wave]
            done = self.jobs.together(
                *(partial(self.jobs.query, sql, _used(sql, parameters)) for sql in statements)
            )
            rows |= {
                table.name: job.num_dml_affected_rows for table, job in zip(wave, done, strict=True)
            }
        return rows

    def _commit(self, new: Mapping[str, str], row: dict[str, object]) -> None:
        old = {name: self.jobs.place(name) for name in new}
        self.jobs.query(text.publish_script(new, old, row, self.jobs.place("_runs")), row)

    def _rows(self, sql: str) -> list[tuple]:
        return [row.values() for row in self.jobs.query(sql).result(job_retry=None, **CALL)]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translate_errors(f"read {self.url}"):
            try:
                _ = self.jobs.location
            except api.NotFound:
                raise OpsdeskError(
                    f"There is no warehouse {self.url} yet: run 01_ingest and 02_backfill, or `opsdesk run`, first. "
                    "(Or the project or the dataset has another name.)"
                ) from None
            yield


def _used(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if f"@{name}" in sql}
