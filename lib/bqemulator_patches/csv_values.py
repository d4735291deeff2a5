"""CSV as BigQuery reads it: columns by position, values by type, or the load fails."""

from collections.abc import Callable, Sequence
from typing import Any

from bqemulator.catalog.models import TableFieldSchema
from bqemulator.domain.errors import InvalidQueryError

from bqemulator_patches.rest import Json

RAW = "_opsdesk_raw"  # temporary table with the cells as texts
TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")
VALUES = {  # by type: DuckDB's expression for a value; NULL where the text is not of the type
    "STRING": "{0}",
    "INTEGER": (
        "CASE WHEN regexp_full_match(trim({0}), '[+-]?[0-9]+') THEN TRY_CAST({0} AS BIGINT) END"
    ),
    "FLOAT": "TRY_CAST({0} AS DOUBLE)",
    "NUMERIC": "TRY_CAST({0} AS DECIMAL(38, 9))",
    "BOOLEAN": (
        f"CASE WHEN lower({{0}}) IN {TRUE} THEN true WHEN lower({{0}}) IN {FALSE} THEN false END"
    ),
    "DATE": "TRY_CAST({0} AS DATE)",
    "TIMESTAMP": "TRY_CAST(replace({0}, ' UTC', '+00') AS TIMESTAMPTZ)",
}
FAILED = "Error while reading data, error message: "  # how BigQuery begins each of these


def fill_from_csv(
    run: Callable[..., Any],
    stage: str,
    fields: Sequence[TableFieldSchema],
    options: Json,
    paths: Sequence[str],
) -> None:
    """Put the rows of the files into the table `stage`.

    Raises:
        InvalidQueryError: a value is not of its column's type, a required one is missing, or a line
            break in quotes is not allowed by the job.
    """
    # Texts first: a value that is not of its type must be named in the error, as BigQuery does.
    _read_texts(run, fields, options, paths)
    try:
        for position, field in enumerate(fields):
            _refuse_bad_values(run, field, position)
            if not options.get("allowQuotedNewlines"):
                _refuse_newlines(run, field)
        values = ", ".join(f'{_value(field)} AS "{field.name}"' for field in fields)
        run(f"INSERT INTO {stage} SELECT {values} FROM {RAW}")
    finally:
        run(f"DROP TABLE IF EXISTS temp.{RAW}")


def _read_texts(
    run: Callable[..., Any],
    fields: Sequence[TableFieldSchema],
    options: Json,
    paths: Sequence[str],
) -> None:
    """Fill RAW with the cells of the files as texts."""
    columns = ", ".join(f"'{field.name}': 'VARCHAR'" for field in fields)
    marker = options.get("nullMarker", "")
    given = {
        "files": list(paths),
        "delimiter": options.get("fieldDelimiter") or ",",
        "quote": options.get("quote", '"'),
        "skip": int(options.get("skipLeadingRows") or 0),
        "marker": marker,
    }
    run(
        f"""
        CREATE OR REPLACE TEMP TABLE {RAW} AS
        SELECT * FROM read_csv(
            $files, auto_detect=false, header=false, columns={{{columns}}},
            delim=$delimiter, quote=$quote, escape='"', skip=$skip, nullstr=$marker,
            allow_quoted_nulls={bool(marker)}, null_padding={bool(options.get("allowJaggedRows"))},
            max_line_size=100000000
        )
        """,
        given,
    )


def _value(field: TableFieldSchema) -> str:
    return VALUES.get(field.type, "{0}").format(f'"{field.name}"')


def _refuse_bad_values(run: Callable[..., Any], field: TableFieldSchema, position: int) -> None:
    name = f'"{field.name}"'
    bad = _first(run, name, f"{name} IS NOT NULL AND ({_value(field)}) IS NULL")
    if bad:
        raise InvalidQueryError(
            f"{FAILED}Could not parse {bad[0]!r} as {field.type} "
            f"for field {field.name} (position {position})"
        )
    if field.mode == "REQUIRED" and _first(run, "1", f"{name} IS NULL"):
        raise InvalidQueryError(
            f"{FAILED}Required column value for column index: {position} is missing in a row"
        )


def _refuse_newlines(run: Callable[..., Any], field: TableFieldSchema) -> None:
    if _first(run, "1", f'contains("{field.name}", chr(10))'):
        raise InvalidQueryError(
            f'{FAILED}Missing close double quote (") character; allow_quoted_newlines is not set'
        )


def _first(run: Callable[..., Any], selected: str, condition: str) -> Any:
    return run(f"SELECT {selected} FROM {RAW} WHERE {condition} LIMIT 1").fetchone()
