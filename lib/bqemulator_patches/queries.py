"""Query jobs: parameters, refused statements, dry runs of scripts, bytes processed and billed."""

import math
from collections.abc import Iterator
from typing import Any

import sqlglot
from bqemulator.api.routes import jobs
from bqemulator.catalog.models import JobMeta, TableFieldSchema, TableMeta
from bqemulator.domain.errors import InvalidQueryError
from bqemulator.jobs import executor
from bqemulator.scripting import interpreter
from bqemulator.scripting.parser import parse_script
from bqemulator.storage.sql_identifiers import quoted_table_ref
from sqlglot import exp

from bqemulator_patches.default_dataset import DEFAULT
from bqemulator_patches.literals import with_literals
from bqemulator_patches.one_job import alone
from bqemulator_patches.rest import Json

# Bytes of a value by type; other types are counted as texts.
FIXED = {
    "INTEGER": 8,
    "INT64": 8,
    "FLOAT": 8,
    "FLOAT64": 8,
    "TIMESTAMP": 8,
    "DATE": 8,
    "BOOLEAN": 1,
    "BOOL": 1,
}
# Billed are whole megabytes, and at least ten per table.
MEGABYTE = 1 << 20
LEAST_BILLED = 10 * MEGABYTE

original_execute = executor.execute_query_job
original_classify = executor.classify_statement_type
original_translate = executor.rewrite_and_translate_statement


def apply() -> None:
    """Run query jobs one at a time, with parameters, refusals and byte counts as in BigQuery."""
    jobs.execute_query_job = alone(_execute)
    jobs.classify_statement_type = _statement_type
    jobs._DESTRUCTIVE_STATEMENT_TYPES |= {"SCRIPT"}  # a dry run must not run it
    executor.rewrite_and_translate_statement = _translate
    interpreter.rewrite_and_translate_statement = _translate


def processed(sql: str, project: str, ctx: Any) -> tuple[int, int]:
    """Return the bytes that BigQuery would process for these statements, and bill.

    The named columns count, of every partition.
    """
    total = 0
    billed = 0
    for statement in _parsed(sql):
        names = _columns_read(statement)
        for table in _tables_read(statement, project, ctx):
            size = column_bytes(table, ctx, names)
            total += size
            billed += max(LEAST_BILLED, math.ceil(size / MEGABYTE) * MEGABYTE)
    return total, billed


def _columns_read(statement: exp.Expression) -> set[str] | None:
    """Return the names of the columns in lower case, None for all."""
    stars = statement.find_all(exp.Star)
    if any(isinstance(star.parent, exp.Select) for star in stars):
        return None
    return {column.name.lower() for column in statement.find_all(exp.Column)}


def _tables_read(statement: exp.Expression, project: str, ctx: Any) -> Iterator[TableMeta]:
    _, default = DEFAULT.get() or ("", "")
    keys = {
        (table.catalog or project, table.db or default, table.name)
        for table in statement.find_all(exp.Table)
    }
    for key in keys:
        if found := ctx.catalog.get_table(*key):
            yield found


def column_bytes(table: TableMeta, ctx: Any, names: set[str] | None = None) -> int:
    """Return the logical bytes of a table's columns, all or those named, as in BigQuery."""
    fields = [
        field for field in table.schema_.fields if names is None or field.name.lower() in names
    ]
    if table.table_type != "TABLE" or not fields:
        return 0
    reference = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
    terms = " + ".join(f"coalesce({_size(field)}, 0)" for field in fields)
    return int(one_value(ctx, f"SELECT {terms} FROM {reference}"))


def _size(field: TableFieldSchema) -> str:
    if field.type in FIXED:
        return f'{FIXED[field.type]} * count("{field.name}")'
    return f'sum(2 + strlen(CAST("{field.name}" AS VARCHAR)))'


def one_value(ctx: Any, sql: str) -> Any:
    """Return one value of what is committed.

    A connection of its own: the caller's thread may be another than the one that runs jobs.
    """
    with ctx.engine.connection.cursor() as cursor:
        return cursor.execute(sql).fetchone()[0]


async def _execute(
    project_id: str,
    job_id: str,
    bq_sql: str,
    query_params: list[Json] | None,
    ctx: Any,
    **options: Any,
) -> JobMeta:
    sql = with_literals(bq_sql, query_params)
    total, billed = processed(sql, project_id, ctx)
    job = await original_execute(project_id, job_id, sql, None, ctx, **options)
    job.statistics["totalBytesProcessed"] = str(total)
    job.statistics["query"] |= {
        "totalBytesProcessed": str(total),
        "totalBytesBilled": str(billed),
        "totalSlotMs": "1",
    }
    return job


def _statement_type(bq_sql: str) -> str:
    statements = parse_script(bq_sql).statements
    is_single = len(statements) == 1 and isinstance(statements[0], executor.SqlStmt)
    return original_classify(bq_sql) if is_single else "SCRIPT"


async def _translate(bq_sql: str, **options: Any) -> str:
    for statement in _parsed(bq_sql):
        changes = isinstance(statement, exp.Delete | exp.Update)
        if changes and not statement.args.get("where"):
            message = f"{statement.key.upper()} must have a WHERE clause"
            raise InvalidQueryError(message, location="query")
    return await original_translate(bq_sql, **options)


def _parsed(sql: str) -> list[exp.Expression]:
    try:
        return [tree for tree in sqlglot.parse(sql, read="bigquery") if tree]
    except sqlglot.errors.SqlglotError:
        return []
