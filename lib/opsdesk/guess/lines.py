"""What is printed about a file: each guess with three values and the share that it reads."""

from collections.abc import Iterator

from opsdesk.guess import shown
from opsdesk.guess.columns import is_epoch
from opsdesk.guess.decisions import decisions
from opsdesk.guess.findings import Findings
from opsdesk.guess.format_choice import Times
from opsdesk.guess.labels import Status
from opsdesk.guess.table import Column
from opsdesk.guess.text_form import CSV, EXCEL
from opsdesk.ingest.column_finder import Alternative

MOST_LABELS = 25
MOST_COLUMNS = 40
FEW_BACKWARDS = 0.02  # of the rows; more look like the wrong column
NOT_FILLED = "no cell is filled"


def report(found: Findings) -> Iterator[str]:
    """Yield the lines about a file, but for what was written."""
    yield _about_file(found)
    yield from _about_form(found)
    yield ""
    yield from _about_columns(found)
    yield from _about_statuses(found)
    yield from _about_priorities(found)
    yield from _about_rows(found)
    yield from _about_the_rest(found)
    yield from _about_decisions(found)


def _about_file(found: Findings) -> str:
    table = found.table
    parts = [f"{shown.name(table.shown)}: {shown.count(table.rows, 'row')}", table.kind]
    parts.append(shown.count(len(table.header), "column"))
    if table.kind == CSV:
        parts.append(f"separated by {shown.cell(table.reading.delimiter)}")
        parts.append(f"encoding {table.reading.encoding or table.text.encoding or 'UTF-8'}")
    if table.reading.sheet:
        parts.append(f"the sheet with most cells, {shown.cell(table.reading.sheet)}")
    if table.kind in (CSV, EXCEL):
        parts.append(f"header in row {table.reading.header_row}")
    return ", ".join(parts)


def _about_form(found: Findings) -> Iterator[str]:
    table = found.table
    if table.reading.encoding:
        yield f"The encoding is guessed, because the text is not UTF-8: {table.reading.encoding}."
    if table.tables > 1:
        yield f"The archive holds {table.tables} files; this is the first, a run reads all of them."
    yield from table.text.notes
    if table.broken:
        lines = shown.count(table.broken, "line")
        yield f"Left out here, because their form is not that of the others: {lines}."
    form = found.form
    if not form:
        yield "No known form has this header: the columns are guessed by their names and values."
        return
    yield f"Known form: {form.mapping.name} ({form.named} of its columns), {form.mapping.shown}"
    if form.others:
        yield f"It also fits: {', '.join(form.others)}."
    for reason in found.adapted.values():
        yield f"Different here: {reason}."


def _about_columns(found: Findings) -> Iterator[str]:
    for target, sources in {**found.sources, **found.attributes}.items():
        for number, source in enumerate(sources):
            label = target if not number else "or"
            yield f"{label:<18} {_source(found, source)}: {_examples(found, source)}"
            yield f"{'':<18} {_how(found, target, source)}"
    for target, column in found.unreadable:
        if target not in found.sources:
            examples = ", ".join(map(shown.cell, column.examples)) or NOT_FILLED
            yield f"{target:<18} {shown.name(column.name)}: {examples}"
            yield f"{'':<18} not used: {_unreadable(column)}"


def _source(found: Findings, source: Alternative) -> str:
    names = [shown.name(found.table.header[place]) for place in source.places]
    return f" {source.separator.strip()} ".join(names) if len(names) > 1 else names[0]


def _examples(found: Findings, source: Alternative) -> str:
    examples = found.table.columns[source.places[0]].examples
    return ", ".join(map(shown.cell, examples)) or NOT_FILLED


def _how(found: Findings, target: str, source: Alternative) -> str:
    parts = [found.reasons[target]] if found.reasons.get(target) else []
    times = found.times.get(source.places[0])
    if source.conditions:
        parts.append("under a condition")
    if source.unit:
        parts.append(f"a length of time in {source.unit}")
    if times and not source.unit:
        parts += _about_times(found, times)
    else:
        column = found.table.columns[source.places[0]]
        parts.append(f"{shown.share(column.filled, found.table.rows)} of the rows have it")
    return "; ".join(parts)


