"""The text of the mapping that is written: a guessed one, or a known one adapted."""

import json
import re
from collections.abc import Iterable

from opsdesk.errors import OpsdeskError
from opsdesk.guess import shown
from opsdesk.guess.findings import Findings
from opsdesk.guess.table import Column
from opsdesk.guess.text_form import CSV, EXCEL
from opsdesk.guess.words import normal
from opsdesk.ingest.attributes_sql import RESERVED
from opsdesk.ingest.column_finder import Alternative
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_checks import targets
from opsdesk.ingest.timestamp_formats import TIMESTAMPS

FEW_DIFFERENT = range(2, 31)  # texts of a column that may be an attribute
MOST_ATTRIBUTES = 8
EXAMPLE_OF_SLA = "sla_hours_by_priority: {Critical: 4, High: 8, Medium: 24, Low: 72}"


def guessed_text(found: Findings) -> str:
    """Return a mapping of what was guessed, each guess with its reason and share."""
    table = found.table
    lines = [
        f"# Guessed by `opsdesk map` from the {table.rows:,} rows of a file. Check each line.",
        "columns:",
        *_columns(found),
        *_timestamps(found, (*found.sources,)),
        *_file_form(found),
        "# timezone: Europe/Berlin   # of times without an offset; else that of the params file",
        *_values(found),
        *_statuses(found),
        *_offers(found),
    ]
    return "\n".join(lines) + "\n"


def adapted_text(found: Findings, mapping: Mapping) -> str:
    """Return the text of a known mapping with what is different in this file."""
    try:
        text = mapping.path.read_text(encoding="utf-8")
    except OSError as error:
        raise OpsdeskError(f"{mapping.shown} cannot be read: {error.strerror}.") from None
    if any(name in TIMESTAMPS for name in found.adapted):
        text = _without(text, "timestamps")
        text += "\n".join([*_timestamps(found, (*mapping.columns,), mapping), ""])
    for line in _file_form(found):
        key = line.split(":")[0]
        if key in found.adapted:
            text = _without(text, key) + f"{line}\n"
    differs = "".join(f"# - {reason}\n" for reason in found.adapted.values())
    return f"# Adapted by `opsdesk map` from {mapping.shown}:\n{differs}{text}"


def _without(text: str, key: str) -> str:
    """Return a mapping without one of its keys, and with a line break at its end."""
    block = re.compile(rf"^{key}:.*\n?(?:(?:[ \t]+|- ).*\n?)*", re.MULTILINE)
    return block.sub("", text).rstrip("\n") + "\n"


def _columns(found: Findings) -> list[str]:
    lines = []
    for target, sources in found.sources.items():
        written = [_source(found, one) for one in sources]
        value = written[0] if len(written) == 1 else f"[{', '.join(written)}]"
        lines.append(f"  {target}: {value}   # {_why(found, target)}")
    return lines


def _source(found: Findings, source: Alternative) -> str:
    place = source.places[0]
    header = found.table.header
    name = header[place]
    if header.count(name) < 2:
        return quoted(name)
    nth = header[: place + 1].count(name)
    return f"{{column: {quoted(name)}, nth: {nth}}}"


def _why(found: Findings, target: str) -> str:
    reason = found.reasons.get(target, "")
    times = found.times_of(target)
    if times:
        read = sum(one.read for one in times)
        filled = sum(one.filled for one in times)
        return f"{reason}; {shown.share(read, filled)} of {filled:,} cells are read"
    column = found.table.columns[found.sources[target][0].places[0]]
    return f"{reason}; {shown.share(column.filled, found.table.rows)} of the rows have it"


