"""The file agents_master: the list of agents, checked and brought to one form."""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.agents_file import Agent
from opsdesk.ingest.export_file import open_export
from opsdesk.ingest.export_header import refuse_repeated_columns
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.source_files import SourceFile
from opsdesk.ingest.white_space import single_spaced
from opsdesk.lake.columns import agent_columns

Row = dict[
    str | None, str | None
]  # None is the key of surplus fields and the value of missing ones


def read_agents(sources: Sequence[SourceFile], work: Path) -> list[Agent]:
    """Return the agents in the one file of `sources`, sorted by agent_id, "" where unknown.

    Without a file there are no agents. Dates become YYYY-MM-DD, daily_capacity a number of tickets
    per day. Columns that the warehouse does not have are left out.

    Raises:
        OpsdeskError: no agent_id column, an agent_id blank or there twice, an invalid date or
            number.
    """
    if not sources:
        return []
    source, *more = sources
    if more:
        raise OpsdeskError(
            f"agents: {len(sources)} files are named, from {source.shown} on; "
            "there is one list of agents."
        )
    # the list of agents has no mapping, so no delimiter
    file, *more_tables = open_export(source, Reading(), work)
    if more_tables:
        raise OpsdeskError(
            f"agents: {source.shown} holds {len(more_tables) + 1} files; there is one list of "
            "agents: unpack it, and name its file."
        )
    refuse_repeated_columns(file.header, agent_columns(), file.shown)
    if "agent_id" not in file.header:
        columns = ", ".join(map(repr, file.header))
        raise OpsdeskError(f"{file.shown} has no column 'agent_id'. Its columns are: {columns}.")
    with file.plain.open(encoding="utf-8-sig", errors="strict", newline="") as text:
        found = _by_id(text, file.shown)
    file.ensure_unchanged()
    return [found[name] for name in sorted(found)]


def _by_id(text: TextIO, shown: str) -> dict[str, Agent]:
    found: dict[str, Agent] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(text, shown):
        where = f"{shown}, line {line}"
        agent = _agent(where, row)
        name = agent["agent_id"]
        if name in found:
            raise OpsdeskError(
                f"{where}: agent_id {name!r} is on line {lines[name]} already; "
                "each agent has one line."
            )
        found[name] = agent
        lines[name] = line
    return found


def _rows(text: TextIO, shown: str) -> Iterator[tuple[int, Row]]:
    """Yield each row with the number of its last line."""
    reader: csv.DictReader[str] = csv.DictReader(text, strict=True)
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        for row in reader:
            yield reader.line_num, dict(row)
    except UnicodeDecodeError:
        raise OpsdeskError(f"{shown} is not UTF-8: save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise OpsdeskError(
            f"{shown}, line {reader.line_num}: {error}. Is a quote not closed?"
        ) from None


def _agent(where: str, row: Row) -> Agent:
    if None in row or None in row.values():
        raise OpsdeskError(f"{where}: too many or too few fields for the header.")
    # a name or team has no line break, so the reader has joined lines
    if any("\n" in (value or "") for value in row.values()):
        raise OpsdeskError(
            f"{where}: a quote that an earlier line opens is not closed before the end of the line."
        )
    agent = {column: single_spaced(row.get(column) or "") for column in agent_columns()}
    if not agent["agent_id"]:
        raise OpsdeskError(f"{where}: agent_id is blank; every agent needs one.")
    for column in ("active_from", "active_to"):
        agent[column] = _date(f"{where}, {column}", agent[column])
    agent["daily_capacity"] = _number(f"{where}, daily_capacity", agent["daily_capacity"])
    return agent


def _date(where: str, text: str) -> str:
    try:
        # fromisoformat alone would take 20230131 and 2023-W05-2 too
        if text and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise OpsdeskError(
            f"{where}: {text!r} is not a date; write 2023-01-31, or leave it blank."
        ) from None


def _number(where: str, text: str) -> str:
    try:
        if text and not 0 < float(text) < math.inf:
            raise ValueError
        return text and repr(float(text))
    except ValueError:
        raise OpsdeskError(
            f"{where}: {text!r} is not a number of tickets per day above 0; "
            "write 20, or leave it blank."
        ) from None
