"""From a delivered file of any form to its tables as CSV text."""

from functools import partial
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_header import check_is_text, read_header
from opsdesk.ingest.forms.archives import unpack_gzip, unpack_zip
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.encodings import decode, encoding_of
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.forms.recognise import (
    GZIP,
    PARQUET,
    TEXT,
    WORKBOOK,
    ZIP,
    first_bytes,
    form_of,
    form_of_bytes,
    is_json,
)


def open_form(path: Path, reading: Reading, work: Path, shown: str) -> list[CsvText]:
    """Return the tables of a delivered file: one, or one for each file in a zip archive.

    Plain UTF-8 CSV is read where it is; all else is converted into the folder `work`.

    Raises:
        OpsdeskError: the form is not read, the file is broken, or it has no header.
    """
    form = form_of(path, shown)
    check = partial(_check_first, encoding=reading.encoding)
    if form == GZIP:
        unpacked = unpack_gzip(path, work, shown, check)
        return [_open_unpacked(unpacked, reading, work, shown)]
    if form == ZIP:
        return [
            _open_unpacked(file, reading, work, f"{shown}: {name}").labelled(f": {name}")
            for name, file in unpack_zip(path, work, shown, check)
        ]
    return [_open_table(form, path, reading, work, shown)]


def _check_first(first: bytes, shown: str, encoding: str) -> None:
    """Refuse a packed file by its first bytes, where they are neither text nor another form."""
    if form_of_bytes(first, shown) == TEXT and not encoding_of(first, encoding, shown):
        check_is_text(first, shown)


def _open_unpacked(path: Path, reading: Reading, work: Path, shown: str) -> CsvText:
    form = form_of(path, shown)
    if form in (GZIP, ZIP):
        raise OpsdeskError(
            f"{shown} is an archive inside an archive: unpack the outer one, and name the inner."
        )
    return _open_table(form, path, reading, work, shown)


def _open_table(form: str, path: Path, reading: Reading, work: Path, shown: str) -> CsvText:
    if form == WORKBOOK:
        # imported where it is needed: most exports are CSV
        from opsdesk.ingest.forms.workbook import read_workbook

        return read_workbook(path, reading, work, shown)
    if form == PARQUET:
        from opsdesk.ingest.forms.parquet import read_parquet

        return read_parquet(path, work, shown)
    return _open_text(path, reading, work, shown)


def _open_text(path: Path, reading: Reading, work: Path, shown: str) -> CsvText:
    encoding = encoding_of(first_bytes(path), reading.encoding, shown)
    plain = decode(path, encoding, work, shown) if encoding else path
    first = first_bytes(plain)
    check_is_text(first, shown)
    if is_json(first):
        from opsdesk.ingest.forms.json_file import read_json

        return read_json(plain, reading, work, shown)
    header, last_line = read_header(plain, reading.delimiter, shown, reading.header_row)
    return CsvText(
        plain,
        header,
        delimiter=reading.delimiter,
        header_row=last_line,
        encoding=encoding,
    )
