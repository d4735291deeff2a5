"""The model: an explore of each published table, with the joins that its keys allow."""

from collections.abc import Sequence

from opsdesk.catalogue.lookml.fields import field_names
from opsdesk.catalogue.lookml.syntax import Lines, block, quoted, sql
from opsdesk.catalogue.lookml.view import HEAD
from opsdesk.catalogue.tables import Table


def model_text(tables: Sequence[Table]) -> str:
    """Return the text of the model file."""
    lines = [*HEAD, *quoted("connection", "@{connection}"), ""]
    lines += [f'include: "{table.name}.view.lkml"' for table in tables]
    for table in tables:
        lines += ["", *_explore(table, tables)]
    return "\n".join(lines) + "\n"


def relationship(table: Table, other: Table) -> str:
    """Return how rows of a table meet those of another, or "" for two that are not joined.

    Each row meets one of the other table at most, so no measure of the explore's own table counts a
    row twice. Tables of days meet only those with the same key: more rows would repeat theirs.
    """
    if other is table:
        return ""
    if other.key == table.key:
        return "one_to_one"
    is_thing = len(other.key) == 1 and other.column(other.key[0]).type == "STRING"
    has_key = other.key[0] in {column.name for column in table.columns}
    return "many_to_one" if is_thing and has_key else ""


def _explore(table: Table, tables: Sequence[Table]) -> Lines:
    joins = [_join(table, other) for other in tables if relationship(table, other)]
    return block(f"explore: {table.name}", quoted("description", table.description), *joins)


def _join(table: Table, other: Table) -> Lines:
    relation = relationship(table, other)
    # A measure of rows that repeat would count them again: then the other lends no measures.
    lent = [] if relation == "one_to_one" else [f"fields: [{other.name}.dimensions_only*]"]
    pairs = [f"${{{table.name}.{name}}} = ${{{other.name}.{name}}}" for name in _fields(other)]
    on = sql("sql_on", " AND ".join(pairs))
    return block(f"join: {other.name}", ["type: left_outer", f"relationship: {relation}"], lent, on)


def _fields(table: Table) -> list[str]:
    return [field_names(table.column(name))[0] for name in table.key]
