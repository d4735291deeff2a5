"""From a table to findings: by a known form's mapping, or by names and values."""

from dataclasses import replace

from opsdesk.duckdb_file import quoted
from opsdesk.guess.cells import cell, first_cell
from opsdesk.guess.columns import Choice, choose_columns
from opsdesk.guess.findings import Findings
from opsdesk.guess.known_forms import KnownForm, find_known_form
from opsdesk.guess.labels import (
    Priority,
    Status,
    count_excluded,
    count_repeated,
    count_statuses,
    count_texts,
    judge_status,
)
from opsdesk.guess.table import Table
from opsdesk.guess.text_form import CSV, EXCEL
from opsdesk.guess.times import Times, count_backwards, other_order, read_times, settle
from opsdesk.guess.words import flag_of, name_score, priority_of, words
from opsdesk.ingest.column_finder import Alternative
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_exclude import ExcludeRule
from opsdesk.ingest.timestamp_formats import TIMESTAMPS, conflicting

NUMBERS = ("sla_hours", "resolution_hours")
FORMAT_READS = 0.98  # of the cells; below it a known form's formats are not those of this file


def find(table: Table) -> Findings:
    """Return what is found out about a file."""
    form = find_known_form(table.header, table.shown, typed=True)
    if form:
        return _find_known(table, form)
    return _find_unknown(table)


def _find_unknown(table: Table) -> Findings:
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
    _settle(found)
    found.decimal = _decimal(choice)
    _count(found)
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


def _settle(found: Findings) -> None:
    """Take the order of day and month over from a column that decides it."""
    names = found.table.header
    for place, times in found.times.items():
        others = [(names[other], one) for other, one in found.times.items() if other != place]
        found.times[place] = settle(times, [(names[place], times), *others])


def _decimal(choice: Choice) -> str:
    """Return the sign before the fraction of the numbers that are read."""
    texts = [
        text for name in NUMBERS if name in choice.columns for text in choice.columns[name].sample
    ]
    commas = sum("," in text for text in texts)
    return "," if commas > sum("." in text for text in texts) else "."


def _count(found: Findings) -> None:
    """Count statuses, priorities, repeated ids and what was resolved before it was created."""
    table = found.table
    sources = found.sources
    if "status" in sources:
        counted = count_statuses(
            table, sources["status"], sources.get("resolved_at", ()), found.missing
        )
        found.statuses = [_status(found.form, *one) for one in counted]
    if "priority" in sources:
        counts = count_texts(table, sources["priority"], found.missing)
        found.priorities = [_priority(found.form, *one) for one in counts]
    if "sla_breached" in sources and not found.form:
        texts = [text for text, _ in count_texts(table, sources["sla_breached"], found.missing)]
        found.flags = {text: flag_of(text) for text in texts if text not in ("true", "false")}
    if "ticket_id" in sources:
        found.repeated = count_repeated(table, sources["ticket_id"], found.missing)
    created = found.times_of("created_at")
    resolved = found.times_of("resolved_at")
    if created and resolved:
        found.backwards = count_backwards(table, created[0], resolved[0])


def _status(form: KnownForm | None, text: str, rows: int, resolved: int) -> Status:
    if not form:
        return judge_status(text, rows, resolved)
    ours = form.mapping.values.get("status", {}).get(text, text)
    return Status(text, rows, resolved, ours in form.mapping.closed_statuses)


def _priority(form: KnownForm | None, text: str, rows: int) -> Priority:
    if not form:
        return Priority(text, rows, priority_of(text))
    return Priority(text, rows, form.mapping.values.get("priority", {}).get(text, text))


def _find_known(table: Table, form: KnownForm) -> Findings:
    plan = form.plan
    found = Findings(table, form, plan.targets, plan.attributes, missing=form.mapping.missing)
    found.reasons = dict.fromkeys(plan.targets, "")
    found.decimal = form.mapping.decimal
    for target in TIMESTAMPS:
        for one in found.sources.get(target, ()):
            if not one.unit:
                place = one.places[0]
                found.times[place] = _known_times(found, form.mapping, target, place)
    _settle(found)
    for target in TIMESTAMPS:
        _note_other_formats(found, form.mapping, target)
    _note_other_form(found, form.mapping)
    _count(found)
    found.excluded = count_excluded(table, [_rule(*one) for one in plan.excluded])
    return found


def _known_times(found: Findings, mapping: Mapping, target: str, place: int) -> Times:
    """Return what reads a column: the mapping's formats, or others where these read more."""
    given = mapping.formats(target)
    times = read_times(found.table, place, given, mapping.missing)
    if times.share >= FORMAT_READS and not times.rivals and not _has_rivals(given):
        return _with_other_order(found, times)
    other = read_times(found.table, place, (), mapping.missing)
    is_better = other.share > times.share or times.rivals or _has_rivals(given)
    return other if is_better and other.read else times


def _with_other_order(found: Findings, times: Times) -> Times:
    """Return times with the other order of day and month, where every cell fits that too."""
    for one in times.formats:
        other = other_order(one)
        if other and read_times(found.table, times.place, (one, other), found.missing).rivals:
            return replace(times, also=other)
    return times


def _has_rivals(formats: tuple[str, ...]) -> bool:
    return bool(conflicting(formats))


def _note_other_formats(found: Findings, mapping: Mapping, target: str) -> None:
    listed = set(mapping.formats(target))
    others = [one for one in found.formats(target) if one not in listed]
    if (
        target in found.in_doubt
        or others
        or (_has_rivals(tuple(listed)) and found.times_of(target))
    ):
        formats = " and ".join(found.formats(target)) or "to be decided"
        found.adapted[target] = f"{target} is {formats} here, {' or '.join(sorted(listed))} there"


def _note_other_form(found: Findings, mapping: Mapping) -> None:
    """Note what about the file itself differs from what the mapping says."""
    reading = found.table.reading
    if found.table.kind == CSV and reading.delimiter != mapping.delimiter:
        found.adapted["delimiter"] = f"its columns are separated by {reading.delimiter!r}"
    if reading.encoding and reading.encoding != mapping.encoding:
        found.adapted["encoding"] = f"its encoding is {reading.encoding}"
    if reading.header_row != mapping.header_row and found.table.kind in (CSV, EXCEL):
        found.adapted["header_row"] = f"its header is in row {reading.header_row}"


def _rule(rule: ExcludeRule, places: tuple[int, ...]) -> tuple[str, str]:
    """Return the name of a rule and the condition under which a row is left out."""
    if rule.texts:
        listed = ", ".join(map(quoted, rule.texts))
        return rule.name, " OR ".join(f"c{place} IN ({listed})" for place in places)
    pattern = quoted(rule.pattern)
    return rule.name, " OR ".join(f"regexp_matches(c{place}, {pattern})" for place in places)
