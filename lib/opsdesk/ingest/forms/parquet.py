"""A Parquet file becomes CSV text, group of rows by group of rows."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.spool import Room, Spool
from opsdesk.ingest.forms.typed_cells import cell_text

ROWS = 8192  # converted at a time


def read_parquet(path: Path, work: Path, shown: str) -> CsvText:
    """Return a Parquet file as CSV text; fields of a struct are named by dotted paths.

    A place is the number of a row, from 1.

    Raises:
        OpsdeskError: it is incomplete, or of a kind that is not read.
    """
    try:
        with pq.ParquetFile(path) as file:
            header = tuple(_flat(pa.Table.from_batches([], file.schema_arrow)).column_names)
            if not header:
                raise OpsdeskError(f"{shown} has no columns: export it again.")
            with Spool(work, header, Room(path, shown)) as spool:
                place = 0
                for batch in file.iter_batches(ROWS):
                    columns = [_texts(column) for column in _flat(pa.table(batch)).columns]
                    for cells in zip(*columns, strict=True):
                        place += 1
                        spool.add(place, cells)
    except (pa.ArrowException, OSError) as error:
        raise OpsdeskError(
            f"{shown} is not a complete Parquet file ({str(error)[:200]}): fetch it again."
        ) from None
    return CsvText(spool.path, header, is_typed=True, places=spool.places, unread=spool.unread)


def _flat(table: pa.Table) -> pa.Table:
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _texts(column: pa.ChunkedArray) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        # Python has no nanoseconds; a zone only says how to show what is UTC
        column = column.cast(pa.timestamp("us", column.type.tz and "UTC"), safe=False)
    try:
        return [cell_text(value) for value in column.to_pylist()]
    except (ValueError, OverflowError):
        return list(map(_text, column))


def _text(cell: pa.Scalar) -> str:
    """Return a cell as text; one that Python cannot hold is shown as what it is."""
    try:
        return cell_text(cell.as_py())
    except UnicodeDecodeError:
        return cell_text(cell.cast(pa.binary()).as_py())
    except (ValueError, OverflowError):
        return f"{cell.value} ({cell.type})"
