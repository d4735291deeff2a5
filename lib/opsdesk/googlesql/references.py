"""Which tables and columns a SELECT reads: the one answer, taken from the parsed tree.

Everyone who leaves a table as it is, or orders tables by what they need, asks here. Where the tree
does not show which column is meant, the answer is "all columns": a table that is built once too
often is right, a table that stays by mistake is stale.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.optimizer.scope import Scope, traverse_scope

from opsdesk.catalogue.tables import Table, catalogue, read_sql, results

References = Mapping[str, frozenset[str]]


@lru_cache(maxsize=256)
def references(sql: str) -> References:
    """Return the columns that a GoogleSQL query reads, by table of the catalogue, in its order.

    A table of which only the rows count (COUNT(*), EXISTS) has no columns here. Names that a WITH
    defines are not tables.
    """
    tree = sqlglot.parse_one(sql, read=BigQuery)
    reader = _Reader()
    for scope in traverse_scope(tree):
        reader.read(scope)
    reader.read_the_rest(tree)
    return {name: frozenset(reader.columns[name]) for name in catalogue() if name in reader.columns}


def sources(table: Table) -> References:
    """Return what the SQL file of a result table reads."""
    return references(read_sql(table))


def is_read(table: Table) -> bool:
    """Return whether another result table is computed from this one."""
    return any(table.name in sources(other) for other in results())


class _Reader:
    """Collects what the scopes of one tree read.

    Each SELECT is a scope, with the tables and queries in its FROM as sources.
    """

    def __init__(self) -> None:
        self.columns: defaultdict[str, set[str]] = defaultdict(set)
        self._seen: set[int] = set()

    def read(self, scope: Scope) -> None:
        """Note the tables of one scope, and the columns that its expressions take from them."""
        for table in _tables(scope).values():
            self._note(table)
        for node in scope.walk():
            self._seen.add(id(node))
            if isinstance(node, exp.Column):
                self._read_column(node, scope)
            elif isinstance(node, exp.Star):
                self._read_star(node, scope)
            elif isinstance(node, exp.Join):
                self._read_join(node, scope)

    def read_the_rest(self, tree: exp.Expr) -> None:
        """Note every column of every table, where a construct hides some or has no scope."""
        hidden = (exp.Table, exp.Column)
        if any(
            isinstance(node, exp.Pivot) or (isinstance(node, hidden) and id(node) not in self._seen)
            for node in tree.walk()
        ):
            self._read_everything(tree)

    def _read_column(self, column: exp.Column, scope: Scope) -> None:
        around = list(_around(scope))
        if not column.table:
            for outer in around:
                self._read_name(column.name, outer)
            return
        for outer in around:
            if column.table in outer.selected_sources:
                table = _tables(outer).get(column.table)
                if table is not None:
                    self._note(table, column.name)
                return
        self._read_everything(scope.expression.root())  # a field of a STRUCT, or another spelling

    def _read_name(self, name: str, scope: Scope) -> None:
        """Note a column without a qualifier in all tables that have it.

        Which of them is meant, only the engine knows.
        """
        for alias, table in _tables(scope).items():
            is_whole_row = name.lower() == alias.lower()
            if is_whole_row or name.lower() in _columns(table):
                self._note(table, "*" if is_whole_row else name)

    def _read_star(self, star: exp.Star, scope: Scope) -> None:
        is_of_a_column = isinstance(star.parent, exp.Column)  # alias.*, read as a column
        if not is_of_a_column and not isinstance(star.parent, exp.Count):
            for table in _tables(scope).values():
                self._note(table, "*")

    def _read_join(self, join: exp.Join, scope: Scope) -> None:
        for column in join.args.get("using") or ():
            self._read_name(column.name, scope)
        if join.method == "NATURAL":  # joined by whatever names both sides have
            for table in _tables(scope).values():
                self._note(table, "*")

    def _read_everything(self, tree: exp.Expr) -> None:
        for table in tree.find_all(exp.Table):
            self._note(table, "*")

    def _note(self, table: exp.Table, column: str = "") -> None:
        """Note that `table` is read, and this column of it.

        "*", or a column that it does not have, means all of them.
        """
        columns = _columns(table)
        if columns and not column:
            self.columns[table.name.lower()] |= set()
        elif columns:
            name = column.lower()
            self.columns[table.name.lower()] |= {name} if name in columns else columns


def _around(scope: Scope) -> Iterator[Scope]:
    """Yield a scope and, where it is in a subquery, those around it, whose columns it may use."""
    yield scope
    while scope.can_be_correlated and scope.parent:
        scope = scope.parent
        yield scope


def _tables(scope: Scope) -> dict[str, exp.Table]:
    """Return the tables in the FROM of a scope by alias, without names that a WITH defines."""
    sources = scope.selected_sources.items()
    return {name: source for name, (_, source) in sources if isinstance(source, exp.Table)}


def _columns(table: exp.Table) -> frozenset[str]:
    """Return the columns of a table, none where the catalogue does not have it."""
    return _catalogue_columns().get(table.name.lower(), frozenset())


@lru_cache
def _catalogue_columns() -> dict[str, frozenset[str]]:
    return {
        table.name: frozenset(column.name for column in table.columns)
        for table in catalogue().values()
    }
