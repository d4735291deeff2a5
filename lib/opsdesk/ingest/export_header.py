"""The first bytes of an export: whether they are CSV text, and which columns the header names."""

import csv
import json
from pathlib import Path

from opsdesk.errors import OpsdeskError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LOOKED_AT = 1 << 16  # bytes; a header longer than that is not one
SIGNATURES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or save the sheet as CSV UTF-8",
    b"\xff\xfe": "UTF-16 text: save it again as CSV UTF-8",
    b"\xfe\xff": "UTF-16 text: save it again as CSV UTF-8",
    b"\x1f\x8b": "compressed with gzip: let its name end in .csv.gz",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV UTF-8",
    b"PAR1": "a Parquet file",
}


def read_header(file: Path, delimiter: str, shown: str) -> tuple[str, ...]:
    """Return the names of the columns; `shown` is what messages call the file.

    Raises:
        OpsdeskError: empty, not text, not UTF-8, or no header on the first line.
    """
    with file.open("rb") as stream:
        first = stream.read(LOOKED_AT)
    check_is_text(first, shown)
    line = first.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].rstrip(b"\r")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OpsdeskError(
            f"The header of {shown} is not UTF-8 (byte {error.start + 1} of line 1): "
            "save the export as CSV UTF-8."
        ) from None
    if not text.strip():
        raise OpsdeskError(f"The first line of {shown} is blank: it must be the header.")
    return tuple(name.strip() for name in next(csv.reader([text], delimiter=delimiter)))


def check_is_text(first: bytes, shown: str) -> None:
    """Refuse what does not begin as CSV text; `first` are the first LOOKED_AT bytes.

    Raises:
        OpsdeskError: it does not; the text says what it is.
    """
    for signature, meaning in SIGNATURES.items():
        if first.startswith(signature):
            raise OpsdeskError(f"The export {shown} is not CSV text: it is {meaning}.")
    if b"\0" in first:
        raise OpsdeskError(
            f"The export {shown} is not text: it holds zero bytes (UTF-16 or binary). "
            "Save it as CSV UTF-8."
        )
    if not first.removeprefix(BYTE_ORDER_MARK).strip(b" \t\r\n"):
        raise OpsdeskError(f"The export {shown} is empty: not even a header line. Export it again.")
    # a bare CR inside quotes is fine, but no line end at all is not
    if b"\n" not in first and b"\r" in first:
        raise OpsdeskError(
            f"The export {shown} ends its lines with a bare CR (old Mac): save it with LF or CRLF."
        )


def missing_columns(
    header: tuple[str, ...], missing: list[str], mapping: str, shown: str
) -> OpsdeskError:
    """Return the error for columns that a mapping names and a header does not have.

    Args:
        missing: each in quotes, with its alternatives.
        mapping: the mapping's file, as messages name it.
    """
    # a header in one piece is most likely one with another delimiter
    separator = _other_separator(header)
    if separator:
        return OpsdeskError(
            f"{shown} separates its columns by {separator!r}: "
            f"write `delimiter: {json.dumps(separator)}` into {mapping}."
        )
    return OpsdeskError(
        f"{shown} has no column {', '.join(missing)}, which {mapping} needs. "
        f"Its columns are: {', '.join(map(repr, header))}. "
        f"Correct the export, or name the right columns in {mapping}."
    )


def refuse_repeated_columns(
    header: tuple[str, ...], wanted: list[str] | tuple[str, ...], shown: str
) -> None:
    """Refuse a header that has a wanted column twice.

    Raises:
        OpsdeskError: it has.
    """
    for name in wanted:
        if header.count(name) > 1:
            raise OpsdeskError(
                f"{shown} has the column {name!r} twice: which one is meant? Rename one."
            )


def _other_separator(header: tuple[str, ...]) -> str | None:
    """Return what separates the names in a header that was read as a single one."""
    if len(header) > 1:
        return None
    return next((sign for sign in ";\t|" if sign in header[0]), None)
