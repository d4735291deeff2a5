"""`default_dataset` in scripts, statement by statement.

bqemulator qualifies a whole script at once, temporary tables too, and nothing after a BEGIN.
"""

from contextvars import ContextVar
from typing import Any

import sqlglot
from bqemulator.api.routes import jobs
from bqemulator.scripting.interpreter import ScriptInterpreter
from sqlglot import exp

from bqemulator_patches.rest import Json

# Project and dataset of this request.
DEFAULT: ContextVar[tuple[str, str] | None] = ContextVar("DEFAULT", default=None)
TEMPORARY = "SELECT table_name FROM duckdb_tables() WHERE temporary"
WITHOUT_TABLES = exp.Command | exp.Transaction | exp.Commit | exp.Rollback

original_apply = jobs._apply_default_dataset
original_exec = ScriptInterpreter._exec_sql
original_query = ScriptInterpreter._run_query


def apply() -> None:
    """Qualify each statement of a script when its turn comes."""
    jobs._apply_default_dataset = _apply_default_dataset
    ScriptInterpreter._exec_sql = _exec_sql
    ScriptInterpreter._run_query = _run_query


def _apply_default_dataset(sql: str, config: Json, *, request_project_id: str) -> str:
    """Qualify one statement; of a script only note the default."""
    given = config.get("defaultDataset")
    default = None
    if given:
        default = (given.get("projectId") or request_project_id, given["datasetId"])
    DEFAULT.set(default)
    if jobs.classify_statement_type(sql) == "SCRIPT":
        return sql
    return original_apply(sql, config, request_project_id=request_project_id)


async def _exec_sql(self: ScriptInterpreter, sql: str) -> None:
    await original_exec(self, _qualified(sql, self._ctx))


async def _run_query(self: ScriptInterpreter, sql: str) -> Any:
    return await original_query(self, _qualified(sql, self._ctx))


def _qualified(sql: str, ctx: Any) -> str:
    default = DEFAULT.get()
    if default is None:
        return sql
    try:
        tree = sqlglot.parse_one(sql, read="bigquery")
    except sqlglot.errors.SqlglotError:
        return sql
    if isinstance(tree, WITHOUT_TABLES):
        return sql
    unqualified = _unqualified(tree, _names_without_dataset(tree, ctx))
    for table in unqualified:
        table.set("catalog", exp.to_identifier(default[0], quoted=True))
        table.set("db", exp.to_identifier(default[1]))
    return tree.sql(dialect="bigquery") if unqualified else sql


def _names_without_dataset(tree: exp.Expression, ctx: Any) -> set[str]:
    """Return the names of CTEs and temporary tables, which have no dataset."""
    # A CTE or a temporary table of that name comes before a table of the dataset.
    names = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    names |= {name for (name,) in ctx.engine.execute(TEMPORARY).fetchall()}
    if tree.find(exp.TemporaryProperty):
        names.add(tree.find(exp.Table).name)
    return names


def _unqualified(tree: exp.Expression, names: set[str]) -> list[exp.Table]:
    return [
        table
        for table in tree.find_all(exp.Table)
        if table.name and not table.db and table.name not in names
    ]
