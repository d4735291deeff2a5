"""From the files of an export to the view `rows`: Python finds the records while DuckDB reads and cleans those found before."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb

from opsdesk.clean import select_tickets
from opsdesk.errors import OpsdeskError
from opsdesk.export import ExportFile
from opsdesk.lines import Chunk
from opsdesk.mapping import Mapping
from opsdesk.records import Layout, find_chunks
from opsdesk.sql_text import quoted
from opsdesk.steps.remembered import Remembered

BLOCK = 16 << 20  # bytes that DuckDB is given at a time
WORTHWHILE = 2 << 20  # bytes for which it is woken where it has nothing to do


class Reading:
    """Reads files into the catalog `cache`; `work` is a folder for what is handed over."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, mapping: Mapping, moment, memory: Remembered, work: Path
    ) -> None:
        self.con, self.mapping, self.moment, self.memory, self.work = con.cursor(), mapping, moment, memory, work
        self.old: list[Chunk] = []
        self.new: list[Chunk] = []
        self._waiting: list[Chunk] = []
        self._size = 0
        self._job: Future | None = None

    def read(self, files: list[ExportFile]) -> list[Layout]:
        """Makes the view `rows`: every record of every file, cleaned, with its number in its file."""
        layouts = [Layout(file) for file in files]
        with ThreadPoolExecutor(1) as worker:
            for layout in layouts:
                for chunk, place in find_chunks(layout.file, self.mapping.delimiter, self.memory.known):
                    self._take(chunk, layout.file, worker)
                    layout.add(chunk, place)
                self._hand_over(layout.file, worker)
            self._wait()
        self.memory.keep(self.old, self.new)
        self._show(layouts)
        return layouts

    def _take(self, chunk: Chunk, file: ExportFile, worker: ThreadPoolExecutor) -> None:
        if chunk.number >= 0:
            self.old.append(chunk)
            if self._waiting and self._is_idle:
                self._hand_over(file, worker)
            return
        chunk.number, self.memory.next = self.memory.next, self.memory.next + 1
        self.new.append(chunk)
        self._waiting.append(chunk)
        self._size += len(chunk.content)
        if self._size >= (WORTHWHILE if self._is_idle else BLOCK):
            self._hand_over(file, worker)

    @property
    def _is_idle(self) -> bool:
        """Whether DuckDB has nothing to do."""
        return self._job is None or self._job.done()

    def _hand_over(self, file: ExportFile, worker: ThreadPoolExecutor) -> None:
        """Lets DuckDB read and clean what waits, once it has done so with what came before."""
        self._wait()
        if not self._waiting and self.memory.has_rows:
            return
        block = self.work / "block.csv"
        block.write_bytes(b"".join(chunk.content for chunk in self._waiting))
        sizes = [(chunk.number, chunk.records) for chunk in self._waiting]
        has_newlines = any(chunk.has_newlines for chunk in self._waiting)
        for chunk in self._waiting:
            chunk.content = b""
        self._waiting, self._size = [], 0
        self._job = worker.submit(self._clean, block, file, sizes, has_newlines)

    def _wait(self) -> None:
        if self._job:
            self._job.result()

    def _clean(self, block: Path, file: ExportFile, sizes: list[tuple[int, int]], has_newlines: bool) -> None:
        """One block: its cells as text, read by one thread, as more threads may change the order; then cleaned rows."""
        con = self.memory.con  # its transaction sees no table that another connection has made since
        places = sorted({file.header.index(column) for column in self.mapping.sources})
        named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(file.header)))
        con.execute(f"""CREATE OR REPLACE TEMP TABLE texts AS SELECT {", ".join(f"c{place}" for place in places)} FROM
            read_csv({quoted(str(block))}, auto_detect=false, delim={quoted(self.mapping.delimiter)}, quote='"', escape='"',
                columns={{{named}}}, parallel=false, header=false, new_line='\\n')""")
        found, read = sum(records for _, records in sizes), con.execute("SELECT count(*) FROM texts").fetchone()[0]
        if read != found:
            raise OpsdeskError(
                f"{file.name}: {found} records were found and {read} read. Nothing was written; please report this file."
            )
        values = {"numbers": [number for number, _ in sizes], "sizes": [records for _, records in sizes]}
        con.execute("""CREATE OR REPLACE TEMP TABLE places AS
            SELECT chunk, unnest(range(records)) AS record, unnest(range(first, first + records)) AS cell
            FROM (SELECT *, (sum(records) OVER (ORDER BY chunk) - records + (SELECT coalesce(min(rowid), 0) FROM texts))::BIGINT AS first
                  FROM (SELECT unnest($numbers::BIGINT[]) AS chunk, unnest($sizes::BIGINT[]) AS records))""", values)  # fmt: skip
        cleaned = select_tickets(self.mapping, file.header, "texts", self.moment, has_newlines=has_newlines)
        self.memory.add(
            "SELECT places.chunk, places.record, cleaned.* EXCLUDE (record) "
            f"FROM ({cleaned}) AS cleaned JOIN places ON places.cell = cleaned.record"
        )

    def _show(self, layouts: list[Layout]) -> None:
        chunks = [
            (chunk.number, number, first)
            for number, layout in enumerate(layouts)
            for chunk, first in zip(layout.chunks, layout.first_records, strict=True)
        ]
        values = {name: [chunk[i] for chunk in chunks] for i, name in enumerate(("numbers", "files", "firsts"))}
        self.con.execute("""CREATE TABLE placed AS SELECT unnest($numbers::BIGINT[]) AS chunk, unnest($files::BIGINT[]) AS file,
            unnest($firsts::BIGINT[]) AS first""", values)  # fmt: skip
        self.con.execute("""CREATE VIEW rows AS SELECT placed.file, placed.first + found.record AS record,
            found.* EXCLUDE (chunk, record) FROM cache.rows AS found JOIN placed USING (chunk)""")
