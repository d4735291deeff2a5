"""The embedded warehouse: one DuckDB file. DuckDB lets one process write, so a connection lives for one operation."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pandas as pd

from opsdesk import project
from opsdesk.catalogue.tables import Table, catalogue, results
from opsdesk.duckdb_file import connect, first_lines, quoted
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import transpile, typed_select
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.changes import Changes
from opsdesk.warehouse.duckdb.builder import Builder, columns_of, comment
from opsdesk.warehouse.duckdb.day_ledger import remember_published
from opsdesk.warehouse.duckdb.loader import Loader, parquet_select

LARGE = 1 << 30  # bytes of a database file above which an operation may take more memory
LOG = "256MB"  # of changes before DuckDB brings them into its file: many small portions are slower to write, and to read
RAW, LEDGER = ("tickets_raw", "agents_raw"), ("_loads", "_days", "_runs")


class DuckDBWarehouse:
    """A DuckDB file with the raw tables, the published tables and the ledgers `_loads`, `_days` and `_runs`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shared: duckdb.DuckDBPyConnection | None = None
        self.billed = Billed(is_free=True)

    @property
    def url(self) -> str:
        """The warehouse as a params file names it."""
        return f"duckdb:{project.shown(self.path)}"

    # reading

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within it all questions share one connection: opening a DuckDB file takes longer than most answers."""
        with self._reading() as con, self._sharing(con):
            yield

    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        return self.path.exists()

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """The rows of a query; `$name` in it takes `parameters["name"]`. Nothing can be changed by it.

        Raises:
            OpsdeskError: no warehouse yet, or what DuckDB says of the query.
        """
        with self._reading() as con:
            try:
                return con.execute(sql, dict(parameters or {})).df()
            except duckdb.Error as error:
                raise OpsdeskError(f"The query failed: {first_lines(error)}") from None

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
        """The rows of a GoogleSQL query; `@name` in it takes `parameters["name"]`."""
        return self.query(transpile(sql, "duckdb", parameters or {}))

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, all columns.

        Raises:
            OpsdeskError: no such table; the text names those there are.
        """
        known = self.query(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
        )["table_name"].tolist()
        if name not in known:
            raise OpsdeskError(
                f"There is no table {name!r} in {self.url}: it has {', '.join(known)}."
            )
        return self.query(f'SELECT * FROM "{name}"')

    def columns(self, name: str) -> list[str]:
        """The columns of a table."""
        return list(self.query(f'SELECT * FROM "{name}" LIMIT 0').columns)

    def has_tickets(self) -> bool:
        """Whether anything was loaded into tickets_raw."""
        with self._reading() as con:
            return (
                columns_of(con, "tickets_raw") != []
                and len(con.execute("SELECT 1 FROM tickets_raw LIMIT 1").fetchall()) > 0
            )

    def loads(self) -> pd.DataFrame:
        """The ledger of loaded parts: part, fingerprint, rows, bytes, loaded_at."""
        return self.query("SELECT * FROM _loads ORDER BY part")

    def runs(self) -> pd.DataFrame:
        """The ledger of publications in the order in which they happened, which need not be that of their moments."""
        return self.query("SELECT * FROM _runs ORDER BY rowid")

    def unload(self, name: str, folder: Path) -> None:
        """Writes a table as Parquet files into a new folder, for another engine."""
        folder.mkdir(parents=True)
        with self._connection(read_only=True) as con:
            con.execute(
                f'COPY "{name}" TO {quoted(str(folder))} (FORMAT parquet, PER_THREAD_OUTPUT, OVERWRITE_OR_IGNORE)'
            )

    # loading

    @contextmanager
    def loading(self) -> Iterator[Loader]:
        """A connection for loading months; every month is a transaction of its own."""
        with self._writing() as con:
            for name in (*RAW, *LEDGER):
                _create(con, catalogue()[name])
            with self._sharing(con):
                yield Loader(con)

    # publishing

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Within it all questions and `publish` share one connection, as in `reading`; other processes wait until it is closed."""
        self._ensure_exists()
        with self._writing() as con, self._sharing(con):
            yield

    def publish(
        self,
        parameters: Mapping[str, object],
        check: Callable[[Callable[[str], list[tuple]]], None],
        run: Callable[[dict[str, int]], dict],
        staged: Mapping[str, Path] | None = None,
        changes: Changes | None = None,
    ) -> dict[str, int]:
        """Builds every result table and publishes all of them in one transaction.

        `check` is given a function that queries the new tables and raises where they contradict themselves; `run` makes
        the row of `_runs` from the row counts. A table of `staged` was computed elsewhere: its rows are those of the
        Parquet files in the folder given for it (for BigQuery: of the staging table named). With `changes` since the last
        publication, rows of tickets that did not change may stay (a warehouse may as well build everything). A failure
        changes nothing. Returns rows by table.
        """
        staged = {name: _staged_select(name, place) for name, place in (staged or {}).items()}
        with self._writing() as con, ThreadPoolExecutor(1) as translator:
            try:
                con.execute("BEGIN")
                builder, rows = Builder(con, None if staged else changes), {}
                for table, select in _translated(staged, parameters, translator):
                    rows[table.name] = builder.build(table, select)
                check(lambda sql: con.execute(sql).fetchall())
                row = run(rows)
                _create(con, catalogue()["_days"])
                remember_published(con)
                con.execute(
                    f"INSERT INTO _runs BY NAME SELECT {', '.join(f'${name} AS {name}' for name in row)}",
                    row,
                )
                con.execute(
                    "SET wal_autocheckpoint='1KB'"
                )  # straight into the file, not into its log and then into it
                con.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a full disk has ended the transaction already
                    con.execute("ROLLBACK")
                raise
        return rows

    # connections

    @contextmanager
    def _sharing(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        self._shared = con
        try:
            yield
        finally:
            self._shared = None

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if self._shared:
            yield self._shared
            return
        self._ensure_exists()
        with self._connection(read_only=True) as con:
            con.execute(
                "SET enable_external_access=false; SET lock_configuration=true"
            )  # a query reads these tables only
            yield con

    def _ensure_exists(self) -> None:
        if not self.path.exists():
            raise OpsdeskError(
                f"There is no warehouse {self.url} yet: run 01_ingest and 02_backfill, or `opsdesk run`, first."
            )

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if self._shared:
            yield self._shared
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OpsdeskError(
                f"Cannot write the warehouse {self.url}: {error.strerror}."
            ) from None
        with self._connection(read_only=False) as con:
            try:
                yield con
            except duckdb.Error as error:
                raise OpsdeskError(
                    f"Writing the warehouse {self.url} failed, readers see what stood there before: {first_lines(error)}"
                ) from None

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with connect(self.path, read_only=read_only) as con:
            large = self.path.stat().st_size > LARGE
            con.execute(f"SET memory_limit='{'2GB' if large else '600MB'}'")
            con.execute(f"SET wal_autocheckpoint='{LOG}'")
            con.execute(
                f"SET preserve_insertion_order=false; SET temp_directory={quoted(str(self.path) + '.tmp')}"
            )
            yield con


def _create(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Creates a raw or ledger table with its comments where it is not there yet."""
    there = [name for name, _ in columns_of(con, table.name)]
    expected = [column.name for column in table.columns]
    if there == expected:
        return
    if there:
        raise OpsdeskError(
            f"The table {table.name} of this warehouse was made by another version of opsdesk: delete the file and run from 02_backfill."
        )
    con.execute(
        f"CREATE TABLE {table.name} ({', '.join(f'{column.name} {column.duckdb_type}' for column in table.columns)})"
    )
    comment(con, table)


def _translated(
    staged: Mapping[str, str], parameters: Mapping[str, object], translator: Executor
) -> Iterator[tuple[Table, str]]:
    """Every result table with its SELECT: the staged one, or the translated one; the next are translated while one is built."""

    def select(table: Table) -> str:
        return staged.get(table.name) or typed_select(table, "duckdb", parameters)

    yield from zip(results(), translator.map(select, results()), strict=True)


def _staged_select(name: str, folder: Path) -> str:
    """The rows that another engine left as Parquet for a result table, as its columns are declared."""
    return parquet_select(folder, catalogue()[name])
