"""The cleaned rows of the last full export, kept beside the lake so that the next one need not be read whole.

A cache and nothing else: it is made from the export alone, the lake never depends on it, and where it is gone, torn, of
another version or made by another mapping, everything is read anew.
"""

import json
from array import array
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from opsdesk.duckdb_file import first_lines, quoted
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.reading.chunk import Chunk, Malformed
from opsdesk.lake.folder_store import FolderStore
from opsdesk.lake.store import Store

BATCH = 100  # chunks written down at a time: DuckDB takes many times the memory of a list that it is given
FORMAT = 4  # raise it when the tables below mean something else

# A row is as it was cleaned until the moment of a run passes a time in it that was the future, or goes back before one
# that was not.
SOUND = """SELECT chunk, count(*),
  coalesce(max(created_at) FILTER (created_at IS DISTINCT FROM known_from) <= $moment, true)
  AND coalesce(max(resolved_at) <= $moment, true) AND coalesce(min(known_from) > $moment, true)
FROM cache.rows GROUP BY chunk"""


class TornError(OpsdeskError):
    """The cache cannot be read; without it everything can."""


class Remembered:
    """Chunks and their cleaned rows in the catalog `cache` of the work database; a change is one transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection, maker: str, moment: datetime) -> None:
        self.con = con.cursor()
        self.next = 0  # the number of the next new chunk; none is given twice
        self._searched = 0  # repeated ids are known among the rows of chunks before this one
        self.has_rows = False  # whether their table is there
        try:
            self.con.execute("BEGIN")
            self.known = self._load(maker, moment)
        except (duckdb.Error, ValueError, TypeError, KeyError) as error:
            raise TornError(_unusable(error)) from error

    def _load(self, maker: str, moment: datetime) -> dict[str, Chunk]:
        """The chunks that can be used again, by their heads; clears the cache where something else has made it."""
        con = self.con
        con.execute("CREATE TABLE IF NOT EXISTS cache.made_by (maker VARCHAR)")
        if con.execute("SELECT maker FROM cache.made_by").fetchall() != [(maker,)]:
            con.execute("DROP TABLE IF EXISTS cache.rows")
            con.execute(
                "CREATE OR REPLACE TABLE cache.repeated (searched BIGINT, ticket_ids VARCHAR[])"
            )
            con.execute(
                "CREATE OR REPLACE TABLE cache.chunks "
                "(number BIGINT, digest VARCHAR, head VARCHAR, bytes BIGINT, lines BIGINT, records BIGINT, is_closed BOOLEAN, "
                "ends BLOB, runs BLOB, malformed VARCHAR)"
            )
            con.execute("DELETE FROM cache.made_by")
            con.execute("INSERT INTO cache.made_by VALUES ($maker)", {"maker": maker})
            return {}
        found = con.execute(SOUND, {"moment": moment}).fetchall()
        self.has_rows = True
        rows = {chunk: (count, timely) for chunk, count, timely in found}
        chunks = [
            _read_chunk(*row)
            for row in con.execute("SELECT * FROM cache.chunks ORDER BY number").fetchall()
        ]
        ((self._searched,),) = con.execute(
            "SELECT coalesce(max(searched), 0) FROM cache.repeated"
        ).fetchall()
        self.next = max(self._searched, 1 + max((chunk.number for chunk in chunks), default=-1))
        sound = [
            chunk
            for chunk in chunks
            if chunk.is_closed and rows.get(chunk.number, (0, True)) == (chunk.records, True)
        ]
        return {chunk.head: chunk for chunk in sound}

    def add(self, added: pa.Table) -> None:
        """Adds cleaned rows: chunk, record within it, and the columns of `clean.CLEANED`."""
        into = "INSERT INTO cache.rows" if self.has_rows else "CREATE TABLE cache.rows AS"
        self.con.execute(
            f"{into} FROM added"
        )  # the argument; registered, it would be kept until the commit
        self.has_rows = True

    def keep(self, old: list[Chunk], new: list[Chunk]) -> None:
        """Forgets every chunk but the `old` ones, and writes down the `new` ones, whose rows were added."""
        kept = {
            "rows": ("chunk", [chunk.number for chunk in (*old, *new)]),
            "chunks": ("number", [chunk.number for chunk in old]),
        }
        for table, (column, numbers) in kept.items():
            self.con.execute(
                f"DELETE FROM cache.{table} WHERE {column} NOT IN (SELECT unnest($kept::BIGINT[]))",
                {"kept": numbers},
            )
        for start in range(0, len(new), BATCH):
            self._write_down(new[start : start + BATCH])
        self.con.execute("COMMIT")

    @property
    def may_repeat(self) -> str | None:
        """A SELECT of every ticket_id that more than one row may have, None where it may be any."""
        if not self._searched:
            return None
        return f"""SELECT unnest(ticket_ids) AS ticket_id FROM cache.repeated
            UNION ALL SELECT ticket_id FROM cache.rows WHERE chunk >= {self._searched}"""

    def keep_repeated(self, table: str) -> None:
        """Writes down the ids in the column `ticket_id` of a table: no others stand twice among the rows kept now."""
        self.con.execute(f"""CREATE OR REPLACE TABLE cache.repeated AS
            SELECT {self.next} AS searched, (SELECT list(ticket_id) FROM {table}) AS ticket_ids""")

    def _write_down(self, chunks: list[Chunk]) -> None:
        columns = {
            name: [getattr(chunk, name) for chunk in chunks]
            for name in (
                "number",
                "digest",
                "head",
                "bytes",
                "lines",
                "records",
                "is_closed",
                "ends",
            )
        }
        columns["runs"] = [chunk.runs.tobytes() for chunk in chunks]
        columns["malformed"] = [json.dumps(chunk.malformed) for chunk in chunks]
        self.con.execute(
            f"INSERT INTO cache.chunks SELECT {', '.join(f'unnest(${name})' for name in columns)}",
            columns,
        )


def _unusable(error: Exception) -> str:
    return f"The rows of the export cannot be kept while ingest works ({first_lines(error)}). Free space, then run again."


def _read_chunk(
    number: int, digest: str, head: str, size: int, lines: int, records: int, is_closed: bool, ends: bytes, runs: bytes, malformed: str
) -> Chunk:  # fmt: skip
    found = [Malformed(*line) for line in json.loads(malformed)]
    return Chunk(
        0, size, lines, records, array("I", runs), found, b"", ends, digest, head, is_closed, number
    )


def cache_of(store: Store) -> Path | None:
    """Where the cache of a lake lies: beside a local one; a lake elsewhere has none."""
    return store.folder / ".rows.duckdb" if isinstance(store, FolderStore) else None


def attach(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Makes the catalog `cache`, in `file`.

    Raises:
        TornError: it cannot be opened.
    """
    try:
        con.execute(f"ATTACH {quoted(str(file))} AS cache")
    except duckdb.Error as error:
        raise TornError(_unusable(error)) from error


def forget(file: Path) -> None:
    """Removes a cache."""
    file.unlink(missing_ok=True)
    file.with_name(file.name + ".wal").unlink(missing_ok=True)
