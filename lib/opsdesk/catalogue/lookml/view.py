"""A view: a published table with its dimensions and measures."""

from opsdesk.catalogue.lookml import fields, sums
from opsdesk.catalogue.lookml.syntax import Lines, block, names, sql
from opsdesk.catalogue.tables import Column, Table

HEAD = [
    "# Written by `python -m opsdesk.catalogue.lookml` from lib/opsdesk/catalogue/tables.yaml:",
    "# change that file, or refine this view in a file of your own.",
    "",
]


def view_text(table: Table) -> str:
    """Return the text of a table's view file."""
    parts = [sql("sql_table_name", f"`@{{dataset}}.{table.name}`"), *_sets(table), *_key(table)]
    parts += [fields.dimension(table, column) for column in _dimensions(table)]
    parts += list(fields.measures(table))
    spaced = [line for part in parts for line in (*part, "")]
    lines = block(f"view: {table.name}", spaced[:-1])
    return "\n".join(line.rstrip() for line in HEAD + lines) + "\n"


def _sets(table: Table) -> list[Lines]:
    """Return the set that a click on a number shows, and the one that other views borrow."""
    columns = _dimensions(table)
    numbers = [column for column in table.columns if column not in columns]
    shown = [_precise(column) for column in columns] + [column.name for column in numbers]
    lent = [
        name
        for column in columns
        if column.name not in table.key
        for name in fields.field_names(column)
    ]
    sets = {"detail": shown, "dimensions_only": lent}
    return [block(f"set: {name}", names("fields", of)) for name, of in sets.items() if of]


def _key(table: Table) -> list[Lines]:
    """Return the hidden dimension that tells rows apart, where no single dimension does."""
    if len(table.key) == 1 and not sums.find_day(table):
        return []
    inner = ["hidden: yes", "primary_key: yes", "type: string"]
    return [block("dimension: row_key", inner, sql("sql", sums.row_key(table)))]


def _dimensions(table: Table) -> list[Column]:
    return [column for column in table.columns if fields.is_dimension(table, column)]


def _precise(column: Column) -> str:
    raw, *frames = fields.field_names(column)
    return frames[0] if frames else raw
