"""The benchmarks run: what they say of speed is not asserted, that they say it is."""

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The module benchmarks/run.py, which leaves everything in a folder of the test."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("run")
    monkeypatch.setattr(module, "OUTPUTS", tmp_path)
    monkeypatch.setattr(module, "WORK", tmp_path / "work")
    (tmp_path / "work").mkdir()
    return module


def test_lib_is_measured_next_to_the_bare_script(run):
    table = run.steps(run.export_of(400), rounds=1)
    assert [line.split(" | ")[0] for line in table.splitlines()[2:]] == [
        "| ingest", "| backfill", "| transform", "| **sum**", "| peak MB",
    ]  # fmt: skip


def test_reruns_are_measured_next_to_the_first_run(run):
    rows = [line.split(" | ") for line in run.rerun(run.export_of(400), rounds=1).splitlines()[2:]]
    assert [row[0] for row in rows] == [
        "| first run", "| nothing changed", "| one day's tiers changed", "| one day's resolutions changed",
    ]  # fmt: skip
    assert rows[0][-1] == "100.0% |"


def test_forms_are_measured_next_to_csv(run):
    rows = [line.split(" | ") for line in run.forms(run.export_of(400), rounds=1).splitlines()[2:]]
    assert [row[0].strip("| ") for row in rows] == ["csv", "csv.gz", "zip", "utf16", "xlsx", "json", "ndjson", "parquet"]  # fmt: skip
    assert rows[0][3] == "1.0"
