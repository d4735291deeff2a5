"""`default_dataset` in scripts: bqemulator qualifies a whole script at once, temporary tables too, and not at all after BEGIN."""

from contextvars import ContextVar
from typing import Any

import sqlglot
from bqemulator.api.routes import jobs
from bqemulator.scripting.interpreter import ScriptInterpreter
from sqlglot import exp

DEFAULT: ContextVar[tuple[str, str] | None] = ContextVar(
    "DEFAULT", default=None
)  # project and dataset of this request
TEMPORARY = "SELECT table_name FROM duckdb_tables() WHERE temporary"

original_apply = jobs._apply_default_dataset
original_exec, original_query = ScriptInterpreter._exec_sql, ScriptInterpreter._run_query


def mend() -> None:
    """Apply what is in this module."""
    jobs._apply_default_dataset = _apply
    ScriptInterpreter._exec_sql = _exec_sql
    ScriptInterpreter._run_query = _run_query


def _apply(sql: str, config: dict, *, request_project_id: str) -> str:
    """For a script only takes note: its statements are qualified when their turn comes."""
    given = config.get("defaultDataset")
    DEFAULT.set(
        (given.get("projectId") or request_project_id, given["datasetId"]) if given else None
    )
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
    if isinstance(tree, exp.Command | exp.Transaction | exp.Commit | exp.Rollback):
        return sql
    own = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    own |= {name for (name,) in ctx.engine.execute(TEMPORARY).fetchall()}
    if tree.find(exp.TemporaryProperty):
        own.add(tree.find(exp.Table).name)
    bare = [
        table
        for table in tree.find_all(exp.Table)
        if table.name and not table.db and table.name not in own
    ]
    for table in bare:
        table.set("catalog", exp.to_identifier(default[0], quoted=True))
        table.set("db", exp.to_identifier(default[1]))
    return tree.sql(dialect="bigquery") if bare else sql