def _about_times(found: Findings, times: Times) -> Iterator[str]:
    if not times.filled:
        yield "nothing to read"
        return
    read = f"{shown.share(times.read, times.filled)} of {shown.count(times.filled, 'cell')}"
    if times.rivals:
        first, second = times.rivals[0]
        yield f"either {first} or {second}: {times.both:,} cells fit both"
        yield f"together {read}"
    elif found.table.text.is_typed and not times.written:
        yield f"typed dates, {read}"
    else:
        verb = "read" if len(times.written) > 1 else "reads"
        yield f"{' and '.join(times.written) or 'no format'} {verb} {read}"
    if times.follows:
        yield f"day and month in the order of {shown.name(times.follows)}"
    if times.is_day:
        yield "days without a time: hours are not known"
    if times.unread:
        number = times.filled - times.read
        yield f"not read: {number:,}, such as {', '.join(map(shown.cell, times.unread))}"


def _unreadable(column: Column) -> str:
    if not column.filled:
        return "it is blank everywhere"
    if is_epoch(column):
        return "numbers since 1970, which a mapping cannot read: export dates as text"
    return "no format reads these as times (names of months must be English)"


def _about_statuses(found: Findings) -> Iterator[str]:
    if not found.statuses:
        return
    yield ""
    yield "Statuses (a closed ticket must have a resolved time)"
    for one in found.statuses[:MOST_LABELS]:
        yield f"  {'closed' if one.is_closed else 'open':<7} {_status(one)}"
    yield from _more(len(found.statuses))


def _status(one: Status) -> str:
    counts = f"{shown.count(one.rows, 'row')}, {one.resolved:,} with a resolved time"
    return f"{shown.cell(one.text)}: {counts}" + (f"; {one.doubt}" if one.doubt else "")


def _about_priorities(found: Findings) -> Iterator[str]:
    if not found.priorities:
        return
    yield ""
    yield "Priorities"
    for one in found.priorities[:MOST_LABELS]:
        ours = one.ours or "as it is: not known"
        yield f"  {shown.cell(one.text)}: {shown.count(one.rows, 'row')} -> {ours}"
    yield from _more(len(found.priorities))


def _more(number: int, most: int = MOST_LABELS) -> Iterator[str]:
    if number > most:
        yield f"  and {number - most} more"


def _about_rows(found: Findings) -> Iterator[str]:
    lines = []
    if found.missing:
        lines.append(f"Taken for blank: {', '.join(map(shown.cell, found.missing))}.")
    for name, number in found.excluded:
        lines.append(f"Excluded by the rule {shown.cell(name)}: {shown.count(number, 'row')}.")
    if found.repeated:
        rows = shown.count(found.repeated, "row")
        lines.append(f"Ids that an earlier row has: {rows}; the newest row of a ticket counts.")
    if found.backwards:
        share = shown.share(found.backwards, found.table.rows)
        is_much = found.backwards > FEW_BACKWARDS * found.table.rows
        doubt = ". Is created_at the right column?" if is_much else "."
        rows = shown.count(found.backwards, "row")
        lines.append(f"Resolved before created: {rows} ({share}){doubt}")
    if lines:
        yield ""
        yield from lines


def _about_the_rest(found: Findings) -> Iterator[str]:
    if not found.left_out:
        return
    yield ""
    yield "Not used"
    by_name: dict[str, list[Column]] = {}
    for column in found.left_out:
        by_name.setdefault(column.name, []).append(column)
    for name, columns in list(by_name.items())[:MOST_COLUMNS]:
        example = ", ".join(map(shown.cell, columns[0].examples[:1]))
        times = f" ({len(columns)} times)" if len(columns) > 1 else ""
        yield f"  {shown.name(name) or '(no name)'}{times}: {example}"
    yield from _more(len(by_name), MOST_COLUMNS)


def _about_decisions(found: Findings) -> Iterator[str]:
    listed = list(decisions(found))
    if listed:
        yield ""
        yield "You must decide"
        yield from (f"  {number}. {text}" for number, text in enumerate(listed, 1))
