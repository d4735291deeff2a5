"""What `opsdesk status` shows, before the first run, after some, and while one is under way."""

import json
import subprocess
import sys

import pytest

from opsdesk.config.parameters import read_parameters
from opsdesk.runner.lock import run_lock
from opsdesk.runner.record import RunRecord, Step
from opsdesk.runner.status import read_status, status_lines
from published import publish
from tiny_project import make_project


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path)


def shown(**overrides):
    parameters = read_parameters("params/mine.yaml", overrides)
    return "\n".join(status_lines(parameters, read_status(parameters)))


def write_run(root, run_id, outcome, error=None, seconds=1.25):
    folder = root / "outputs" / "mine" / "runs" / run_id
    folder.mkdir(parents=True)
    steps = [Step("01_ingest", "done", 1.0)]
    RunRecord(run_id, "2026-11-24T03:01:47.123+00:00", "mine", "params/mine.yaml", {}, "0.1.0", folder, steps, outcome,
              seconds, error).save()  # fmt: skip


def test_before_the_first_run(root):
    assert shown().splitlines() == [
        "params/mine.yaml writes to outputs/mine",
        "Nothing has run yet: type `opsdesk run params/mine.yaml`.",
    ]
    assert not (root / "outputs").exists()


def test_everything_there_is_to_tell(root):
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    write_run(root, "20261123T030000-000", "failed", "01_ingest failed in cell 3: no such file.")
    write_run(root, "20261124T030147-123", "done")
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir()
    (lake / "_ingest.json").write_text(
        json.dumps({"rejected": {"missing_ticket_id": 12, "malformed_line": 3}})
    )
    assert shown().splitlines() == [
        "params/mine.yaml writes to outputs/mine",
        "",
        "Runs (2)",
        "  20261124T030147-123  started 2026-11-24 03:01:47 UTC  done  1.2 s",
        "  20261123T030000-000  started 2026-11-24 03:01:47 UTC  failed  1.2 s",
        "    01_ingest failed in cell 3: no such file.",
        "",
        "Loaded by month, UTC (rows)",
        "  2023-01             6",
        "",
        "Published tables (rows), as of 2023-01-03 18:00:00 UTC",
        "  fact_tickets              6",
        "  backlog_daily             3",
        "",
        "Rejected rows (outputs/mine/lake/rejects)",
        "  missing_ticket_id            12",
        "  malformed_line                3",
    ]


def test_what_the_last_export_left_out_assumed_and_found_odd(root):
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir(parents=True)
    write_run(root, "20261124T030147-123", "done")
    record = {
        "rows": 110,
        "kept": 100,
        "excluded": {"merged": 7},
        "rejected": {"bad_created_at": 3},
        "examples": [["bad_created_at", "created_at: 31.12.2023", "tickets.csv", 9, "a whole row"]],
        "issues": {"bad_sla_hours": 2, "judged_by_flag": 100},
        "zone": {"timezone": "America/New_York", "from": "mapping"},
        "notes": ["The rule merged has no column Tags."],
    }
    (lake / "_ingest.json").write_text(json.dumps(record))
    assert shown().partition("\nExcluded rows\n")[2].splitlines() == [
        "  merged             7",
        "",
        "Rejected rows (outputs/mine/lake/rejects)",
        "  bad_created_at             3",
        "",
        "Issues of kept rows",
        "  bad_sla_hours              2  2.0% of the kept rows",
        "  judged_by_flag           100  100.0% of the kept rows",
        "",
        "The last export",
        "  The rule merged has no column Tags.",
        "  Times without a zone were read as America/New_York (the mapping says so).",
        "  2.7% of the rows were rejected (3 of 110), most of them as bad_created_at (3: created_at is in none of the"
        " mapping's formats, before 1970, or in no zone), such as tickets.csv, line 9: created_at: 31.12.2023."
        " They are in no table: does the mapping fit?",
    ]


def test_changes_of_tickets_that_no_export_has(root):
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir(parents=True)
    write_run(root, "20261124T030147-123", "done")
    events = {
        "rows": 3, "more": 0, "put_in": 3, "repeats": 0, "unchanged": 0, "ignored": {}, "rejected": {}, "footers": 0,
        "reported": 3, "unknown": [3, "INC7"],
    }  # fmt: skip
    (lake / "_ingest.json").write_text(json.dumps({"rows": 5, "kept": 5, "events": events}))
    assert shown().partition("\nChanges of tickets\n")[2].splitlines() == [
        "  Changes read                           3",
        "  put in the lake                        3",
        "  Changes of unknown tickets             3",
        "",
        "The last export",
        "  100.0% of the changes are of tickets that no export has (3 of 3), such as ticket INC7."
        " They are in no table: do both exports write the ids in one form?",
    ]


def test_run_that_was_killed_is_interrupted(root):
    write_run(root, "20261124T030147-123", "running")
    assert "20261124T030147-123  started 2026-11-24 03:01:47 UTC  interrupted" in shown()


def test_run_under_way_is_running_and_named_and_an_older_killed_one_is_not(root):
    write_run(root, "20261123T030000-000", "running")
    write_run(root, "20261124T030147-123", "running")
    with run_lock(root / "outputs" / "mine", "20261124T030147-123", "03:01"):
        text = shown()
    assert "in use by run 20261124T030147-123" in text
    assert "20261124T030147-123  started 2026-11-24 03:01:47 UTC  running" in text
    assert "20261123T030000-000  started 2026-11-24 03:01:47 UTC  interrupted" in text


def test_many_runs_show_the_last_ten(root):
    for day in range(1, 13):
        write_run(root, f"202611{day:02d}T030147-123", "done")
    assert shown().count("started") == 10
    assert "and 2 before" in shown()


def test_incomplete_run_json_is_passed_over(root):
    write_run(root, "20261124T030147-123", "done")
    incomplete = root / "outputs" / "mine" / "runs" / "20261125T030147-123"
    incomplete.mkdir()
    (incomplete / "run.json").write_text('{"run_id": ')
    assert "Runs (1)" in shown()


def test_warehouse_being_written(root, monkeypatch):
    monkeypatch.setattr("opsdesk.runner.state.PATIENCE", 0)
    file = publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    write_run(root, "20261124T030147-123", "done")
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    writer.stdout.readline()
    text = shown()
    writer.communicate(b"")
    assert "outputs/mine/opsdesk.duckdb is held by process" in text
    assert "Runs (1)" in text


def test_file_that_is_no_database(root):
    path = root / "outputs" / "mine" / "opsdesk.duckdb"
    path.parent.mkdir(parents=True)
    path.write_text("no")
    assert "is not a DuckDB file" in shown()
