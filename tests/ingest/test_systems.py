"""The mappings that come with opsdesk: the same tickets in each system's form, reduced to what it can carry."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime

import pytest

from opsdesk.ingest.mapping import mappings_folder, read_mapping
from opsdesk.ingest.timestamp_formats import conflicting
from opsdesk.workbench import Workbench
from system_forms import NOW, TICKETS, System, Ticket
from systems import SYSTEMS

# tested with the sample, on Boston's own file, and with its log of changes
OTHERS = {"ops_tickets", "boston311", "servicenow_log"}


def newest_versions(system: System) -> dict[int, Ticket]:
    """The version with the latest updated_at that the form tells, else the last line."""
    newest: dict[int, Ticket] = {}
    for ticket in TICKETS:
        before = newest.get(ticket.number)
        if (
            before is None
            or "updated_at" in system.lacks
            or system.clock.read(ticket.updated) >= system.clock.read(before.updated)
        ):
            newest[ticket.number] = ticket
    return newest


def expected(system: System) -> tuple[dict[str, dict], Counter, Counter]:
    """(the lake's rows by ticket_id, rows excluded by rule, rows rejected by reason)."""
    kept = {}
    excluded: Counter = Counter()
    rejected = Counter(reason for _, reason in system.footers)
    newest = newest_versions(system)
    rejected["duplicate_ticket_id"] = len(TICKETS) - len(newest)
    for ticket in newest.values():
        known = system.known(ticket)
        if ticket.end in system.ends:
            excluded[system.ends[ticket.end]] += 1
        elif ticket.state in ("solved", "closed") and known["resolved_at"] is None:
            rejected["closed_without_resolved_at"] += 1
        else:
            kept[known["ticket_id"]] = known
    return kept, excluded, +rejected


def python_value(name: str, text: str):
    if not text:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if name == "sla_hours":
        return float(text)
    return text == "true" if name == "sla_breached" else text


def lake_rows(folder) -> dict[str, dict]:
    rows = {}
    for file in sorted((folder / "lake" / "raw").rglob("*.csv")):
        for cells in csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")):
            found = {name: python_value(name, text) for name, text in cells.items()}
            rows[found["ticket_id"]] = found
    return rows


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.shown)
def test_the_same_tickets_in_the_form_of(tmp_path, system):
    zone = system.clock.zone if system.zone_from == "run" else "Pacific/Auckland"
    export = system.write(tmp_path)
    result = Workbench(NOW.isoformat()).ingest(
        str(export), system.mapping, "", "full", str(tmp_path / "lake"), zone
    )
    kept, excluded, rejected = expected(system)
    record = result.record
    assert record["zone"] == {"timezone": system.clock.zone, "from": system.zone_from}
    assert record["excluded"] == excluded
    assert record["rejected"] == rejected
    total = len(TICKETS) + len(system.footers)
    assert record["rows"] == total == record["kept"] + excluded.total() + rejected.total()
    found = lake_rows(tmp_path)
    assert found.keys() == kept.keys()
    for ticket_id, known in kept.items():
        row = {name: found[ticket_id][name] for name in known}
        assert row == known | {"sla_hours": pytest.approx(known["sla_hours"], abs=1e-9)}
    assert tuple(sorted(record["issues"])) == system.issues
    # each rule that the mapping has is met by a ticket, unless the form lacks its column
    assert set(excluded) == set(system.ends.values())


def test_every_mapping_that_is_shipped_has_its_form():
    shipped = {path.stem for path in mappings_folder().glob("*.yaml")}
    assert shipped == {system.mapping for system in SYSTEMS} | OTHERS


@pytest.mark.parametrize("name", sorted({system.mapping for system in SYSTEMS}))
def test_no_format_is_ambiguous_and_the_comment_says_what_to_know(name):
    mapping = read_mapping(name)
    assert not any(conflicting(formats) for formats in mapping.timestamps.values())
    comment = (
        (mappings_folder() / f"{name}.yaml").read_text(encoding="utf-8").split("\ncolumns:")[0]
    )
    assert "# Zone: " in comment
    assert "# Sure: " in comment
