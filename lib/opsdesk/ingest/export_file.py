"""The export as files: which they are, whether they are text, what columns they have."""

import csv
import gzip
import json
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.source_files import SourceFile

CHUNK = 1 << 22
AT_A_TIME = 2  # pieces of a file that are looked at side by side
SIGNATURES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or save the sheet as CSV UTF-8",
    b"\xff\xfe": "UTF-16 text: save it again as CSV UTF-8",
    b"\xfe\xff": "UTF-16 text: save it again as CSV UTF-8",
    b"\x1f\x8b": "compressed with gzip: let its name end in .csv.gz",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV UTF-8",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True)
class ExportFile:
    """One file of an export, as plain CSV text on this machine.

    `shown` is what messages call it, `plain` the file to read (itself, or its unzipped copy), `digest` is of the bytes
    as delivered, `name` is what rejects call it.
    """

    shown: str
    plain: Path
    header: tuple[str, ...]
    digest: str
    name: str


def open_export(source: SourceFile, delimiter: str, work: Path, name: str = "") -> ExportFile:
    """Looks at one file: checks that it is text with a header, fetches or unzips it into `work` where it must be.

    Raises:
        OpsdeskError: empty, not text, broken gzip, unreadable, or a header that is none.
    """
    shown = source.shown
    try:
        path = plain = source.fetch(work)
        digest = _digest(path)
        if path.name.lower().endswith(".gz"):
            plain = _unzip(path, work, shown)
        first = _first_bytes(plain, shown)
        header = _header(first, delimiter, shown)
        return ExportFile(
            shown=shown, plain=plain, header=header, name=name or source.name, digest=digest
        )
    except OSError as error:
        raise OpsdeskError(f"Cannot read the export {shown}: {error.strerror or error}.") from None


def _digest(path: Path) -> str:
    """BLAKE3 of the BLAKE3 of each piece of CHUNK bytes, so that several are computed at a time."""

    def piece(start: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return blake3(file.read(CHUNK)).digest()

    with ThreadPoolExecutor(AT_A_TIME) as workers:
        return blake3(
            b"".join(workers.map(piece, range(0, path.stat().st_size, CHUNK)))
        ).hexdigest()


def _unzip(path: Path, work: Path, shown: str) -> Path:
    try:
        with (
            gzip.open(path, "rb") as packed,
            tempfile.NamedTemporaryFile("wb", dir=work, suffix=".csv", delete=False) as unpacked,
        ):
            while chunk := packed.read(CHUNK):
                _write(unpacked, chunk, shown)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OpsdeskError(f"{shown} is not a whole gzip file ({error}): fetch it again.") from None
    return Path(unpacked.name)


def _write(file: BinaryIO, chunk: bytes, shown: str) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise OpsdeskError(
            f"No room to unzip {shown}: {error.strerror}. Free space, then run again."
        ) from None


def _first_bytes(plain: Path, shown: str) -> bytes:
    with plain.open("rb") as file:
        first = file.read(1 << 16)
    for signature, meaning in SIGNATURES.items():
        if first.startswith(signature):
            raise OpsdeskError(f"The export {shown} is not CSV text: it is {meaning}.")
    if b"\0" in first:
        raise OpsdeskError(
            f"The export {shown} is not text: it holds zero bytes (UTF-16 or binary). Save it as CSV UTF-8."
        )
    if not first.strip(b"\xef\xbb\xbf \t\r\n"):
        raise OpsdeskError(f"The export {shown} is empty: not even a header line. Export it again.")
    return first


def _header(first: bytes, delimiter: str, shown: str) -> tuple[str, ...]:
    if b"\n" not in first and b"\r" in first:
        raise OpsdeskError(
            f"The export {shown} ends its lines with a bare CR (old Mac): save it with LF or CRLF."
        )
    line = first.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OpsdeskError(
            f"The header of {shown} is not UTF-8 (byte {error.start + 1} of line 1): save the export as CSV UTF-8."
        ) from None
    if not text.strip():
        raise OpsdeskError(f"The first line of {shown} is blank: the header must stand there.")
    return tuple(name.strip() for name in next(csv.reader([text], delimiter=delimiter)))


def check_columns(file: ExportFile, wanted: list[str], mapping_name: str) -> None:
    """Holds a file's header to the columns that a mapping names.

    Raises:
        OpsdeskError: a wanted column is missing or stands there twice; the text lists the columns that are there.
    """
    missing = [name for name in wanted if name not in file.header]
    separator = next(
        (sign for sign in ";\t|" if len(file.header) == 1 and sign in file.header[0]), None
    )
    if missing and separator:
        raise OpsdeskError(
            f"{file.shown} separates its columns by {separator!r}: write `delimiter: {json.dumps(separator)}` into "
            f"params/mappings/{mapping_name}.yaml."
        )
    if missing:
        raise OpsdeskError(
            f"{file.shown} has no column {', '.join(map(repr, missing))}, which the mapping {mapping_name!r} needs. "
            f"Its columns are: {', '.join(map(repr, file.header))}. Correct the export, or name the right columns in "
            f"params/mappings/{mapping_name}.yaml."
        )
    twice = [name for name in wanted if file.header.count(name) > 1]
    if twice:
        raise OpsdeskError(
            f"{file.shown} has the column {twice[0]!r} twice: which one is meant? Rename one."
        )
