"""Loading partitions of the lake into DuckDB, each with its ledger row in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.catalogue.tables import catalogue, is_added
from opsdesk.duckdb_file import first_lines, quoted_path
from opsdesk.errors import OpsdeskError
from opsdesk.instants import month_bounds
from opsdesk.lake.names import month_of_partition, raw_table, series_of
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.duckdb.day_ledger import forget_loaded, note_loaded
from opsdesk.warehouse.duckdb.mark import write_link
from opsdesk.warehouse.duckdb.tables import one_row, parquet_select
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.protocol import Staged

# What the load adds to each ticket; the files of the lake do not have it.
ADDED = """, $loaded_at AS _ingestion_ts,
    $folder || '/' || parse_filename(filename) AS _source_file"""


class DuckDBLoader:
    """Loads partitions into the raw tables; see `protocol.Loader`."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def fingerprints(self) -> dict[str, str]:
        """Return what is loaded: fingerprint by partition."""
        rows = self.con.execute("SELECT part, fingerprint FROM _loads ORDER BY part").fetchall()
        return dict(rows)

    def replace(self, part: Partition, loaded_at: datetime, staged: Staged | None = None) -> None:
        """Replace what was loaded of `part`; see `protocol.Loader`."""
        with self._transaction():
            self._delete(part.name)
            if staged is None:
                self._insert_files(part, loaded_at)
            else:
                rows = parquet_select(Path(str(staged)), catalogue()[part.table])
                self.con.execute(f"INSERT INTO {part.table} {rows}")
            self._check_rows(part)
            part.confirm()
            self.con.execute(
                "INSERT INTO _loads VALUES (?, ?, ?, ?, ?)",
                [part.name, part.fingerprint, part.rows, part.bytes, loaded_at],
            )
            if part.is_month:
                note_loaded(self.con, part)

    def remarks(self) -> str:
        """Say nothing: a file is loaded in one way only."""
        return ""

    def remove(self, name: str) -> None:
        """Remove a partition that the lake no longer has."""
        with self._transaction():
            self._delete(name)
            forget_loaded(self.con, name)

    def link(self, link: Link, linked_at: datetime) -> None:
        """Write down which lake fills the warehouse from now on."""
        with self._transaction():
            write_link(self.con, link, linked_at)

    def _insert_files(self, part: Partition, loaded_at: datetime) -> None:
        columns = catalogue()[part.table].columns
        types = {column.name: column.duckdb_type for column in columns if not is_added(column.name)}
        schema = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        names = ", ".join(f'"{name}"' for name in types)
        files = ", ".join(map(quoted_path, part.paths))
        added = {"loaded_at": loaded_at, "folder": part.folder} if part.is_month else {}
        try:
            self.con.execute(
                f"""INSERT INTO {part.table} BY NAME
                SELECT {names}{ADDED if added else ""}
                FROM read_csv([{files}], header=true, auto_detect=false, delim=',', quote='\"',
                    escape='\"', filename=true, columns={{{schema}}})""",
                added,
            )
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise OpsdeskError(
                f"{part.name}: a file of the lake does not fit the schema of {part.table}: "
                f"{first_lines(error)}"
            ) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.con.execute("BEGIN")
        try:
            yield
            self.con.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a full disk has ended the transaction already
                self.con.execute("ROLLBACK")
            raise

    def _delete(self, name: str) -> None:
        self.con.execute(f"DELETE FROM {raw_table(name)} WHERE {in_partition(name)}")
        self.con.execute("DELETE FROM _loads WHERE part = ?", [name])

    def _check_rows(self, part: Partition) -> None:
        count = f"SELECT count(*) FROM {part.table} WHERE {in_partition(part.name)}"
        (rows,) = one_row(self.con, count)
        if rows != part.rows:
            raise OpsdeskError(
                f"{part.name}: the manifest promises {part.rows:,} rows and {rows:,} were loaded. "
                "Run 01_ingest again, then this step."
            )


def in_partition(name: str) -> str:
    """Return the condition that a row of the raw table belongs to a partition (UTC months)."""
    series = series_of(name)
    if series is None:
        return "true"
    first, following = month_bounds(month_of_partition(name))
    instant = f'"{series.instant}"'
    return f"{instant} >= TIMESTAMPTZ '{first}' AND {instant} < TIMESTAMPTZ '{following}'"
