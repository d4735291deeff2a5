"""Findings about a file of a known form: by its mapping, and what is different in this file."""

from dataclasses import replace

from opsdesk.duckdb_file import quoted
from opsdesk.guess.counts import count_rows, settle_orders
from opsdesk.guess.findings import Findings
from opsdesk.guess.format_choice import Times, other_order
from opsdesk.guess.known_forms import KnownForm
from opsdesk.guess.labels import count_excluded
from opsdesk.guess.table import Table
from opsdesk.guess.text_form import CSV, EXCEL
from opsdesk.guess.times import read_times
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_exclude import ExcludeRule
from opsdesk.ingest.timestamp_formats import TIMESTAMPS, conflicting

FORMAT_READS = 0.98  # of the cells; below it a known form's formats are not those of this file


def find_by_form(table: Table, form: KnownForm) -> Findings:
    """Return what is found out about a file of a known form."""
    plan = form.plan
    found = Findings(table, form, plan.targets, plan.attributes, missing=form.mapping.missing)
    found.reasons = dict.fromkeys(plan.targets, "")
    found.decimal = form.mapping.decimal
    for target in TIMESTAMPS:
        for one in found.sources.get(target, ()):
            if not one.unit:
                place = one.places[0]
                found.times[place] = _known_times(found, form.mapping, target, place)
    settle_orders(found)
    for target in TIMESTAMPS:
        _note_other_formats(found, form.mapping, target)
    _note_other_form(found, form.mapping)
    rules = [_rule(*one) for one in plan.excluded]
    count_rows(found, [condition for _, condition in rules])
    found.excluded = count_excluded(table, rules)
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
