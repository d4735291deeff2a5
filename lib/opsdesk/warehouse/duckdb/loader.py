"""Loading parts of the lake into DuckDB, each with its ledger row in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.catalogue.tables import Table, catalogue
from opsdesk.duckdb_file import first_lines, quoted
from opsdesk.errors import OpsdeskError
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.duckdb.day_ledger import forget_loaded, remember_loaded


class Loader:
    """Loads parts into the raw tables, each with its ledger row in the same transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def fingerprints(self) -> dict[str, str]:
        """What is loaded: fingerprint by part."""
        return dict(
            self.con.execute("SELECT part, fingerprint FROM _loads ORDER BY part").fetchall()
        )

    def replace(self, part: Partition, loaded_at: datetime, staged: Path | None = None) -> None:
        """Puts the files of `part` in the place of what was loaded of it before.

        `staged` is a folder of Parquet files with the rows of the part as another engine read them, all columns of the
        raw table; then the lake's files are not read again. (For BigQuery it is the name of a filled staging table.)

        Raises:
            OpsdeskError: a file that does not fit the schema, or a row count other than the manifest's; nothing of
                the part has changed then.
        """
        with self._transaction():
            self._delete(part.name)
            if staged is None:
                self._insert_files(part, loaded_at)
            else:
                self.con.execute(
                    f"INSERT INTO {part.table} {parquet_select(staged, catalogue()[part.table])}"
                )
            self._check_rows(part)
            part.confirm()
            self.con.execute(
                "INSERT INTO _loads VALUES (?, ?, ?, ?, ?)",
                [part.name, part.fingerprint, part.rows, part.bytes, loaded_at],
            )
            if part.name != "agents":
                remember_loaded(self.con, part)

    def _insert_files(self, part: Partition, loaded_at: datetime) -> None:
        columns = catalogue()[part.table].columns
        types = {column.name: column.duckdb_type for column in columns if not is_added(column.name)}
        schema = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        files = ", ".join(quoted(str(path)) for path in part.paths)
        added = (
            ", $loaded_at AS _ingestion_ts, $folder || '/' || parse_filename(filename) AS _source_file"
            if part.table == "tickets_raw"
            else ""
        )
        values = {"loaded_at": loaded_at, "folder": part.folder} if added else {}
        try:
            self.con.execute(
                f"INSERT INTO {part.table} BY NAME SELECT {', '.join(types)}{added} FROM read_csv([{files}], header=true, "
                f"auto_detect=false, delim=',', quote='\"', escape='\"', filename=true, columns={{{schema}}})", values,
            )  # fmt: skip
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise OpsdeskError(
                f"{part.name}: a file of the lake does not fit the schema of {part.table}: {first_lines(error)}"
            ) from None

    def remove(self, name: str) -> None:
        """Removes a part that the lake no longer has."""
        with self._transaction():
            self._delete(name)
            forget_loaded(self.con, name)

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
        if name == "agents":
            self.con.execute("DELETE FROM agents_raw")
        else:
            self.con.execute(f"DELETE FROM tickets_raw WHERE {in_month(name)}")
        self.con.execute("DELETE FROM _loads WHERE part = ?", [name])

    def _check_rows(self, part: Partition) -> None:
        where = "true" if part.name == "agents" else in_month(part.name)
        rows = self.con.execute(f"SELECT count(*) FROM {part.table} WHERE {where}").fetchone()[0]
        if rows != part.rows:
            raise OpsdeskError(
                f"{part.name}: the manifest promises {part.rows:,} rows and {rows:,} were loaded. Run 01_ingest again, then this step."
            )


def in_month(month: str) -> str:
    """The condition that a ticket was created in a month such as 2023-01 (UTC)."""
    start = f"TIMESTAMPTZ '{month}-01 00:00:00+00'"
    return f"created_at >= {start} AND created_at < {start} + INTERVAL 1 MONTH"


def parquet_select(folder: Path, table: Table) -> str:
    """A SELECT of the columns of `table`, as they are declared, from the Parquet files in `folder`."""
    columns = ", ".join(
        f"CAST({column.name} AS {column.duckdb_type}) AS {column.name}" for column in table.columns
    )
    return f"SELECT {columns} FROM read_parquet({quoted(str(folder / '*.parquet'))})"


def is_added(column: str) -> bool:
    """Whether a column of tickets_raw is added by the load and not in the lake's files."""
    return column in ("_ingestion_ts", "_source_file")
