"""What a mapping says about the form of an export."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How to read an export's files, where their form does not say it.

    `delimiter` and `encoding` ("" is UTF-8) are those of CSV text, `sheet` is one of a workbook
    ("" is the first with a header). `header_row` is counted from 1. `wanted` are the columns that
    the mapping may read, None is all: only those of JSON objects are converted. `each` is the path
    of lists in a JSON object, each element of which is a row; "" makes one row of an object.
    """

    delimiter: str = ","
    encoding: str = ""
    sheet: str = ""
    header_row: int = 1
    wanted: tuple[str, ...] | None = None
    each: str = ""
