"""Which form a file has: its content decides, whatever its name is."""

import re
import zipfile
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_header import BYTE_ORDER_MARK, LOOKED_AT

GZIP = "gzip"
ZIP = "zip"
WORKBOOK = "workbook"
PARQUET = "parquet"
TEXT = "text"
SIGNATURES = {b"\x1f\x8b": GZIP, b"PK\x03\x04": ZIP, b"PK\x05\x06": ZIP, b"PAR1": PARQUET}
SAVE = "save it as .xlsx or CSV UTF-8"
REFUSED = {
    b"%PDF": "a PDF: export the tickets as CSV or .xlsx",
    b"\xd0\xcf\x11\xe0": f"an old Excel workbook (.xls), or an encrypted one: {SAVE}",
    b"7z\xbc\xaf": "a 7z archive: unpack it, or pack it as .zip",
    b"Rar!": "a rar archive: unpack it, or pack it as .zip",
    b"BZh": "compressed with bzip2: unpack it, or pack it as .zip",
    b"\xfd7zXZ": "compressed with xz: unpack it, or pack it as .zip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or pack it as .zip",
}
MARKUP = re.compile(rb"<(!doctype|html|head|body|table|\?xml|meta)\b", re.IGNORECASE)
JSON_START = re.compile(rb'\s*(\{\s*["}]|\[\s*[{\]])')
TAR = slice(257, 262)  # where a tar archive says what it is


def form_of(file: Path, shown: str) -> str:
    """Return the form of a file: one of the names above.

    Raises:
        OpsdeskError: a form that is not read; the text says what to do.
    """
    found = form_of_bytes(first_bytes(file), shown)
    return _zip_or_workbook(file, shown) if found == ZIP else found


def form_of_bytes(first: bytes, shown: str) -> str:
    """Return the form of a file that begins with `first`; a workbook is a zip archive here."""
    for signature, meaning in REFUSED.items():
        if first.startswith(signature):
            raise OpsdeskError(f"The export {shown} is {meaning}.")
    if first[TAR] == b"ustar":
        raise OpsdeskError(f"The export {shown} is a tar archive: unpack it, or pack it as .zip.")
    if MARKUP.match(first.removeprefix(BYTE_ORDER_MARK).lstrip()):
        raise OpsdeskError(
            f"The export {shown} is a web page or XML, whatever its name says: open it in Excel "
            f"and {SAVE}."
        )
    return next((form for sign, form in SIGNATURES.items() if first.startswith(sign)), TEXT)


def first_bytes(file: Path) -> bytes:
    """Return the first LOOKED_AT bytes of a file."""
    with file.open("rb") as stream:
        return stream.read(LOOKED_AT)


def is_json(first: bytes) -> bool:
    """Return whether UTF-8 text that begins with `first` is JSON."""
    return JSON_START.match(first.removeprefix(BYTE_ORDER_MARK)) is not None


def _zip_or_workbook(file: Path, shown: str) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise OpsdeskError(
            f"{shown} is not a complete zip archive or workbook ({error}): fetch it again."
        ) from None
    if "xl/workbook.xml" in names:
        return WORKBOOK
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise OpsdeskError(f"The export {shown} is a workbook, but not an .xlsx: {SAVE}.")
    return ZIP
