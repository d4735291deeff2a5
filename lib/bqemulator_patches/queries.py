"""Query jobs: parameters, statements that BigQuery refuses, dry runs of scripts, bytes processed and billed."""

import math
from typing import Any

import sqlglot
from bqemulator.api.routes import jobs
from bqemulator.catalog.models import JobMeta, TableMeta
from bqemulator.domain.errors import InvalidQueryError
from bqemulator.jobs import executor
from bqemulator.scripting import interpreter
from bqemulator.scripting.parser import parse_script
from bqemulator.storage.sql_identifiers import quoted_table_ref
from sqlglot import exp

from bqemulator_patches.alone import alone
from bqemulator_patches.default_dataset import DEFAULT
from bqemulator_patches.literals import with_literals

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
MEGABYTE, LEAST = 1 << 20, 10 << 20  # billed: each table at least 10 MB, whole megabytes

original_execute = executor.execute_query_job
original_classify = executor.classify_statement_type
original_translate = executor.rewrite_and_translate_statement


def mend() -> None:
    """Apply what is in this module."""
    jobs.execute_query_job = alone(_execute)
    jobs.classify_statement_type = _statement_type
    jobs._DESTRUCTIVE_STATEMENT_TYPES |= {"SCRIPT"}  # a dry run must not run it
    executor.rewrite_and_translate_statement = _translate
    interpreter.rewrite_and_translate_statement = _translate


def processed(sql: str, project: str, ctx: Any) -> tuple[int, int]:
    """Bytes that BigQuery would process for these statements, and bill: the named columns, every partition."""
    total = billed = 0
    default = (DEFAULT.get() or ("", ""))[1]
    for statement in _parsed(sql):
        names = {column.name.lower() for column in statement.find_all(exp.Column)}
        whole = any(isinstance(star.parent, exp.Select) for star in statement.find_all(exp.Star))
        tables = {
            (t.catalog or project, t.db or default, t.name) for t in statement.find_all(exp.Table)
        }
        for table in filter(None, (ctx.catalog.get_table(*key) for key in tables)):
            size = column_bytes(table, ctx, None if whole else names)
            total += size
            billed += max(LEAST, math.ceil(size / MEGABYTE) * MEGABYTE)
    return total, billed


def column_bytes(table: TableMeta, ctx: Any, names: set[str] | None = None) -> int:
    """Logical bytes of a table's columns, as BigQuery counts them; all, or those named."""
    fields = [f for f in table.schema_.fields if names is None or f.name.lower() in names]
    if table.table_type != "TABLE" or not fields:
        return 0
    sizes = [
        f'{FIXED[f.type]} * count("{f.name}")'
        if f.type in FIXED
        else f'sum(2 + strlen(CAST("{f.name}" AS VARCHAR)))'
        for f in fields
    ]
    reference = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
    terms = " + ".join(f"coalesce({size}, 0)" for size in sizes)
    return int(one_value(ctx, f"SELECT {terms} FROM {reference}"))


def one_value(ctx: Any, sql: str) -> Any:
    """What is committed, on a connection of its own: the caller may be another thread than the one that runs jobs."""
    with ctx.engine.connection.cursor() as cursor:
        return cursor.execute(sql).fetchone()[0]


async def _execute(
    project_id: str,
    job_id: str,
    bq_sql: str,
    query_params: list[dict] | None,
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
    script = parse_script(bq_sql)
    alone = len(script.statements) == 1 and isinstance(script.statements[0], executor.SqlStmt)
    return original_classify(bq_sql) if alone else "SCRIPT"


async def _translate(bq_sql: str, **options: Any) -> str:
    for statement in _parsed(bq_sql):
        if isinstance(statement, exp.Delete | exp.Update) and not statement.args.get("where"):
            raise InvalidQueryError(
                f"{statement.key.upper()} must have a WHERE clause", location="query"
            )
    return await original_translate(bq_sql, **options)


def _parsed(sql: str) -> list[exp.Expression]:
    try:
        return [tree for tree in sqlglot.parse(sql, read="bigquery") if tree]
    except sqlglot.errors.SqlglotError:
        return []
