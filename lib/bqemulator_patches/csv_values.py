"""CSV as BigQuery reads it: every value by its column's type or not at all, in the order of the columns."""

from collections.abc import Callable, Sequence

from bqemulator.catalog.models import TableFieldSchema
from bqemulator.domain.errors import InvalidQueryError

RAW = "_opsdesk_raw"
TRUTH = "CASE lower({0}) WHEN 'true' THEN true WHEN 't' THEN true WHEN 'yes' THEN true WHEN 'y' THEN true WHEN '1' THEN true " \
    "WHEN 'false' THEN false WHEN 'f' THEN false WHEN 'no' THEN false WHEN 'n' THEN false WHEN '0' THEN false END"  # fmt: skip
VALUES = {
    "STRING": "{0}",
    "INTEGER": "CASE WHEN regexp_full_match(trim({0}), '[+-]?[0-9]+') THEN TRY_CAST({0} AS BIGINT) END",
    "FLOAT": "TRY_CAST({0} AS DOUBLE)",
    "NUMERIC": "TRY_CAST({0} AS DECIMAL(38, 9))",
    "BOOLEAN": TRUTH,
    "DATE": "TRY_CAST({0} AS DATE)",
    "TIMESTAMP": "TRY_CAST(replace({0}, ' UTC', '+00') AS TIMESTAMPTZ)",
}


def fill_from_csv(
    run: Callable,
    stage: str,
    fields: Sequence[TableFieldSchema],
    options: dict,
    paths: Sequence[str],
) -> None:
    """Puts the rows of the files into the table `stage`.

    Raises:
        InvalidQueryError: a value that is not of its column's type, none where one is required, or a line break in
            quotes that the job does not allow.
    """
    names = ", ".join(f"'{field.name}': 'VARCHAR'" for field in fields)
    marker = options.get("nullMarker", "")
    run(
        f"CREATE OR REPLACE TEMP TABLE {RAW} AS SELECT * FROM read_csv(?, auto_detect=false, header=false, columns={{{names}}}, "
        f"delim=?, quote=?, escape='\"', skip=?, nullstr=?, allow_quoted_nulls={'true' if marker else 'false'}, "
        f"null_padding={bool(options.get('allowJaggedRows'))}, max_line_size=100000000)",
        [list(paths), options.get("fieldDelimiter") or ",", options.get("quote", '"'), int(options.get("skipLeadingRows") or 0), marker],
    )  # fmt: skip
    try:
        for position, field in enumerate(fields, 1):
            _refuse_bad_values(run, field, position, bool(options.get("allowQuotedNewlines")))
        values = ", ".join(f'{_value(field)} AS "{field.name}"' for field in fields)
        run(f"INSERT INTO {stage} SELECT {values} FROM {RAW}")
    finally:
        run(f"DROP TABLE IF EXISTS temp.{RAW}")


def _value(field: TableFieldSchema) -> str:
    return VALUES.get(field.type, "{0}").format(f'"{field.name}"')


def _refuse_bad_values(
    run: Callable, field: TableFieldSchema, position: int, newlines: bool
) -> None:
    name = f'"{field.name}"'
    bad = run(
        f"SELECT {name} FROM {RAW} WHERE {name} IS NOT NULL AND ({_value(field)}) IS NULL LIMIT 1"
    ).fetchone()
    if bad:
        raise InvalidQueryError(
            f"Error while reading data, error message: Could not parse {bad[0]!r} as {field.type} for field {field.name} (position {position - 1})"
        )
    if (
        field.mode == "REQUIRED"
        and run(f"SELECT 1 FROM {RAW} WHERE {name} IS NULL LIMIT 1").fetchone()
    ):
        raise InvalidQueryError(
            f"Error while reading data, error message: Required column value for column index: {position - 1} is missing in a row"
        )
    if (
        not newlines
        and run(f"SELECT 1 FROM {RAW} WHERE contains({name}, chr(10)) LIMIT 1").fetchone()
    ):
        raise InvalidQueryError(
            'Error while reading data, error message: Missing close double quote (") character; allow_quoted_newlines is not set'
        )
