"""kill -9 in an ingest into a bucket, then the same again: the lake of an uninterrupted run."""

import subprocess
import sys
from pathlib import Path

import pytest
from test_kill import KILL

from cloud_lakes import bucket_files, bucket_lake, cloud_ingest, folder_files
from exports import RUN_AT, line, write_export

OLD = [line(f"T{i}", f"2023-0{1 + i % 3}-{1 + i % 4:02d} 10:00:00") for i in range(24)]
NEW = [*OLD[3:23], line("T0", "2023-02-01 08:00:00"), line("T99", "2023-04-05 08:00:00"), "broken"]
DELTA = [
    line("T5", "2023-01-09 08:00:00"),
    line("T17", "2023-01-09 09:00:00"),
    line("T99", "2023-04-05 08:00:00"),
]
INGEST = """
import sys
sys.path.insert(0, {support!r})
import steps
from opsdesk.google.connection import GoogleConnection
export, kind, lake, endpoints = sys.argv[1:]
steps.ingest(export, "ops_tickets", "", kind, lake, {run_at!r}, GoogleConnection(endpoints=endpoints))
"""
POINTS = [
    pytest.param(("opsdesk.lake.lake", "Lake", "write_record", 1, "after"), id="after its claim"),
    pytest.param(("opsdesk.google.bucket", "Bucket", "put", 3, "after"), id="among the uploads"),
    pytest.param(("opsdesk.lake.gcs_store", "GcsStore", "ensure_alone", 1, "before"), id="after the uploads of a month"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_manifest", 2, "before"), id="before a manifest"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_manifest", 2, "after"), id="after a manifest"),
    pytest.param(("opsdesk.google.bucket", "Bucket", "delete", 1, "after"), id="after a day is removed"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_record", 2, "before"), id="before its record"),
    pytest.param(("opsdesk.lake.lake", "Lake", "write_record", 2, "after"), id="after its record"),
]  # fmt: skip
CASES = [pytest.param("full", point.values[0], id=f"full, {point.id}") for point in POINTS]
CASES += [
    pytest.param("delta", point.values[0], id=f"delta, {point.id}") for point in POINTS[1:7:2]
]


@pytest.mark.parametrize(("kind", "point"), CASES)
def test_killed_and_run_again(tmp_path, cloud, kind, point):
    export = write_export(tmp_path, *(NEW if kind == "full" else DELTA))
    old = write_export(tmp_path, *OLD, name="old.csv")
    cloud_ingest(tmp_path, old, cloud.lake, cloud.endpoints())
    code = KILL.format(point=point) + INGEST.format(
        run_at=RUN_AT, support=str(Path(__file__).resolve().parents[1] / "support")
    )
    command = [sys.executable, "-c", code, str(export), kind, cloud.lake, cloud.endpoints()]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    cloud_ingest(tmp_path, export, cloud.lake, cloud.endpoints(), export_kind=kind)
    lake, found = (
        bucket_lake(cloud.lake, cloud.endpoints()),
        bucket_files(cloud.lake, cloud.endpoints()),
    )
    if kind == "full":
        assert found == folder_files(tmp_path / "whole", export)
    tickets = sorted(name for name in tickets_of(found))
    assert tickets == sorted(
        {row.split(",")[0] for row in (NEW if kind == "full" else [*OLD, *DELTA]) if "," in row}
    )
    assert "writing" not in lake.record()
    assert not lake.faults(lake.manifests())


def tickets_of(files: dict[str, bytes]) -> list[str]:
    """The ticket_ids in all day files, each as often as it is there."""
    days = [
        content.decode()
        for name, content in files.items()
        if name.startswith("raw/") and name.endswith(".csv")
    ]
    return [text.split(",")[0] for day in days for text in day.splitlines()[1:]]
