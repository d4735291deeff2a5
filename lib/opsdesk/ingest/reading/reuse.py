"""The export as chunks: which stretches of it were read before, and need not be read again.

A chunk whose bytes are known from the last export need not be read again, wherever it stands now: the reader comes to its
first record, and from there on sees what it saw then. In between, `line_reader.LineReader` reads line by line.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, dropwhile, takewhile
from pathlib import Path
from typing import BinaryIO

from opsdesk.ingest.export_file import AT_A_TIME, ExportFile
from opsdesk.ingest.reading.chunk import Chunk, digest_of
from opsdesk.ingest.reading.line_reader import LineReader

TRIES = 3  # how often a line that begins a known chunk may turn out to begin something else


def find_chunks(
    file: ExportFile, delimiter: str, known: Mapping[str, Chunk]
) -> Iterator[tuple[Chunk, int]]:
    """The chunks of a file in order, each with the byte at which it starts.

    `known` holds chunks by their `head`, in the order in which they stood; each may come once.
    """
    left = dict(known)
    with (
        file.plain.open("rb") as stream,
        file.plain.open("rb") as ahead,
        ThreadPoolExecutor(AT_A_TIME) as workers,
    ):
        reader = LineReader(stream, delimiter, len(file.header))
        place, stop = reader.after_header(), 0
        while True:
            ahead.seek(place)
            was_at = place
            for chunk in _known_from(file.plain, place, left, ahead.readline(), workers):
                del left[chunk.head]
                yield chunk, place
                place += chunk.bytes
            if place > was_at:
                continue
            if stop is not None and stop <= place:
                stop = _next_known(file.plain, ahead, place, left) if left else None
            chunk = reader.chunk(place, stop)
            if chunk is None:
                return
            yield chunk, place
            place += chunk.bytes


def _known_from(
    path: Path, place: int, known: Mapping[str, Chunk], line: bytes, workers: ThreadPoolExecutor
) -> Iterator[Chunk]:
    """The known chunks that stand one after the other from a place on, where `line` is, in the order in which they stood.

    While one is looked at, so is the next.
    """
    first = known.get(digest_of(line))
    if first is None:
        return
    chain = list(dropwhile(lambda chunk: chunk is not first, known.values()))
    places = accumulate((chunk.bytes for chunk in chain), initial=place)
    ahead = deque()
    for chunk, start in zip(chain, places, strict=False):
        ahead.append((chunk, workers.submit(_stands_at, path, start, chunk)))
        if len(ahead) > AT_A_TIME:
            chunk, look = ahead.popleft()
            if not look.result():
                return
            yield chunk
    yield from (chunk for chunk, _ in takewhile(lambda found: found[1].result(), ahead))


def _stands_at(path: Path, place: int, chunk: Chunk) -> bool:
    with path.open("rb") as stream:
        stream.seek(place)
        return digest_of(stream.read(chunk.bytes)) == chunk.digest


def _next_known(path: Path, stream: BinaryIO, place: int, known: Mapping[str, Chunk]) -> int | None:
    """The next start of a line after `place` at which a known chunk stands."""
    tries: Counter[str] = Counter()
    stream.seek(place)
    place += len(stream.readline())
    while line := stream.readline():
        head = digest_of(line)
        if head in known and tries[head] < TRIES:
            tries[head] += 1
            if _stands_at(path, place, known[head]):
                return place
        place += len(line)
    return None
