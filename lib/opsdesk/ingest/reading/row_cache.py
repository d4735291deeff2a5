"""The cleaned rows of the last full export, cached next to the lake.

The next export need not be read in full. It is a cache and nothing else: it is made from the export
alone, and the lake never depends on it. Where it is missing, damaged, of another version or made by
another mapping, everything is read again.
"""

from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from opsdesk.duckdb_file import first_lines, quoted
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.cleaned_rows import CleanedRows
from opsdesk.ingest.reading.cached_chunks import CREATE_CHUNKS, insert_chunks, select_chunks
from opsdesk.ingest.reading.chunk import Chunk
from opsdesk.ingest.reading.chunk_layout import Layout

FORMAT = 6  # raise it when the tables below mean something else

# A row is as it was cleaned until the moment of a run passes a time in it that was the future, or
# goes back before one that was not.
SOUND = """SELECT chunk, count(*),
  coalesce(max(created_at) FILTER (created_at IS DISTINCT FROM known_from) <= $moment, true)
  AND coalesce(max(resolved_at) FILTER (known_from IS NULL) <= $moment, true)
  AND coalesce(min(known_from) > $moment, true)
FROM cache.rows GROUP BY chunk"""


class UnusableCacheError(OpsdeskError):
    """The cache cannot be read; without it everything can."""


class RowCache:
    """Chunks and their cleaned rows, in the catalog `cache` of the work database.

    A change of it is one transaction, from the making of this object to `commit`.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, file: Path, made_by: str, moment: datetime
    ) -> None:
        """Open the cache in `file`.

        Args:
            made_by: all that decides what the rows are, but for the export and the moment.
            moment: the moment of the run (UTC).

        Raises:
            UnusableCacheError: it cannot be opened or read.
        """
        self._con = con.cursor()
        self._next = 0  # the number of the next new chunk; none is given twice
        self._searched = 0  # repeated ids are cached for the rows of chunks before this one
        self.has_rows = False  # whether the table of rows is there
        try:
            con.execute(f"ATTACH {quoted(str(file))} AS cache")
            self._con.execute("BEGIN")
            self.reusable = self._load(made_by, moment)
        except (duckdb.Error, ValueError, TypeError, KeyError) as error:
            raise UnusableCacheError(
                "The rows of the export cannot be cached while ingest works "
                f"({first_lines(error)}). Free space, then run again."
            ) from error

    def _load(self, made_by: str, moment: datetime) -> dict[str, Chunk]:
        """Return the chunks that can be used again, by their heads."""
        con = self._con
        con.execute("CREATE TABLE IF NOT EXISTS cache.made_by (maker VARCHAR)")
        if con.execute("SELECT maker FROM cache.made_by").fetchall() != [(made_by,)]:
            self._clear(made_by)
            return {}
        found = con.execute(SOUND, {"moment": moment}).fetchall()
        sound = {number: (rows, is_timely) for number, rows, is_timely in found}
        self.has_rows = True
        chunks = select_chunks(con)
        found = con.execute("SELECT coalesce(max(searched), 0) FROM cache.repeated").fetchall()
        self._searched = found[0][0]
        last = max((chunk.number for chunk in chunks), default=-1)
        # a number is not given twice, or new rows would be taken for searched ones
        self._next = max(self._searched, last + 1)
        # a chunk whose rows are missing, or were cleaned as of another time, is read again
        return {
            chunk.head: chunk
            for chunk in chunks
            if chunk.is_closed and sound.get(chunk.number, (0, True)) == (chunk.records, True)
        }

    def _clear(self, made_by: str) -> None:
        # the table of rows is made by `add`, from the columns of the first rows
        con = self._con
        con.execute("DROP TABLE IF EXISTS cache.rows")
        con.execute(CREATE_CHUNKS)
        con.execute(
            "CREATE OR REPLACE TABLE cache.repeated (searched BIGINT, ticket_ids VARCHAR[])"
        )
        con.execute("DELETE FROM cache.made_by")
        con.execute("INSERT INTO cache.made_by VALUES ($maker)", {"maker": made_by})

    def new_number(self) -> int:
        """Return the number of a new chunk."""
        self._next += 1
        return self._next - 1

    def add(self, added: pa.Table) -> None:
        """Add cleaned rows: chunk, record within it, then as `cleaning_sql` gives them."""
        into = "INSERT INTO cache.rows" if self.has_rows else "CREATE TABLE cache.rows AS"
        # DuckDB finds the argument by its name; if registered, it would stay until the commit
        self._con.execute(f"{into} FROM added")
        self.has_rows = True

    def commit(self, old: list[Chunk], new: list[Chunk]) -> None:
        """Keep the `old` chunks and the `new` ones, whose rows were added, and no others."""
        self._keep("chunks", "number", old)
        self._keep("rows", "chunk", [*old, *new])
        insert_chunks(self._con, new)
        self._con.execute("COMMIT")

    def _keep(self, table: str, column: str, chunks: list[Chunk]) -> None:
        self._con.execute(
            f"DELETE FROM cache.{table} WHERE {column} NOT IN (SELECT unnest($kept::BIGINT[]))",
            {"kept": [chunk.number for chunk in chunks]},
        )

    def rows_of(self, layouts: list[Layout]) -> CleanedRows:
        """Return the rows of an export whose chunks were committed, as its files place them."""
        numbers: list[int] = []
        files: list[int] = []
        firsts: list[int] = []
        for file, layout in enumerate(layouts):
            numbers += [chunk.number for chunk in layout.chunks]
            files += [file] * len(layout.chunks)
            firsts += layout.first_records
        self._con.execute(
            """CREATE TABLE placed AS SELECT unnest($numbers::BIGINT[]) AS chunk,
                unnest($files::BIGINT[]) AS file, unnest($firsts::BIGINT[]) AS first""",
            {"numbers": numbers, "files": files, "firsts": firsts},
        )
        self._con.execute("""CREATE VIEW rows AS
            SELECT placed.file, placed.first + found.record AS record,
                found.* EXCLUDE (chunk, record)
            FROM cache.rows AS found JOIN placed USING (chunk)""")
        return CleanedRows(self._con, "rows", self._repeatable())

    def _repeatable(self) -> str | None:
        """Return a query for the ids that more than one row may have, None where any may."""
        if not self._searched:
            return None
        return f"""SELECT unnest(ticket_ids) AS ticket_id FROM cache.repeated
            UNION ALL SELECT ticket_id FROM cache.rows WHERE chunk >= {self._searched}"""

    def store_repeated(self, ids: str) -> None:
        """Cache the ids that more than one row has, given as a query for the work database."""
        self._con.execute(f"""CREATE OR REPLACE TABLE cache.repeated AS
            SELECT {self._next} AS searched, (SELECT list(ticket_id) FROM ({ids})) AS ticket_ids""")
