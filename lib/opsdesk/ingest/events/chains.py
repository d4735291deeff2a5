"""The order of changes in a second of a ticket, where two of them have the same place.

They come from files that share the second and not all of its changes. The values say what follows
what: a change from a value comes after the one to it. What comes of it depends on the changes and
their places alone, not on which file came first.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import NamedTuple

import duckdb
import pyarrow as pa

# A place is the rest of `seq` by this number. Where places do not rise, the whole part does.
SPLIT = 1_000_000_000
FETCHED = 10_000  # changes in memory at a time
CHAINED = pa.schema(
    [
        ("ticket_id", pa.string()),
        ("moment", pa.timestamp("us")),
        ("field", pa.string()),
        ("old_value", pa.string()),
        ("new_value", pa.string()),
        ("seq", pa.int64()),
    ]
)


class Placed(NamedTuple):
    """A change, the how-manieth of its kind in its second, and its place in the files."""

    ticket_id: str
    moment: datetime
    field: str
    old_value: str | None
    new_value: str | None
    nth: int
    position: int

    @property
    def rank(self) -> tuple[int, str, str, str, int]:
        """Return what orders changes that do not follow from each other."""
        return self.position, self.field, self.old_value or "", self.new_value or "", self.nth


def chained_changes(found: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    """Yield the changes found with their numbers, some seconds at a time.

    Those of a ticket and second come together.
    """
    rows = (
        change._asdict() | {"seq": seq}
        for _, changes in groupby(_fetched(found), key=lambda change: change[:2])
        for seq, change in numbered(in_order(list(changes)))
    )
    while some := list(islice(rows, FETCHED)):
        yield pa.Table.from_pylist(some, CHAINED)


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[Placed]:
    while rows := found.fetchmany(FETCHED):
        yield from map(Placed._make, rows)


def numbered(changes: list[Placed]) -> list[tuple[int, Placed]]:
    """Return changes in their order with numbers that rise, and that keep their places."""
    rows: list[tuple[int, Placed]] = []
    whole = 0
    last = -1
    for change in changes:
        whole += change.position <= last
        last = change.position
        rows.append((whole * SPLIT + change.position, change))
    return rows


def in_order(changes: list[Placed]) -> list[Placed]:
    """Return the changes of one second: each field's chain, and of two fields the lower place."""
    by_field: dict[str, list[Placed]] = {}
    for change in sorted(changes, key=lambda change: change.rank):
        by_field.setdefault(change.field, []).append(change)
    chains = [_chain(of_field) for of_field in by_field.values()]
    merged: list[Placed] = []
    while chains := [chain for chain in chains if chain]:
        chain = min(chains, key=lambda chain: chain[0].rank)
        merged.append(chain.pop(0))
    return merged


def _chain(changes: list[Placed]) -> list[Placed]:
    """Return the changes of a field, each after one to the value from which it is."""
    left = list(changes)
    chain: list[Placed] = []
    while left:
        follow = [change for change in left if chain and change.old_value == chain[-1].new_value]
        chosen = (follow or _beginnings(left) or left)[0]
        left.remove(chosen)
        chain.append(chosen)
    return chain


def _beginnings(changes: list[Placed]) -> list[Placed]:
    """Return the changes from values to which none of them is."""
    reached = {change.new_value for change in changes}
    return [change for change in changes if change.old_value not in reached]
