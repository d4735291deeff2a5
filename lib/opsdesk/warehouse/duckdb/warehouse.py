"""The embedded warehouse: one DuckDB file."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pandas as pd

from opsdesk.catalogue.identities import assert_identities
from opsdesk.catalogue.tables import Table, catalogue, results
from opsdesk.duckdb_file import first_lines, quoted_path
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import Parameters, transpile, typed_select
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.changes import changes_since
from opsdesk.warehouse.duckdb.affected import find_basis
from opsdesk.warehouse.duckdb.builder import Builder
from opsdesk.warehouse.duckdb.connections import Connections
from opsdesk.warehouse.duckdb.day_ledger import note_published
from opsdesk.warehouse.duckdb.decision import Thresholds
from opsdesk.warehouse.duckdb.estimates import LEDGER, write_estimates
from opsdesk.warehouse.duckdb.loader import DuckDBLoader
from opsdesk.warehouse.duckdb.mark import (
    find_link,
    refuse_foreign,
    refuse_unestimated,
    refuse_unpublished,
)
from opsdesk.warehouse.duckdb.memory import Memory, set_limit
from opsdesk.warehouse.duckdb.tables import columns_of, ensure_table, parquet_select
from opsdesk.warehouse.estimates import Estimates
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.protocol import Staged
from opsdesk.warehouse.publication import Publication

LOADED = (
    "tickets_raw",
    "events_raw",
    "agents_raw",
    "_loads",
    "_days",
    "_runs",
    "_opsdesk",
)  # the tables of a backfill


class DuckDBWarehouse:
    """A DuckDB file with raw tables, published tables and the ledgers _loads, _days and _runs.

    See `protocol.Warehouse` for what the methods promise. `thresholds` say up to which share of
    changed tickets a publication leaves tables as they are, `memory` what DuckDB may take.
    """

    name = "DuckDB"

    def __init__(
        self, path: Path, thresholds: Thresholds | None = None, memory: Memory | None = None
    ) -> None:
        self.path = path
        self.thresholds = thresholds or Thresholds()
        self.billed = Billed(is_free=True)
        self._connections = Connections(path, memory or Memory())

    @property
    def url(self) -> str:
        """Return the warehouse as a params file names it."""
        return self._connections.url

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all questions within it share one connection."""
        with self._connections.reading() as con, self._connections.sharing(con):
            yield

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Let all questions and `publish` within it share one connection; other processes wait."""
        self._connections.ensure_exists()
        with self._connections.writing() as con, self._connections.sharing(con):
            refuse_foreign(con, self.url)
            yield

    def exists(self) -> bool:
        """Return whether anything was ever loaded."""
        return self.path.exists()

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a query in DuckDB's SQL; `$name` in it takes `parameters["name"]`.

        Raises:
            OpsdeskError: there is no warehouse yet, or DuckDB cannot run the query.
        """
        with self._connections.reading() as con:
            try:
                return con.execute(sql, dict(parameters or {})).df()
            except duckdb.Error as error:
                raise OpsdeskError(f"The query failed: {first_lines(error)}") from None

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a GoogleSQL query; `@name` in it takes `parameters["name"]`."""
        return self.query(transpile(sql, "duckdb", parameters or {}))

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, all columns.

        Raises:
            OpsdeskError: there is no such table; the text names those there are.
        """
        names = self.query(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
        )["table_name"].tolist()
        if name not in names:
            raise OpsdeskError(
                f"There is no table {name!r} in {self.url}: it has {', '.join(names)}."
            )
        return self.query(f'SELECT * FROM "{name}"')

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns; none where there is no such table."""
        with self._connections.reading() as con:
            return [column for column, _ in columns_of(con, name)]

    def has_tickets(self) -> bool:
        """Return whether tickets_raw has any row."""
        with self._connections.reading() as con:
            if not columns_of(con, "tickets_raw"):
                return False
            return con.execute("SELECT 1 FROM tickets_raw LIMIT 1").fetchone() is not None

    def loads(self) -> pd.DataFrame:
        """Return the ledger of loaded partitions: part, fingerprint, rows, bytes, loaded_at."""
        return self.query("SELECT * FROM _loads ORDER BY part")

    def runs(self) -> pd.DataFrame:
        """Return the ledger of publications in the order in which they were committed."""
        return self.query("SELECT * FROM _runs ORDER BY rowid")

    def estimated(self) -> pd.DataFrame:
        """Return the row of `_foresight`; no row where nothing was estimated yet."""
        with self._connections.reading() as con:
            if not columns_of(con, LEDGER):
                return pd.DataFrame()
            return con.execute(f"SELECT * FROM {LEDGER}").df()

    def publish_estimates(self, estimates: Estimates) -> dict[str, int]:
        """Replace every table of estimates in one transaction; see `protocol.Warehouse`."""
        with self._connections.writing() as con:
            refuse_unestimated(con, self.url)
            return write_estimates(con, estimates)

    def unload(self, name: str, folder: Path) -> None:
        """Write a table as Parquet files into a new folder, for another engine."""
        folder.mkdir(parents=True)
        with self._connections.open(read_only=True) as con:
            con.execute(
                f'COPY "{name}" TO {quoted_path(folder)} '
                "(FORMAT parquet, PER_THREAD_OUTPUT, OVERWRITE_OR_IGNORE)"
            )

    def linked_lake(self) -> Link | None:
        """Return the lake that fills the warehouse, None where none was linked yet."""
        if not self.exists():
            return None
        with self._connections.reading() as con:
            return find_link(con, self.url)

    @contextmanager
    def loading(self) -> Iterator[DuckDBLoader]:
        """Open a connection for loading partitions; each is a transaction of its own."""
        with self._connections.writing() as con:
            refuse_foreign(con, self.url)
            for name in LOADED:
                ensure_table(con, catalogue()[name])
            with self._connections.sharing(con):
                yield DuckDBLoader(con)

    def publish(
        self, publication: Publication, staged: Mapping[str, Staged] | None = None
    ) -> dict[str, int]:
        """Publish all tables in one transaction; see `protocol.Warehouse`.

        Rows of tickets that did not change stay, where nothing is staged.
        """
        with self._connections.writing() as con:
            refuse_unpublished(con, self.url)
            for limit in self._connections.limits(con):
                set_limit(con, limit)
                try:
                    return self._publish(con, publication, staged or {})
                except duckdb.OutOfMemoryException as error:
                    reason = first_lines(error)
            raise OpsdeskError(
                f"Computing the tables of {self.url} needs more memory than the {limit:,} MB that "
                f"may be taken, or more disk next to it; readers still see the previous tables: "
                f"{reason} Free memory or disk, or map fewer values to segments."
            )

    def _publish(
        self,
        con: duckdb.DuckDBPyConnection,
        publication: Publication,
        staged: Mapping[str, Staged],
    ) -> dict[str, int]:
        """Publish all tables in one transaction, within the memory that `con` may take."""
        with ThreadPoolExecutor(1) as translator:
            selects = _selects(publication.parameters, staged, translator)
            try:
                con.execute("BEGIN")
                rows = self._build(con, publication, selects, may_stay=not staged)
                assert_identities(lambda sql: con.execute(sql).fetchall())
                _write_ledgers(con, publication.ledger_row(rows))
                # Straight into the file, not into its log first and then into the file.
                con.execute("SET wal_autocheckpoint='1KB'")
                con.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a full disk has ended the transaction already
                    con.execute("ROLLBACK")
                raise
        return rows

    def _build(
        self,
        con: duckdb.DuckDBPyConnection,
        publication: Publication,
        selects: Iterator[tuple[Table, str]],
        *,
        may_stay: bool,
    ) -> dict[str, int]:
        """Build the tables in their order; return rows by table."""
        last = con.execute("SELECT * FROM _runs ORDER BY rowid DESC LIMIT 1").df()
        changes = changes_since(last, publication) if may_stay else None
        builder = Builder(con, find_basis(con, changes, self.thresholds), self.thresholds)
        return {table.name: builder.build(table, select) for table, select in selects}


def _selects(
    parameters: Parameters, staged: Mapping[str, Staged], translator: Executor
) -> Iterator[tuple[Table, str]]:
    """Return every result table with its SELECT; they are translated from now on, one by one."""

    def select(table: Table) -> str:
        if table.name in staged:
            return parquet_select(Path(str(staged[table.name])), table)
        return typed_select(table, "duckdb", parameters)

    return zip(results(), translator.map(select, results()), strict=True)


def _write_ledgers(con: duckdb.DuckDBPyConnection, run: Mapping[str, object]) -> None:
    ensure_table(con, catalogue()["_days"])  # a warehouse of an earlier version has none
    note_published(con)
    values = ", ".join(f"${name} AS {name}" for name in run)
    con.execute(f"INSERT INTO _runs BY NAME SELECT {values}", dict(run))
