"""One file of an export as plain CSV text on this machine, and its digest."""

import gzip
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from blake3 import blake3

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_header import read_header
from opsdesk.ingest.source_files import SourceFile

CHUNK = 1 << 22  # bytes that are read at a time
AT_A_TIME = 2  # pieces of a file that are read in parallel


@dataclass(frozen=True)
class ExportFile:
    """One file of an export, as plain CSV text on this machine.

    `shown` is what messages call it, `name` is what rejects call it. `plain` is the file to read:
    itself, or its unzipped copy. `digest` is of the bytes as delivered.
    """

    shown: str
    plain: Path
    header: tuple[str, ...]
    digest: str
    name: str


def open_export(source: SourceFile, delimiter: str, work: Path, name: str = "") -> ExportFile:
    """Return one file, checked to be text with a header; fetch or unzip it into `work` if needed.

    Raises:
        OpsdeskError: empty, not text, not a complete gzip file, unreadable, or without a header.
    """
    shown = source.shown
    try:
        path = source.fetch(work)
        digest = _digest(path)
        is_packed = path.name.lower().endswith(".gz")
        plain = _unzip(path, work, shown) if is_packed else path
        header = read_header(plain, delimiter, shown)
    except OSError as error:
        raise OpsdeskError(f"Cannot read the export {shown}: {error.strerror or error}.") from None
    return ExportFile(shown, plain, header, digest, name or source.name)


def _digest(path: Path) -> str:
    """Return the BLAKE3 of the BLAKE3 of each piece of CHUNK bytes.

    Pieces, so that several can be computed in parallel.
    """

    def piece(start: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            digest: bytes = blake3(file.read(CHUNK)).digest()
            return digest

    starts = range(0, path.stat().st_size, CHUNK)
    with ThreadPoolExecutor(AT_A_TIME) as workers:
        digests = b"".join(workers.map(piece, starts))
    return str(blake3(digests).hexdigest())


def _unzip(path: Path, work: Path, shown: str) -> Path:
    try:
        with (
            gzip.open(path, "rb") as packed,
            tempfile.NamedTemporaryFile("wb", dir=work, suffix=".csv", delete=False) as unpacked,
        ):
            while chunk := packed.read(CHUNK):
                _write(unpacked, chunk, shown)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OpsdeskError(
            f"{shown} is not a complete gzip file ({error}): fetch it again."
        ) from None
    return Path(unpacked.name)


def _write(file: IO[bytes], chunk: bytes, shown: str) -> None:
    # apart from reading, whose errors mean that the export is broken
    try:
        file.write(chunk)
    except OSError as error:
        raise OpsdeskError(
            f"No room to unzip {shown}: {error.strerror}. Free space, then run again."
        ) from None
