"""Findings about a file of an unknown form: by names and values."""

from opsdesk.duckdb_file import quoted
from opsdesk.guess.cells import cell, first_cell
from opsdesk.guess.columns import Choice, choose_columns
from opsdesk.guess.counts import count_rows, settle_orders
from opsdesk.guess.findings import Findings
from opsdesk.guess.table import Table
from opsdesk.guess.times import read_times
from opsdesk.guess.words import name_score, words
from opsdesk.ingest.column_finder import Alternative
from opsdesk.ingest.timestamp_formats import TIMESTAMPS

NUMBERS = ("sla_hours", "resolution_hours")


def find_by_names(table: Table) -> Findings:
    """Return what is found out about a file of an unknown form."""
    choice = choose_columns(table)
    found = Findings(table, reasons=choice.reasons, unreadable=choice.unreadable)
    found.sources = {
        target: (Alternative((choice.columns[target].place,)),)
        for target in words()["names"]
        if target in choice.columns
    }
    found.missing = _missing(table, choice)
    for target in TIMESTAMPS:
        for one in found.sources.get(target, ()):
            found.times[one.places[0]] = read_times(table, one.places[0], (), found.missing)
    _add_other_ends(found, choice)
    settle_orders(found)
    found.decimal = _decimal(choice)
    count_rows(found, [])
    return found


def _missing(table: Table, choice: Choice) -> tuple[str, ...]:
    """Return the texts that mean blank in columns of times and in labels."""
    listed = ", ".join(map(quoted, words()["missing"]))
    times = [column for target, column in choice.columns.items() if target in TIMESTAMPS]
    found: dict[str, None] = {}
    for column in times:
        query = f"""SELECT DISTINCT c{column.place} FROM cells
            WHERE c{column.place} IN ({listed}) ORDER BY 1"""
        found.update(dict.fromkeys(text for (text,) in table.ask(query)))
    return tuple(found)


def _add_other_ends(found: Findings, choice: Choice) -> None:
    """Add a second column of when tickets ended, for the rows where the first is blank."""
    if "resolved_at" not in found.sources:
        return
    first = found.sources["resolved_at"]
    taken = choice.taken
    named = [
        column
        for place, column in choice.times.items()
        if place not in taken and name_score("resolved_at", column.name)
    ]
    for column in named:
        other = Alternative((column.place,))
        query = f"""SELECT count(*) FROM cells WHERE {first_cell(first, found.missing)} IS NULL
            AND {cell(other, found.missing)} IS NOT NULL"""
        ((more,),) = found.table.ask(query)
        if more:
            found.sources["resolved_at"] = (*first, other)
            found.times[column.place] = read_times(found.table, column.place, (), found.missing)
            return


def _decimal(choice: Choice) -> str:
    """Return the sign before the fraction of the numbers that are read."""
    texts = [
        text for name in NUMBERS if name in choice.columns for text in choice.columns[name].sample
    ]
    commas = sum("," in text for text in texts)
    return "," if commas > sum("." in text for text in texts) else "."
