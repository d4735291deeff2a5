"""What must be true of the rows of a result table, as tables.yaml says it.

`opsdesk quality` checks it on the published tables, next to the identities.
"""

from typing import NamedTuple

from opsdesk.catalogue.identities import Check
from opsdesk.catalogue.tables import Column, Table
from opsdesk.errors import OpsdeskError


class Range(NamedTuple):
    """The least and the most that a number may be; None is no limit."""

    least: float | None
    most: float | None


AT_LEAST_0 = Range(0, None)
UNIT_RANGES = {
    "tickets": AT_LEAST_0,
    "hours": AT_LEAST_0,
    "days": AT_LEAST_0,
    "seconds": AT_LEAST_0,
    "reopenings": AT_LEAST_0,
    "assignments": AT_LEAST_0,
    "limits": AT_LEAST_0,
    "tickets per day": AT_LEAST_0,
    "fraction": Range(0, 1),
    "hour of the day": Range(0, 23),
    "place": Range(1, None),
    "points": Range(None, None),  # the weights of rules may be negative
}


def range_of(column: Column) -> Range:
    """Return what a number of the column may be: its own range, else that of its unit.

    Raises:
        OpsdeskError: the unit has no range; the text says where to write one.
    """
    if column.range:
        return Range(*column.range)
    if not column.unit:
        return Range(None, None)
    if column.unit not in UNIT_RANGES:
        raise OpsdeskError(
            f"{column.name} is in {column.unit}, a unit without a range: add it to UNIT_RANGES in "
            "catalogue/constraints.py, or give the column a range in tables.yaml."
        )
    return UNIT_RANGES[column.unit]


def relations(table: Table) -> tuple[Check, ...]:
    """Return a check for each column with `references`: its values occur in the other column.

    The queries return the key of each row whose value does not, and the value; NULL is no value.
    """
    return tuple(_relation(table, column) for column in table.columns if column.references)


def _relation(table: Table, column: Column) -> Check:
    other, other_column = column.references.split(".")
    shown = ", ".join(f"here.{name}" for name in dict.fromkeys([*table.key, column.name]))
    return Check(
        f"each {column.name} occurs as {column.references}",
        f"""SELECT {shown} FROM {table.name} AS here
        WHERE here.{column.name} IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {other} AS there WHERE there.{other_column} = here.{column.name}
        )""",
    )
