"""The warehouse in the cloud: one dataset of BigQuery."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import pandas as pd
from google.api_core import exceptions as api
from google.cloud.bigquery import Table as Found

from opsdesk.catalogue.identities import assert_identities_at_once
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.config.locations import BigQueryLocation
from opsdesk.errors import OpsdeskError
from opsdesk.google.answers import message_of
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors
from opsdesk.warehouse.bigquery import statements
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.estimates import LEDGER, write_estimates
from opsdesk.warehouse.bigquery.expirations import refuse_expiring
from opsdesk.warehouse.bigquery.jobs import Jobs, frame
from opsdesk.warehouse.bigquery.loader import BigQueryLoader
from opsdesk.warehouse.bigquery.mark import find_link, refuse_foreign
from opsdesk.warehouse.bigquery.publisher import (
    FACT,
    build_tables,
    commit_tables,
    is_staged,
    new_rows,
)
from opsdesk.warehouse.bigquery.tables import drop, ensure_dataset, ensure_table, rows_of
from opsdesk.warehouse.bigquery.transactions import INSERTED_AT
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.estimates import Estimates
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.protocol import Staged
from opsdesk.warehouse.publication import Publication

# the tables of a backfill
LOADED = ("tickets_raw", "events_raw", "agents_raw", "_loads", "_runs", "_opsdesk")


class BigQueryWarehouse:
    """A dataset with the raw tables, the published tables and the ledgers `_loads` and `_runs`.

    See `protocol.Warehouse` for what the methods promise.
    """

    name = "BigQuery"

    def __init__(
        self,
        place: BigQueryLocation,
        google: GoogleConnection,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.jobs = Jobs(place.project, place.dataset, google, labels or {})

    @property
    def url(self) -> str:
        """Return the warehouse as a params file names it."""
        return f"bigquery:{self.jobs.place()}"

    @property
    def billed(self) -> Billed:
        """Return what the jobs so far have billed."""
        return self.jobs.billed

    def reading(self) -> AbstractContextManager[None]:
        """Share nothing: each question is a job of its own."""
        return nullcontext()

    publishing = reading

    def exists(self) -> bool:
        """Return whether anything was ever loaded."""
        with translate_errors(f"read {self.url}"):
            return self.jobs.has_dataset() and rows_of(self.jobs, "_runs") is not None

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a query in GoogleSQL; `@name` in it takes `parameters["name"]`.

        Raises:
            OpsdeskError: there is no warehouse yet, the query is not a SELECT, or BigQuery cannot
                run it.
        """
        statements.refuse_writing(sql)
        with self._reading():
            try:
                return self.jobs.frame(self.jobs.query(sql, parameters))
            except (api.BadRequest, api.NotFound) as error:
                raise OpsdeskError(f"The query failed: {message_of(error)}.") from None

    ask = query

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, all columns. It is not queried, so it bills nothing.

        Raises:
            OpsdeskError: there is no such table; the text names those there are.
        """
        with self._reading():
            rows = self.jobs.client.list_rows(self._found(name), **CALL)
            return frame(rows.to_arrow(create_bqstorage_client=False))

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns; none where there is no such table."""
        with self._reading():
            try:
                found = self.jobs.client.get_table(self.jobs.place(name), **CALL)
            except api.NotFound:
                return []
            return [field.name for field in found.schema]

    def has_tickets(self) -> bool:
        """Return whether tickets_raw has any row."""
        with self._reading():
            return bool(rows_of(self.jobs, "tickets_raw"))

    def loads(self) -> pd.DataFrame:
        """Return the ledger of loaded partitions: part, fingerprint, rows, bytes, loaded_at."""
        return self.table("_loads").sort_values("part", ignore_index=True)

    def runs(self) -> pd.DataFrame:
        """Return the ledger of publications in the order in which they were committed."""
        runs = self.table("_runs").sort_values(INSERTED_AT, ignore_index=True)
        return runs.drop(columns=INSERTED_AT)

    def linked_lake(self) -> Link | None:
        """Return the lake that fills the warehouse, None where none was linked yet."""
        with translate_errors(f"read {self.url}"):
            return find_link(self.jobs, self.url)

    @contextmanager
    def loading(self) -> Iterator[BigQueryLoader]:
        """Return what loads partitions; each is a transaction of its own."""
        with translate_errors(f"load into {self.url}"):
            ensure_dataset(self.jobs)
            refuse_foreign(self.jobs, self.url)
            self.jobs.together(
                *(partial(ensure_table, self.jobs, catalogue()[name]) for name in LOADED)
            )
            yield BigQueryLoader(self.jobs)

    def publish(
        self, publication: Publication, staged: Mapping[str, Staged] | None = None
    ) -> dict[str, int]:
        """Publish all tables in one transaction; see `protocol.Warehouse`.

        Everything is computed: what has changed is spread over all months, and BigQuery bills
        whole columns of a month (docs/engineering.md has the figures).
        """
        filled = {name: str(table) for name, table in (staged or {}).items()}
        mark = uuid.uuid4().hex[:8]  # two transforms at once must not fill each other's tables
        ours = [table for table in results() if table.name not in filled and is_staged(table)]
        new = {table.name: f"_new_{table.name}_{mark}" for table in ours} | filled
        parameters = publication.parameters
        queries = new_rows(self.jobs, results(), new, parameters)
        with translate_errors(f"publish in {self.url} (readers still see the previous tables)"):
            refuse_foreign(self.jobs, self.url)
            refuse_expiring(self.jobs)
            self.jobs.together(*(partial(ensure_table, self.jobs, table) for table in results()))
            try:
                rows = build_tables(self.jobs, ours, new, queries, parameters)
                rows |= {name: rows_of(self.jobs, table) or 0 for name, table in filled.items()}
                rows |= {table.name: rows[FACT] for table in results() if table.name not in new}
                rows = {table.name: rows[table.name] for table in results()}
                assert_identities_at_once(
                    lambda sql: self._rows(statements.under_names(sql, queries))
                )
                run = publication.ledger_row(rows)
                commit_tables(self.jobs, results(), queries, parameters, run)
            finally:
                self.jobs.together(*(partial(drop, self.jobs, table) for table in new.values()))
        return rows

    def estimated(self) -> pd.DataFrame:
        """Return the row of `_foresight`; no row where nothing was estimated yet."""
        with self._reading():
            if rows_of(self.jobs, LEDGER) is None:
                return pd.DataFrame()
        return self.table(LEDGER)

    def publish_estimates(self, estimates: Estimates) -> dict[str, int]:
        """Replace every table of estimates in one transaction; see `protocol.Warehouse`."""
        with translate_errors(f"publish in {self.url} (readers still see the previous estimates)"):
            refuse_foreign(self.jobs, self.url)
            refuse_expiring(self.jobs)
            return write_estimates(self.jobs, estimates)

    def _found(self, name: str) -> Found:
        try:
            return self.jobs.client.get_table(self.jobs.place(name), **CALL)
        except (api.NotFound, ValueError):
            tables = self.jobs.client.list_tables(self.jobs.place(), **CALL)
            names = ", ".join(sorted(table.table_id for table in tables))
            raise OpsdeskError(
                f"There is no table {name!r} in {self.url}: it has {names}."
            ) from None

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        rows = self.jobs.query(sql).result(job_retry=None, **CALL)
        return [tuple(row.values()) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translate_errors(f"read {self.url}"):
            try:
                _ = self.jobs.location
            except api.NotFound:
                raise OpsdeskError(
                    f"There is no warehouse {self.url} yet: run 01_ingest and 02_backfill, "
                    "or `opsdesk run`, first. (Or the project or the dataset has another name.)"
                ) from None
            yield
