"""agents_master: who the agents are, checked and brought to one form."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_file import open_export
from opsdesk.ingest.source_files import SourceFile

COLUMNS = ("agent_id", "name", "team", "active_from", "active_to", "daily_capacity")


def read_agents(sources: Sequence[SourceFile], work: Path) -> list[dict[str, str]]:
    """The agents in the one file of `sources` (none: no agents), sorted by agent_id, blank where unknown.

    Dates become YYYY-MM-DD, daily_capacity a number of tickets; columns other than COLUMNS are left out.

    Raises:
        OpsdeskError: no agent_id column, an agent_id blank or there twice, a date or number that is none.
    """
    if not sources:
        return []
    source, *more = sources
    if more:
        raise OpsdeskError(
            f"agents: {len(sources)} files are named, from {source.shown} on; there is one list of agents."
        )
    file = open_export(source, ",", work)
    twice = [name for name in COLUMNS if file.header.count(name) > 1]
    if twice:
        raise OpsdeskError(
            f"{file.shown} has the column {twice[0]!r} twice: which one is meant? Rename one."
        )
    if "agent_id" not in file.header:
        raise OpsdeskError(
            f"{file.shown} has no column 'agent_id'. Its columns are: {', '.join(map(repr, file.header))}."
        )
    found: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    with file.plain.open(encoding="utf-8-sig", errors="strict", newline="") as text:
        reader = csv.DictReader(_decoded(text, file.shown), strict=True)
        reader.fieldnames = [name.strip() for name in reader.fieldnames]
        for row in _rows(reader, file.shown):
            where = f"{file.shown}, line {reader.line_num}"
            agent = _agent(where, row)
            name = agent["agent_id"]
            if name in found:
                raise OpsdeskError(
                    f"{where}: agent_id {name!r} stands on line {lines[name]} already; each agent has one line."
                )
            found[name], lines[name] = agent, reader.line_num
    return [found[name] for name in sorted(found)]


def agents_csv(agents: list[dict[str, str]]) -> bytes:
    """The agents as the lake keeps them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(agents)
    return text.getvalue().encode()


def _decoded(text: TextIO, shown: str) -> Iterator[str]:
    try:
        yield from text
    except UnicodeDecodeError:
        raise OpsdeskError(f"{shown} is not UTF-8: save it as CSV UTF-8.") from None


def _rows(reader: csv.DictReader, shown: str) -> Iterator[dict[str, str | None]]:
    try:
        yield from reader
    except csv.Error as error:
        raise OpsdeskError(
            f"{shown}, line {reader.line_num}: {error}. Is a quote not closed?"
        ) from None


def _agent(where: str, row: dict[str, str | None]) -> dict[str, str]:
    if None in row or None in row.values():
        raise OpsdeskError(f"{where}: too many or too few fields for the header.")
    if any("\n" in value for value in row.values()):
        raise OpsdeskError(
            f"{where}: a quote that an earlier line opens is not closed before the end of the line."
        )
    agent = {column: " ".join((row.get(column) or "").split()) for column in COLUMNS}
    if not agent["agent_id"]:
        raise OpsdeskError(f"{where}: agent_id is blank; every agent needs one.")
    for column in ("active_from", "active_to"):
        agent[column] = _date(f"{where}, {column}", agent[column])
    agent["daily_capacity"] = _number(f"{where}, daily_capacity", agent["daily_capacity"])
    return agent


def _date(where: str, text: str) -> str:
    try:
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
            f"{where}: {text!r} is not a number of tickets a day above 0; write 20, or leave it blank."
        ) from None
