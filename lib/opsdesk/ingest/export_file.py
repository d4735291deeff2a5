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
from opsdesk.ingest.export_header import LOOKED_AT, check_is_text, read_header
from opsdesk.ingest.source_files import SourceFile

CHUNK = 1 << 22  # bytes that are read at a time
AT_A_TIME = 2  # pieces of a file that are read in parallel
# A ticket export shrinks to a fifth or a fiftieth. What is larger than both is a trap for the disk.
LARGEST_RATIO = 200
SURELY_FINE = 256 << 20  # bytes
Identity = tuple[int, ...]


@dataclass(frozen=True)
class ExportFile:
    """One file of an export, as plain CSV text on this machine.

    `shown` is what messages call it, `name` is what rejects call it. `plain` is the file to read:
    itself, or its unzipped copy. `digest` is of the bytes as delivered. `delivered` is the file
    with those, and `identity` what it was before it was read.
    """

    shown: str
    plain: Path
    header: tuple[str, ...]
    digest: str
    name: str
    delivered: Path
    identity: Identity

    def ensure_unchanged(self) -> None:
        """Check, after reading, that the file was neither written to nor replaced.

        Raises:
            OpsdeskError: it was.
        """
        if _identity(self.delivered) != self.identity:
            raise OpsdeskError(
                f"{self.shown} was changed while it was read. Nothing was written; "
                "run this again when it is complete."
            )


def open_export(source: SourceFile, delimiter: str, work: Path, name: str = "") -> ExportFile:
    """Return one file, checked to be text with a header; fetch or unzip it into `work` if needed.

    Raises:
        OpsdeskError: empty, not text, not a complete gzip file, unreadable, or without a header.
    """
    shown = source.shown
    try:
        path = source.fetch(work)
        identity = _identity(path)
        digest = _digest(path)
        is_packed = path.name.lower().endswith(".gz")
        plain = _unzip(path, work, shown) if is_packed else path
        header = read_header(plain, delimiter, shown)
    except OSError as error:
        raise OpsdeskError(f"Cannot read the export {shown}: {error.strerror or error}.") from None
    return ExportFile(shown, plain, header, digest, name or source.name, path, identity)


def _identity(path: Path) -> Identity:
    """Return what is another when a file was written to or replaced; nothing where it is gone.

    The time of the last change of any kind is a part of it: copying tools set the other one back.
    """
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev


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
            most = max(SURELY_FINE, path.stat().st_size * LARGEST_RATIO)
            while chunk := packed.read(CHUNK):
                # before more of it is unpacked: a disk is filled in seconds
                if not unpacked.tell():
                    check_is_text(chunk[:LOOKED_AT], shown)
                _write(unpacked, chunk, shown)
                if unpacked.tell() > most:
                    raise _too_large(shown, most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OpsdeskError(
            f"{shown} is not a complete gzip file ({error}): fetch it again."
        ) from None
    return Path(unpacked.name)


def _too_large(shown: str, most: int) -> OpsdeskError:
    return OpsdeskError(
        f"{shown} unpacks to more than {most >> 20:,} MB, {LARGEST_RATIO} times its size: no "
        "ticket export shrinks like that, so it was not read. If it is one, unpack it and name "
        "the .csv."
    )


def _write(file: IO[bytes], chunk: bytes, shown: str) -> None:
    # apart from reading, whose errors mean that the export is broken
    try:
        file.write(chunk)
    except OSError as error:
        raise OpsdeskError(
            f"No room to unzip {shown}: {error.strerror}. Free space, then run again."
        ) from None
