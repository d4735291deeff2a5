"""Builds exports for the tests of step 1, and runs it."""

from pathlib import Path

from steps import ingest

COLUMNS = (
    "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached", "priority", "category",
    "channel", "customer_tier", "status", "agent_id",
)  # fmt: skip
MORE = ("updated_at", "first_response_at", "customer", "subject", "attributes")  # of a day file
RUN_AT = "2024-01-01T00:00:00Z"


def line(ticket_id: str = "T1", created_at: str = "2023-01-02 10:00:00", **cells: str) -> str:
    """One line of an ops_tickets export; what a case does not care about is filled in."""
    known = {
        "ticket_id": ticket_id,
        "created_at": created_at,
        "status": "Open",
        "priority": "Low",
        **cells,
    }
    return ",".join(known.get(column, "") for column in COLUMNS)


def write_export(
    folder: Path,
    *lines: str,
    name: str = "export.csv",
    header: str = ",".join(COLUMNS),
    end: str = "\n",
) -> Path:
    """An export with these data lines."""
    path = folder / name
    path.write_bytes("".join(text + end for text in (header, *lines)).encode())
    return path


def run_ingest(folder: Path, export: Path | str, mapping: str = "ops_tickets", **changes: str):
    """Ingests into folder/lake at a fixed moment."""
    values = {
        "agents": "",
        "export_kind": "full",
        "lake": str(folder / "lake"),
        "run_at": RUN_AT,
        **changes,
    }
    return ingest(export=str(export), mapping=mapping, **values)


def lake_files(folder: Path) -> dict[str, bytes]:
    """Every file of folder/lake but the mark, the record, the lock and the cache: name to bytes."""
    lake = folder / "lake"
    return {
        path.relative_to(lake).as_posix(): path.read_bytes()
        for path in sorted(lake.rglob("*"))
        if path.is_file()
        and path.name
        not in ("_opsdesk.json", "_ingest.json", ".lock", ".rows.duckdb", ".rows.duckdb.wal")
    }


def lake_rows(folder: Path) -> list[list[str]]:
    """The rows of every day file, in order, as cells (no cell of these tests holds a comma)."""
    return [
        text.split(",")
        for name, content in lake_files(folder).items()
        if name.startswith("raw/") and name.endswith(".csv")
        for text in content.decode().splitlines()[1:]
    ]