def _timestamps(
    found: Findings, targets: Iterable[str], mapping: Mapping | None = None
) -> list[str]:
    """Return the formats of each time; a time that a person must decide about has none."""
    lines = []
    for target in targets:
        if target not in TIMESTAMPS:
            continue
        formats = found.formats(target)
        if mapping and target not in found.adapted:
            formats = mapping.formats(target)
        if target in found.in_doubt:
            rivals = [pair for times in found.times_of(target) for pair in times.rivals]
            either = " or ".join(map(quoted, rivals[0]))
            lines.append(f"  # {target}: [...]   # decide: {either}")
        elif formats:
            lines.append(f"  {target}: [{', '.join(map(quoted, formats))}]")
    is_empty = all(line.lstrip().startswith("#") for line in lines)
    return [("# timestamps:" if is_empty else "timestamps:"), *lines] if lines else []


def _file_form(found: Findings) -> list[str]:
    table = found.table
    lines = []
    if table.kind == CSV and table.reading.delimiter != ",":
        lines.append(f"delimiter: {quoted(table.reading.delimiter)}")
    elif "delimiter" in found.adapted:
        lines.append('delimiter: ","')
    if table.reading.encoding:
        lines.append(f"encoding: {table.reading.encoding}   # guessed: it is not UTF-8")
    if table.reading.sheet:
        lines.append(f"sheet: {quoted(table.reading.sheet)}   # the one with most cells")
    if table.kind in (CSV, EXCEL) and (
        table.reading.header_row != 1 or "header_row" in found.adapted
    ):
        lines.append(f"header_row: {table.reading.header_row}")
    if found.decimal == "," and not found.form:
        lines.append('decimal: ","')
    return lines


def _values(found: Findings) -> list[str]:
    lines = []
    if found.missing:
        lines.append(f"missing: [{', '.join(map(quoted, found.missing))}]   # these mean blank")
    translated = {one.text: one.ours for one in found.priorities if one.ours not in ("", one.text)}
    blocks = {"priority": translated, "sla_breached": found.flags}
    blocks = {target: block for target, block in blocks.items() if block}
    if blocks:
        lines.append("values:")
    for target, block in blocks.items():
        lines.append(f"  {target}:")
        lines += [f"    {quoted(old)}: {quoted(new)}" for old, new in block.items()]
    return lines


def _statuses(found: Findings) -> list[str]:
    closed = [one for one in found.statuses if one.is_closed]
    if not closed:
        return ["closed_statuses: []   # none was found: no ticket has to have a resolved time"]
    lines = ["# A ticket with one of these must have a resolved time, else it is rejected."]
    lines.append("closed_statuses:")
    for one in closed:
        resolved = f"{shown.share(one.resolved, one.rows)} of {one.rows:,} have a resolved time"
        lines.append(f"  - {quoted(one.text)}   # {resolved}")
    return lines


def _offers(found: Findings) -> list[str]:
    """Return what a person may want, as comments."""
    lines = []
    if not {"sla_hours", "due_at"} & found.sources.keys():
        lines.append(f"# {EXAMPLE_OF_SLA}   # no target was found")
    if found.no_work and "status" in found.sources:
        name = found.table.header[found.sources["status"][0].places[0]]
        texts = ", ".join(quoted(one.text) for one in found.no_work)
        rule = f"{{name: no work, column: {quoted(name)}, in: [{texts}]}}"
        lines.append(f"# exclude: [{rule}]   # leaves these tickets out")
    possible = [column for column in found.left_out if column.different in FEW_DIFFERENT]
    if possible:
        lines.append("# attributes:   # more columns to look at tickets by")
        lines += [_attribute(found, column) for column in possible[:MOST_ATTRIBUTES]]
    return lines


def _attribute(found: Findings, column: Column) -> str:
    key = re.sub("[^a-z0-9]+", "_", normal(column.name)).strip("_")[:40]
    if not key[:1].isalpha() or key in (*targets(), *RESERVED):
        key = f"column_{column.place + 1}"
    return f"#   {key}: {_source(found, Alternative((column.place,)))}"


def quoted(text: str) -> str:
    """Return a text as YAML in quotes, on one line."""
    return json.dumps(text, ensure_ascii=not text.isprintable())
