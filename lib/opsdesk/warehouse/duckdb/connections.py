"""Connections to one DuckDB file. DuckDB lets one process write, so each is for one operation."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from opsdesk import project
from opsdesk.duckdb_file import connect, first_lines, quoted
from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.duckdb.memory import Memory, set_limit

LARGE = 1 << 30  # bytes of a database file above which an operation may take more memory
# Changes before DuckDB brings them into its file: many small portions are slower to write and read.
LOG = "256MB"


class Connections:
    """Opens a DuckDB file for one operation, or for all operations within `sharing`."""

    def __init__(self, path: Path, memory: Memory) -> None:
        self.path = path
        self.memory = memory
        self._shared: duckdb.DuckDBPyConnection | None = None

    @property
    def url(self) -> str:
        """Return the file as a params file names it."""
        return f"duckdb:{project.shown(self.path)}"

    @contextmanager
    def sharing(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Let all operations within it use `con`: opening a file takes longer than most answers.

        It may be within another one, whose connection is shared again afterwards.
        """
        before = self._shared
        self._shared = con
        try:
            yield
        finally:
            self._shared = before

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for queries, which read its tables and nothing else of this machine."""
        if self._shared:
            yield self._shared
            return
        self.ensure_exists()
        with self.open(read_only=True) as con:
            con.execute("SET enable_external_access=false; SET lock_configuration=true")
            yield con

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for changes; it is made where it is missing.

        Raises:
            OpsdeskError: it cannot be made, or DuckDB cannot write it.
        """
        if self._shared:
            yield self._shared
            return
        self._make_folder()
        with self.open(read_only=False) as con:
            try:
                yield con
            except duckdb.Error as error:
                raise OpsdeskError(
                    f"Could not write the warehouse {self.url}; readers still see the previous "
                    f"tables: {first_lines(error)}"
                ) from None

    @contextmanager
    def open(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file with settings for its size."""
        with connect(self.path, read_only=read_only) as con:
            set_limit(con, next(self.limits(con)))
            con.execute(f"SET wal_autocheckpoint='{LOG}'")
            con.execute("SET preserve_insertion_order=false")
            spill = self.path.with_name(f"{self.path.name}.tmp")
            con.execute(f"SET temp_directory={quoted(str(spill))}")
            yield con

    def limits(self, con: duckdb.DuckDBPyConnection) -> Iterator[int]:
        """Yield the limits of memory to try, in megabytes, while the one before was too little."""
        return self.memory.limits(con, is_large=self.path.stat().st_size > LARGE)

    def ensure_exists(self) -> None:
        """Refuse a file that is missing.

        Raises:
            OpsdeskError: it is missing; the text says which steps make it.
        """
        if not self.path.exists():
            raise OpsdeskError(
                f"There is no warehouse {self.url} yet: run 01_ingest and 02_backfill, "
                "or `opsdesk run`, first."
            )

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OpsdeskError(
                f"Cannot write the warehouse {self.url}: {error.strerror}."
            ) from None
