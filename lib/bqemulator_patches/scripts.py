"""Scripts: transactions that roll back (by DuckDB's own), temporary tables that end with their script, ASSERT."""

import re
from collections.abc import Callable

from bqemulator.domain.errors import InvalidQueryError
from bqemulator.scripting.interpreter import ScriptInterpreter, ScriptRaise, ScriptResult
from bqemulator.versioning.snapshots import SnapshotManager

ASSERT = re.compile(
    r"^\s*ASSERT\b(.+?)(?:\bAS\s+(?:'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"))?\s*;?\s*$",
    re.I | re.S,
)
PERMANENT = re.compile(
    r"^\s*(?:CREATE\s+(?!(?:OR\s+REPLACE\s+)?TEMP)|ALTER\s|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?\S*[.])",
    re.I | re.S,
)
CONTROL = re.compile(r"^\s*(?:BEGIN|START|COMMIT|ROLLBACK|END)\b", re.I)
TEMPORARY = "SELECT table_name FROM duckdb_tables() WHERE temporary"


def mend() -> None:
    """Apply what is in this module."""
    ScriptInterpreter.run = _run(ScriptInterpreter.run)
    ScriptInterpreter._exec_sql = _exec_sql(ScriptInterpreter._exec_sql)
    ScriptInterpreter._handle_txn_statement = _transaction
    ScriptInterpreter._restore_txn_snapshots = _roll_back
    ScriptInterpreter._snapshot_dml_targets = _leave  # no copies of the tables: DuckDB keeps them
    ScriptInterpreter._drop_txn_snapshots = (
        _leave  # it did away with the transaction before an EXCEPTION handler ran
    )
    SnapshotManager.record_change = lambda self, *table: (
        None
    )  # a copy of the whole table at every change


def _run(original: Callable) -> Callable:
    async def run(self: ScriptInterpreter, source: str) -> ScriptResult:
        engine = self._ctx.engine
        before = engine.execute(TEMPORARY).fetchall()
        try:
            return await original(self, source)
        except ScriptRaise as raised:
            raise InvalidQueryError(raised.message, location="query") from raised
        finally:
            await _roll_back(self)  # a script that ends before its COMMIT has changed nothing
            for (name,) in engine.execute(TEMPORARY).fetchall():
                if (name,) not in before:
                    engine.execute(f'DROP TABLE temp."{name}"')

    return run


def _exec_sql(original: Callable) -> Callable:
    async def exec_sql(self: ScriptInterpreter, sql: str) -> None:
        if CONTROL.match(sql):
            await original(self, sql)
            return
        if self._active_txn is not None and PERMANENT.match(sql):
            raise InvalidQueryError(
                "Transactions do not support DDL statements that create or drop permanent entities.",
                location="query",
            )
        if found := ASSERT.match(sql):
            if not await self._eval_expr_scalar(f"({found[1]})"):
                raise InvalidQueryError(
                    found[2] or found[3] or "Assertion failed", location="query"
                )
            self._final_table = None
            return
        await original(self, sql)

    return exec_sql


async def _transaction(self: ScriptInterpreter, operation: str) -> None:
    if operation == "BEGIN" and self._active_txn is not None:
        raise InvalidQueryError("Transactions cannot be nested.", location="query")
    if operation != "BEGIN" and self._active_txn is None:
        raise InvalidQueryError(
            f"There is no active transaction to {operation.lower()}.", location="query"
        )
    self._ctx.engine.execute(operation)
    self._active_txn = {} if operation == "BEGIN" else None


async def _roll_back(self: ScriptInterpreter) -> None:
    if self._active_txn is not None:
        self._active_txn = None
        self._ctx.engine.execute("ROLLBACK")


async def _leave(self: ScriptInterpreter, *_: str) -> None:
    """Keeps the transaction open."""
