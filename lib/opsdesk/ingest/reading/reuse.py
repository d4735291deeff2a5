"""The export as chunks: which stretches of it were read by the last ingest and need no reading now.

The same bytes of a closed chunk read the same, wherever they are now. Between such chunks,
`line_reader.LineReader` reads.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import dropwhile
from pathlib import Path
from typing import BinaryIO

from opsdesk.ingest.export_file import AT_A_TIME, ExportFile
from opsdesk.ingest.reading.chunk import Chunk, digest_of
from opsdesk.ingest.reading.line_reader import LineReader
from opsdesk.ingest.reading.record_pattern import LIMITS

TRIES = 3  # how often a line that begins a cached chunk may turn out to begin something else


def find_chunks(file: ExportFile, cached: Mapping[str, Chunk]) -> Iterator[tuple[Chunk, int]]:
    """Yield the chunks of a file in order, each with the byte at which it starts.

    `cached` holds chunks by their `head`, in the order of the last export; each may come once.
    """
    with (
        file.plain.open("rb") as stream,
        file.plain.open("rb") as ahead,
        ThreadPoolExecutor(AT_A_TIME) as workers,
    ):
        reader = LineReader(stream, file.delimiter, len(file.header), LIMITS)
        # two streams: the reader goes on where it was while the search is ahead
        search = _Search(file.plain, ahead, cached, workers)
        place = reader.after_header(file.text.header_row)
        stop: int | None = 0  # where the next cached chunk begins, None without one
        while True:
            was_at = place
            for chunk in search.chunks_from(place):
                yield chunk, place
                place += chunk.size
            if place > was_at:
                continue
            # searching may read the file to its end, so it waits until its last result was passed
            if stop is not None and stop <= place:
                stop = search.next_place(place)
            read = reader.chunk(place, stop)
            if read is None:
                return
            yield read, place
            place += read.size


class _Search:
    """Finds cached chunks in a file; one that was found is not looked for again."""

    def __init__(
        self,
        path: Path,
        stream: BinaryIO,
        cached: Mapping[str, Chunk],
        workers: ThreadPoolExecutor,
    ) -> None:
        self._path = path
        self._stream = stream
        self._left = dict(cached)
        self._workers = workers

    def chunks_from(self, place: int) -> Iterator[Chunk]:
        """Yield the cached chunks that are one after the other from `place` on, in cached order."""
        self._stream.seek(place)
        first = self._left.get(digest_of(self._stream.readline()))
        if first is None:
            return
        chain = dropwhile(lambda chunk: chunk is not first, list(self._left.values()))
        # while one is compared, so is the next
        ahead: deque[tuple[Chunk, Future[bool]]] = deque()
        for chunk in chain:
            ahead.append((chunk, self._workers.submit(self._is_at, place, chunk)))
            place += chunk.size
            if len(ahead) > AT_A_TIME:
                chunk, is_there = ahead.popleft()
                if not is_there.result():
                    return
                yield self._take(chunk)
        for chunk, is_there in ahead:
            if not is_there.result():
                return
            yield self._take(chunk)

    def next_place(self, place: int) -> int | None:
        """Return the next start of a line after `place` at which a cached chunk begins."""
        if not self._left:
            return None
        tries: Counter[str] = Counter()
        self._stream.seek(place)
        place += len(self._stream.readline())
        while line := self._stream.readline():
            head = digest_of(line)
            if head in self._left and tries[head] < TRIES:
                tries[head] += 1
                if self._is_at(place, self._left[head]):
                    return place
            place += len(line)
        return None

    def _take(self, chunk: Chunk) -> Chunk:
        return self._left.pop(chunk.head)

    def _is_at(self, place: int, chunk: Chunk) -> bool:
        # with a stream of its own: several are compared in parallel
        with self._path.open("rb") as stream:
            stream.seek(place)
            return digest_of(stream.read(chunk.size)) == chunk.digest
