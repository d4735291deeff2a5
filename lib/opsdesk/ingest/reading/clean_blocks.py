"""From the files of an export to the view `rows`: Python finds the records while DuckDB reads and cleans those found before."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from opsdesk.duckdb_file import quoted
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.cleaning_sql import select_tickets
from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.reading.chunk import Chunk
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reading.reuse import find_chunks
from opsdesk.ingest.reading.row_cache import Remembered

BLOCK = 12 << 20  # bytes that DuckDB is given at a time
WORTHWHILE = 2 << 20  # bytes for which it is woken where it has nothing to do
AT_A_TIME = 2  # blocks that are read and cleaned side by side, each by one thread


class Reading:
    """Reads files into the catalog `cache`; `work` is a folder for what is handed over."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        moment,
        memory: Remembered,
        work: Path,
    ) -> None:
        self.con, self.mapping, self.moment, self.memory, self.work = (
            con.cursor(),
            mapping,
            moment,
            memory,
            work,
        )
        self._desks = deque(
            con.cursor() for _ in range(AT_A_TIME)
        )  # where a block is read and cleaned
        self.old: list[Chunk] = []
        self.new: list[Chunk] = []
        self._waiting: list[Chunk] = []
        self._size = 0
        self._numbers = count()
        self._jobs: deque[Future] = deque()

    def read(self, files: list[ExportFile]) -> list[Layout]:
        """Makes the view `rows`: every record of every file, cleaned, with its number in its file."""
        layouts = [Layout(file) for file in files]
        with ThreadPoolExecutor(AT_A_TIME) as workers:
            for layout in layouts:
                for chunk, place in find_chunks(
                    layout.file, self.mapping.delimiter, self.memory.known
                ):
                    self._take(chunk, layout.file, workers)
                    layout.add(chunk, place)
                self._hand_over(layout.file, workers)
            self._wait(0)
        self.memory.keep(self.old, self.new)
        self._show(layouts)
        return layouts

    def _take(self, chunk: Chunk, file: ExportFile, workers: ThreadPoolExecutor) -> None:
        if chunk.number >= 0:
            self.old.append(chunk)
            if self._waiting and self._is_idle:
                self._hand_over(file, workers)
            return
        chunk.number, self.memory.next = self.memory.next, self.memory.next + 1
        self.new.append(chunk)
        self._waiting.append(chunk)
        self._size += len(chunk.content)
        if self._size >= (WORTHWHILE if self._is_idle else BLOCK):
            self._hand_over(file, workers)

    @property
    def _is_idle(self) -> bool:
        """Whether DuckDB has nothing to do."""
        return not self._jobs or self._jobs[-1].done()

    def _hand_over(self, file: ExportFile, workers: ThreadPoolExecutor) -> None:
        """Lets DuckDB read and clean what waits; no more than one block waits for its turn."""
        self._wait(AT_A_TIME)
        if not self._waiting and (self._jobs or self.memory.has_rows):
            return
        chunks = self._waiting
        block = self.work / f"block-{next(self._numbers)}.csv"
        block.write_bytes(b"".join(chunk.content for chunk in chunks))
        for chunk in chunks:
            chunk.content = b""
        self._waiting, self._size = [], 0
        before = self._jobs[-1] if self._jobs else None
        self._jobs.append(workers.submit(self._bring_in, block, file, chunks, before))

    def _wait(self, left: int) -> None:
        while len(self._jobs) > left:
            self._jobs.popleft().result()

    def _bring_in(
        self, block: Path, file: ExportFile, chunks: list[Chunk], before: Future | None
    ) -> None:
        """Remembers the cleaned rows of one block, after those of the block before."""
        desk = self._desks.pop()
        rows = self._clean(desk, block, file, chunks)
        self._desks.append(desk)
        block.unlink()
        if before:
            before.result()
        self.memory.add(rows)

    def _clean(
        self, desk: duckdb.DuckDBPyConnection, block: Path, file: ExportFile, chunks: list[Chunk]
    ) -> pa.Table:
        """One block: its cells as text, in order, as one thread reads them; then cleaned rows."""
        sizes = np.array([chunk.records for chunk in chunks], np.int64)
        places = sorted({file.header.index(column) for column in self.mapping.sources})
        named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(file.header)))
        desk.execute(f"""CREATE OR REPLACE TEMP TABLE texts AS SELECT {", ".join(f"c{place}" for place in places)} FROM
            read_csv({quoted(str(block))}, auto_detect=false, delim={quoted(self.mapping.delimiter)}, quote='"', escape='"',
                columns={{{named}}}, parallel=false, header=false, new_line='\\n')""")
        found, ((read,),) = int(sizes.sum()), desk.execute("SELECT count(*) FROM texts").fetchall()
        if read != found:
            raise OpsdeskError(
                f"{file.name}: {found} records were found and {read} read. Nothing was written; please report this file."
            )
        has_newlines = any(chunk.has_newlines for chunk in chunks)
        select = select_tickets(
            self.mapping, file.header, "texts", self.moment, has_newlines=has_newlines
        )
        desk.execute(f"CREATE OR REPLACE TEMP TABLE cleaned AS {select}")
        rows = desk.table("cleaned").to_arrow_table()
        cells = rows["record"].to_numpy()  # the number in the block; stored is the one in the chunk
        numbers = np.repeat(np.array([chunk.number for chunk in chunks], np.int64), sizes)
        firsts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = rows.set_column(0, "record", pa.array(cells - firsts[cells]))
        return rows.add_column(0, "chunk", pa.array(numbers[cells]))

    def _show(self, layouts: list[Layout]) -> None:
        chunks = [
            (chunk.number, number, first)
            for number, layout in enumerate(layouts)
            for chunk, first in zip(layout.chunks, layout.first_records, strict=True)
        ]
        values = {
            name: [chunk[i] for chunk in chunks]
            for i, name in enumerate(("numbers", "files", "firsts"))
        }
        self.con.execute("""CREATE TABLE placed AS SELECT unnest($numbers::BIGINT[]) AS chunk, unnest($files::BIGINT[]) AS file,
            unnest($firsts::BIGINT[]) AS first""", values)  # fmt: skip
        self.con.execute("""CREATE VIEW rows AS SELECT placed.file, placed.first + found.record AS record,
            found.* EXCLUDE (chunk, record) FROM cache.rows AS found JOIN placed USING (chunk)""")
