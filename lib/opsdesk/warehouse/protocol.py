"""What every warehouse promises. DuckDB and BigQuery keep these promises in their own ways.

mypy checks both warehouses against these protocols; steps, notebooks and Spark know nothing else.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import pandas as pd

from opsdesk.lake.partition import Partition
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.estimates import Estimates
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.publication import Publication

# Rows that another engine has computed, where the warehouse can take them. Only the warehouse for
# which they were staged knows what this is: for DuckDB a folder of Parquet files, for BigQuery the
# name of a table in its dataset.
Staged = object


class Loader(Protocol):
    """Loads partitions of the lake into the raw tables, each in a transaction of its own."""

    def fingerprints(self) -> dict[str, str]:
        """Return what is loaded: fingerprint by partition."""
        ...

    def replace(self, part: Partition, loaded_at: datetime, staged: Staged | None = None) -> None:
        """Replace what was loaded of `part` by the rows of its files.

        With `staged` the rows are taken from there, with all columns of the raw table, and the
        files of the lake are not read again.

        Raises:
            OpsdeskError: a file does not fit the schema, or the rows are not as many as the
                manifest says. Nothing of the partition has changed then.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a partition that the lake no longer has."""
        ...

    def remarks(self) -> str:
        """Return what a person should know of how partitions were loaded so far, "" for nothing.

        It is a sentence without its full stop.
        """
        ...

    def link(self, link: Link, linked_at: datetime) -> None:
        """Write down, in one transaction, which lake fills the warehouse from now on."""
        ...


class Warehouse(Protocol):
    """A place with the raw tables, the published tables and their ledgers.

    Each operation connects for itself, so nothing is connected between two of them. Every method
    raises an OpsdeskError where the warehouse cannot be reached, or is in use by someone else.
    """

    @property
    def name(self) -> str:
        """Return what people call it: DuckDB or BigQuery."""
        ...

    @property
    def url(self) -> str:
        """Return the warehouse as a params file names it."""
        ...

    @property
    def billed(self) -> Billed:
        """Return what the jobs so far have billed."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Let all questions within it share one connection, where a warehouse has connections."""
        ...

    def publishing(self) -> AbstractContextManager[None]:
        """Let all questions and `publish` within it share one connection.

        Other processes may have to wait until it is closed.
        """
        ...

    def exists(self) -> bool:
        """Return whether anything was ever loaded."""
        ...

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a query in the warehouse's own SQL. A query cannot change anything.

        `parameters` are the values of the query's parameters: `$name` in DuckDB, `@name` in
        BigQuery.

        Raises:
            OpsdeskError: there is no warehouse yet, or it cannot run the query; the text says why.
        """
        ...

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a GoogleSQL query; `@name` in it takes `parameters["name"]`.

        Raises:
            OpsdeskError: as for `query`, or SQL that does not mean the same in every warehouse.
        """
        ...

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, all columns.

        Raises:
            OpsdeskError: there is no such table; the text names those there are.
        """
        ...

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns; none where there is no such table."""
        ...

    def has_tickets(self) -> bool:
        """Return whether tickets_raw has any row."""
        ...

    def loads(self) -> pd.DataFrame:
        """Return the ledger of loaded partitions: part, fingerprint, rows, bytes, loaded_at."""
        ...

    def runs(self) -> pd.DataFrame:
        """Return the ledger of publications in the order in which they were committed.

        This need not be the order of their moments: a run may repeat an earlier one.
        """
        ...

    def linked_lake(self) -> Link | None:
        """Return the lake that fills the warehouse, None where none was linked yet."""
        ...

    def loading(self) -> AbstractContextManager[Loader]:
        """Return what loads partitions; missing raw tables and ledgers are created.

        Raises:
            OpsdeskError: what is there is not ours. Nothing was written.
        """
        ...

    def publish(
        self, publication: Publication, staged: Mapping[str, Staged] | None = None
    ) -> dict[str, int]:
        """Compute every result table and publish all of them in one transaction.

        Before the commit the new tables are checked against the identities of the catalogue. A
        table in `staged` was computed elsewhere and is taken from there. What has not changed since
        the last publication may stay: the tables are the same as if all were computed. Return the
        rows by table.

        Raises:
            OpsdeskError: the tables contradict themselves, the warehouse cannot write them, or a
                table with one of their names is not ours.
                Readers still see the previous tables then.
        """
        ...

    def estimated(self) -> pd.DataFrame:
        """Return the row of `_foresight`; no row where nothing was estimated yet."""
        ...

    def publish_estimates(self, estimates: Estimates) -> dict[str, int]:
        """Replace every table of estimates, and the row of `_foresight`, in one transaction.

        Return the rows by table.

        Raises:
            OpsdeskError: the warehouse cannot write them. Readers still see the previous ones then.
        """
        ...
