"""Which column of an unknown file is which of our columns: by its name, and by all its values."""

import re
from dataclasses import dataclass, field

from opsdesk.guess.table import Column, Table
from opsdesk.guess.times import looks_like_times
from opsdesk.guess.words import EXACT, flag_of, name_score, words
from opsdesk.ingest.timestamp_formats import TIMESTAMPS

BY_NAME = "by its name"
PARTLY = "by a part of its name"
BY_VALUES = "by its values alone"
MOST_LABELS = 60  # different texts of a status, a priority or a channel
LABELS = ("status", "priority", "channel", "customer_tier")
NUMBERS = ("sla_hours", "resolution_hours")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([.,]\d{3})+)([.,]\d+)?")
EPOCH = re.compile(r"1\d{9}(\d{3})?(\.\d+)?")  # seconds or milliseconds since 1970
NEARLY_ALL = 0.95
LONGEST_ID = 60


@dataclass
class Choice:
    """The columns chosen for ours, by our name, with the reason of each; and what was refused.

    `times` are the columns that hold times. `unreadable` are columns whose name says that they are
    one of our times, and whose cells no format reads.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    times: dict[int, Column] = field(default_factory=dict)
    unreadable: list[tuple[str, Column]] = field(default_factory=list)

    def take(self, target: str, column: Column, reason: str) -> None:
        """Choose a column for one of our columns."""
        self.columns[target] = column
        self.reasons[target] = reason

    @property
    def taken(self) -> set[int]:
        """Return the places that are used."""
        return {column.place for column in self.columns.values()}


def choose_columns(table: Table) -> Choice:
    """Return the choice for a file of an unknown form."""
    choice = Choice()
    filled = [column for column in table.columns if column.filled and column.name]
    choice.times = {one.place: one for one in filled if looks_like_times(table, one)}
    scored = [
        (name_score(target, column.name), -column.place, target, column)
        for column in filled
        for target in words()["names"]
    ]
    for column in table.columns:
        for target in TIMESTAMPS:
            if not column.filled and name_score(target, column.name):
                choice.unreadable.append((target, column))
    for score, _, target, column in sorted(scored, key=lambda one: one[:3], reverse=True):
        if not score or target in choice.columns or column.place in choice.taken:
            continue
        if _fits(table, choice, target, column):
            choice.take(target, column, BY_NAME if score > EXACT // 2 else PARTLY)
        elif target in TIMESTAMPS and column.place not in choice.times:
            choice.unreadable.append((target, column))
    _choose_by_values(table, choice)
    _one_target(choice)
    return choice


def _fits(table: Table, choice: Choice, target: str, column: Column) -> bool:
    """Return whether the values of a column may be those of one of our columns."""
    if target in TIMESTAMPS:
        return column.place in choice.times
    if column.place in choice.times:
        return False
    if target == "ticket_id":
        return _may_be_id(table, column)
    if target in LABELS:
        return column.different <= max(MOST_LABELS, 1)
    if target in NUMBERS:
        return all(map(NUMBER.fullmatch, column.sample))
    if target == "sla_breached":
        return all(map(flag_of, column.sample))
    return True


def _may_be_id(table: Table, column: Column) -> bool:
    is_short = all(len(text) <= LONGEST_ID for text in column.sample)
    return (
        is_short and column.filled >= NEARLY_ALL * table.rows and column.different * 2 > table.rows
    )


def _choose_by_values(table: Table, choice: Choice) -> None:
    """Choose by values alone what no name gives: the id, and when it was created and resolved."""
    if "ticket_id" not in choice.columns:
        for column in table.columns:
            if column.place not in choice.times and _is_unique(table, column):
                choice.take("ticket_id", column, BY_VALUES)
                break
    free = [column for place, column in choice.times.items() if place not in choice.taken]
    if "created_at" not in choice.columns:
        always = [column for column in free if column.filled >= NEARLY_ALL * table.rows]
        if always:
            choice.take("created_at", always[0], BY_VALUES)
            free.remove(always[0])
    if "resolved_at" not in choice.columns and "created_at" in choice.columns:
        sometimes = [column for column in free if column.filled < table.rows]
        if len(sometimes) == 1:
            choice.take("resolved_at", sometimes[0], BY_VALUES)


def _is_unique(table: Table, column: Column) -> bool:
    if column.filled < table.rows or not _may_be_id(table, column):
        return False
    if any(" " in text for text in column.sample):
        return False
    ((different,),) = table.ask(f"SELECT count(DISTINCT c{column.place}) FROM cells")
    return bool(different == table.rows)


def _one_target(choice: Choice) -> None:
    """Leave one source of the SLA target: the one of which more cells are filled."""
    if {"sla_hours", "due_at"} <= choice.columns.keys():
        hours = choice.columns["sla_hours"]
        due = choice.columns["due_at"]
        less = "due_at" if hours.filled >= due.filled else "sla_hours"
        del choice.columns[less]
        del choice.reasons[less]


def is_epoch(column: Column) -> bool:
    """Return whether the cells of a column are seconds or milliseconds since 1970."""
    return bool(column.sample) and all(map(EPOCH.fullmatch, column.sample))
