"""From the files of an export to cleaned rows in the cache.

Python finds the records while DuckDB reads and cleans those found before.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path

from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.reading.block_cleaner import AT_A_TIME, BlockCleaner
from opsdesk.ingest.reading.chunk import Chunk
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reading.reuse import find_chunks
from opsdesk.ingest.reading.row_cache import RowCache

BLOCK = 12 << 20  # bytes that DuckDB is given at a time
WORTHWHILE = 2 << 20  # bytes for which it is started where it has nothing to do


class ExportReader:
    """Reads files into a cache; `work` is a folder for the blocks that are handed over."""

    def __init__(self, cleaner: BlockCleaner, cache: RowCache, work: Path) -> None:
        self._cleaner = cleaner
        self._cache = cache
        self._work = work
        self._old: list[Chunk] = []
        self._new: list[Chunk] = []
        self._waiting: list[Chunk] = []
        self._size = 0  # of what is waiting
        self._numbers = count()
        self._jobs: deque[Future[None]] = deque()

    def read(self, files: list[ExportFile]) -> list[Layout]:
        """Add every record of every file, cleaned, to the cache; return where they are."""
        layouts = [Layout(file) for file in files]
        with ThreadPoolExecutor(AT_A_TIME) as workers:
            for layout in layouts:
                for chunk, place in find_chunks(layout.file, self._cache.reusable):
                    self._take(chunk, layout.file, workers)
                    layout.add(chunk, place)
                self._hand_over(layout.file, workers)
            self._wait_for_jobs(0)
        self._cache.commit(self._old, self._new)
        return layouts

    def _take(self, chunk: Chunk, file: ExportFile, workers: ThreadPoolExecutor) -> None:
        if chunk.number >= 0:  # its rows are in the cache
            self._old.append(chunk)
            if self._waiting and self._is_idle:
                self._hand_over(file, workers)
            return
        chunk.number = self._cache.new_number()
        self._new.append(chunk)
        self._waiting.append(chunk)
        self._size += len(chunk.content)
        if self._size >= (WORTHWHILE if self._is_idle else BLOCK):
            self._hand_over(file, workers)

    @property
    def _is_idle(self) -> bool:
        """Return whether DuckDB has nothing to do."""
        return not self._jobs or self._jobs[-1].done()

    def _hand_over(self, file: ExportFile, workers: ThreadPoolExecutor) -> None:
        """Let DuckDB read and clean what is waiting; at most one block waits for its turn."""
        self._wait_for_jobs(AT_A_TIME)
        # an empty first block makes the table of rows
        if not self._waiting and (self._jobs or self._cache.has_rows):
            return
        chunks = self._waiting
        block = self._work / f"block-{next(self._numbers)}.csv"
        block.write_bytes(b"".join(chunk.content for chunk in chunks))
        for chunk in chunks:
            chunk.content = b""  # it is on disk now, and memory is bounded
        self._waiting = []
        self._size = 0
        before = self._jobs[-1] if self._jobs else None
        self._jobs.append(workers.submit(self._clean, block, file, chunks, before))

    def _wait_for_jobs(self, left: int) -> None:
        while len(self._jobs) > left:
            self._jobs.popleft().result()

    def _clean(
        self, block: Path, file: ExportFile, chunks: list[Chunk], before: Future[None] | None
    ) -> None:
        """Add the cleaned rows of one block to the cache, after those of the block before."""
        rows = self._cleaner.clean(block, file, chunks)
        block.unlink()
        # rows are cleaned in parallel and added in order
        if before:
            before.result()
        self._cache.add(rows)
