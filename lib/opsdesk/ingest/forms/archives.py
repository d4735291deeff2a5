"""Packed files: gz and zip."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from opsdesk.errors import OpsdeskError
from opsdesk.guards.texts import one_line
from opsdesk.ingest.export_header import LOOKED_AT
from opsdesk.ingest.forms.spool import Room, translate_write_errors

CHUNK = 1 << 22  # bytes that are unpacked at a time
MOST_ENTRIES = 1_000
IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
LONGEST_NAME = 200  # characters of an entry's name in messages
BROKEN = (zipfile.BadZipFile, EOFError, zlib.error, ValueError, UnicodeDecodeError)


Check = Callable[[bytes, str], None]  # of the first bytes of a file, and what it is called


class Packed(Protocol):
    """A packed file that is being read."""

    def read(self, size: int, /) -> bytes:
        """Return the next unpacked bytes, none at the end."""


def unpack_gzip(path: Path, work: Path, shown: str, check: Check) -> Path:
    """Return the unpacked copy of a gzip file; `check` is given its first bytes.

    Raises:
        OpsdeskError: it is incomplete, or unpacks to far more than an export would.
    """
    try:
        with gzip.open(path, "rb") as packed:
            return _copy(packed, work, partial(_check_entry, check, shown), Room(path, shown))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OpsdeskError(
            f"{shown} is not a complete gzip file ({error}): fetch it again."
        ) from None


def unpack_zip(path: Path, work: Path, shown: str, check: Check) -> Iterator[tuple[str, Path]]:
    """Yield the name and the unpacked copy of each file in a zip archive, in its order.

    Folders, empty files and what systems add are left out. A name is never used as a path.

    Raises:
        OpsdeskError: it is incomplete, encrypted, empty, or unpacks to far more than exports do.
    """
    room = Room(path, shown)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in _entries(archive, shown):
                name = one_line(entry.filename[:LONGEST_NAME])
                with archive.open(entry) as packed:
                    check_entry = partial(_check_entry, check, f"{shown}: {name}")
                    unpacked = _copy(packed, work, check_entry, room)
                yield name, unpacked
    except BROKEN as error:
        raise OpsdeskError(
            f"{shown} is not a complete zip archive ({error}): fetch it again."
        ) from None
    except NotImplementedError as error:
        raise OpsdeskError(
            f"{shown} is packed in a way that is not read ({error}): unpack it and name the files."
        ) from None


def check_zip(path: Path, shown: str) -> None:
    """Read every entry of a workbook's archive once.

    Raises:
        OpsdeskError: it is incomplete, or unpacks to far more than a workbook would.
    """
    room = Room(path, shown)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as packed:
                    while chunk := packed.read(CHUNK):
                        room.take(len(chunk))
    except (*BROKEN, NotImplementedError, RuntimeError) as error:
        raise OpsdeskError(
            f"{shown} is not a complete workbook ({error}): fetch it, or save it, again."
        ) from None


def _entries(archive: zipfile.ZipFile, shown: str) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if entry.file_size and not _is_ignored(entry)]
    if not entries:
        raise OpsdeskError(f"The zip archive {shown} holds no file: export it again.")
    if len(entries) > MOST_ENTRIES:
        raise OpsdeskError(
            f"The zip archive {shown} holds {len(entries):,} files; {MOST_ENTRIES:,} is the most. "
            "Unpack it, and name the exports."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise OpsdeskError(
            f"The zip archive {shown} is encrypted: unpack it, or pack it without a password."
        )
    return entries


def _is_ignored(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    return entry.is_dir() or name.startswith(IGNORED) or name.rsplit("/", 1)[-1] in IGNORED


def _check_entry(check: Check, shown: str, first: bytes) -> None:
    check(first, shown)


def _copy(packed: Packed, work: Path, check: Callable[[bytes], None], room: Room) -> Path:
    """Return the unpacked copy of one file."""
    with tempfile.NamedTemporaryFile("wb", dir=work, suffix=".unpacked", delete=False) as unpacked:
        is_first = True
        while chunk := packed.read(CHUNK):
            # before more of it is unpacked: a disk is filled in seconds
            if is_first:
                check(chunk[:LOOKED_AT])
                is_first = False
            room.take(len(chunk))
            with translate_write_errors(room.shown):
                unpacked.write(chunk)
    return Path(unpacked.name)
