"""Scripts: transactions that roll back, temporary tables that end with their script, ASSERT."""

import re
from collections.abc import Awaitable, Callable

from bqemulator.domain.errors import InvalidQueryError
from bqemulator.scripting.interpreter import ScriptInterpreter, ScriptRaise, ScriptResult
from bqemulator.versioning.snapshots import SnapshotManager

TEXT = r"""(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")"""
ASSERT = re.compile(rf"^\s*ASSERT\b(.+?)(?:\bAS\s+{TEXT})?\s*;?\s*$", re.I | re.S)
PERMANENT = re.compile(
    r"""
    ^\s*(?:CREATE\s+(?!(?:OR\s+REPLACE\s+)?TEMP)
          |ALTER\s
          |DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?\S*[.])
    """,
    re.I | re.S | re.X,
)
CONTROL = re.compile(r"^\s*(?:BEGIN|START|COMMIT|ROLLBACK|END)\b", re.I)
TEMPORARY = "SELECT table_name FROM duckdb_tables() WHERE temporary"
PERMANENT_REFUSED = (
    "Transactions do not support DDL statements that create or drop permanent entities."
)

Run = Callable[[ScriptInterpreter, str], Awaitable[ScriptResult]]
Execute = Callable[[ScriptInterpreter, str], Awaitable[None]]


def apply() -> None:
    """Run scripts in DuckDB's own transactions, in place of bqemulator's copies of tables."""
    ScriptInterpreter.run = _run(ScriptInterpreter.run)
    ScriptInterpreter._exec_sql = _exec_sql(ScriptInterpreter._exec_sql)
    ScriptInterpreter._handle_txn_statement = _transaction
    ScriptInterpreter._restore_txn_snapshots = _roll_back
    ScriptInterpreter._snapshot_dml_targets = _nothing
    # It ended the transaction before an EXCEPTION handler ran.
    ScriptInterpreter._drop_txn_snapshots = _nothing
    # It copied the whole table at every change.
    SnapshotManager.record_change = _record_nothing


def _run(original: Run) -> Run:
    async def run(self: ScriptInterpreter, source: str) -> ScriptResult:
        engine = self._ctx.engine
        # Of one connection for all: those of other scripts must stay.
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


def _exec_sql(original: Execute) -> Execute:
    async def exec_sql(self: ScriptInterpreter, sql: str) -> None:
        if CONTROL.match(sql):  # these end or open the transaction themselves
            await original(self, sql)
            return
        if self._active_txn is not None and PERMANENT.match(sql):
            raise InvalidQueryError(PERMANENT_REFUSED, location="query")
        if assertion := ASSERT.match(sql):
            await _assert(self, assertion)
            return
        await original(self, sql)

    return exec_sql


async def _assert(self: ScriptInterpreter, assertion: re.Match[str]) -> None:
    condition, single_quoted, double_quoted = assertion.groups()
    if not await self._eval_expr_scalar(f"({condition})"):
        message = single_quoted or double_quoted or "Assertion failed"
        raise InvalidQueryError(message, location="query")
    self._final_table = None


async def _transaction(self: ScriptInterpreter, operation: str) -> None:
    begins = operation == "BEGIN"
    is_active = self._active_txn is not None
    if begins and is_active:
        raise InvalidQueryError("Transactions cannot be nested.", location="query")
    if not begins and not is_active:
        message = f"There is no active transaction to {operation.lower()}."
        raise InvalidQueryError(message, location="query")
    self._ctx.engine.execute(operation)
    self._active_txn = {} if begins else None


async def _roll_back(self: ScriptInterpreter) -> None:
    if self._active_txn is not None:
        self._active_txn = None
        self._ctx.engine.execute("ROLLBACK")


async def _nothing(self: ScriptInterpreter, *_: str) -> None:
    """Do nothing: DuckDB's transaction keeps the state."""


def _record_nothing(self: SnapshotManager, *_: str) -> None:
    """Do nothing: an earlier state of a table is never read here."""
