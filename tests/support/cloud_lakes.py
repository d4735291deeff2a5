"""Lakes in a bucket for tests: what is in them, what was asked for, and ingest into them."""

from pathlib import Path

from exports import lake_files, run_ingest
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.lake import Lake
from opsdesk.lake.names import MARK, RECORD
from opsdesk.lake.open import open_lake


def bucket_files(lake: str, endpoints: str) -> dict[str, bytes]:
    """Every object of the lake but the mark and the record: name to bytes."""
    store = open_lake(lake, GoogleConnection(endpoints=endpoints)).store
    return {name: store.read(name) for name in store.names("") if name not in (MARK, RECORD)}


def bucket_lake(lake: str, endpoints: str) -> Lake:
    """The lake, opened again."""
    return open_lake(lake, GoogleConnection(endpoints=endpoints))


def generations(lake: str, endpoints: str) -> dict[str, int]:
    """Every object of the lake: name to generation, which each write changes."""
    store = bucket_lake(lake, endpoints).store
    return {name: seen.generation for name, seen in store._snapshot.list("").items()}


def cloud_ingest(
    folder: Path,
    export: Path | str,
    lake: str,
    endpoints: str,
    mapping: str = "ops_tickets",
    **changes,
):
    """Ingests into a lake in a bucket at the fixed moment of the tests."""
    return run_ingest(
        folder, export, mapping, lake=lake, google=GoogleConnection(endpoints=endpoints), **changes
    )


def folder_files(
    folder: Path, export: Path | str, mapping: str = "ops_tickets", **changes
) -> dict[str, bytes]:
    """What the same ingest puts into a lake in a new folder."""
    folder.mkdir()
    run_ingest(folder, export, mapping, **changes)
    return lake_files(folder)
