"""The figures a run ends with: as lines, in run.json, from the lake's record and backlog_daily."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exports import line, write_export
from opsdesk.config.parameters import read_parameters
from opsdesk.runner import run as pipeline
from opsdesk.runner.state import Backlog, read_backlog
from opsdesk.runner.summary import Summary, make_summary, summary_lines
from published import publish
from tiny_project import make_project

RECORD = {
    "rows": 1250, "kept": 1200, "excluded": {"merged": 16},
    "rejected": {"missing_ticket_id": 30, "bad_created_at": 4},
    "examples": [
        ["missing_ticket_id", "", "tickets.csv", 7, "a whole row"],
        ["bad_created_at", "created_at: 31.13.\x1b[31m" + "9" * 90, "tickets.csv", 12, "another row"],
    ],
    "issues": {"bad_sla_hours": 7, "judged_by_flag": 1000, "nonexistent_time": 72},
    "issue_tickets": {"nonexistent_time": "T9"},
    "zone": {"timezone": "Europe/Berlin", "from": "run"},
    "suspicions": ["The status \"Done\" is odd."], "notes": ["No column Tags."], "looks_cut": ["It has 1,000 rows."],
}  # fmt: skip
EVENTS = {
    "rows": 39, "more": 1, "put_in": 38, "repeats": 0, "unchanged": 0, "ignored": {}, "rejected": {"bad_at": 2},
    "footers": 0, "reported": 38, "unknown": [4, "INC7"],
}  # fmt: skip
REJECTED = (
    "5.1% of the rows of changes were rejected, most of them as bad_at (2: the moment is in none of the mapping's"
    " formats, before 1970, or in no zone). They are in no table: does the mapping fit?"
)
UNKNOWN = "10.5% of the changes are of tickets that no export has (4 of 38), such as ticket INC7."
FIGURES = f"""\
Rows read                     1,250
  kept                        1,200
  excluded                       16
    merged                       16
  rejected                       34
    missing_ticket_id            30  tickets.csv, line 7
    bad_created_at                4  tickets.csv, line 12: created_at: 31.13. [31m{"9" * 57}…
Issues noted                  1,079
    bad_sla_hours                 7  0.6% of the kept rows
    judged_by_flag            1,000  83.3% of the kept rows
    nonexistent_time             72  6.0% of the kept rows
"""
REMARKS = """\
The status "Done" is odd.
It has 1,000 rows.
No column Tags.
Times without a zone were read as Europe/Berlin (the run's timezone, because the mapping names no zone).
"""
LOUD = """\
LOOK AT THIS: 2.7% of the rows were rejected (34 of 1,250), most of them as missing_ticket_id \
(30: no ticket_id), such as tickets.csv, line 7. They are in no table: does the mapping fit?
LOOK AT THIS: 6.0% of the kept rows have the issue nonexistent_time \
(72: a wall time that a clock change skips: moved forward by the gap), such as ticket T9."""


@pytest.mark.parametrize(
    ("record", "backlog", "report", "expected"),
    [
        pytest.param(
            RECORD, Backlog(date(2023, 6, 30), 412), Path("/x/report.html"),
            f"{FIGURES}Open now                        412  on 2023-06-30\n{REMARKS}Report: /x/report.html\n{LOUD}",
            id="all of it, the loud lines last",
        ),
        pytest.param(
            {"rows": 5, "kept": 5, "rejected": {}, "issues": {}}, None, None,
            "Rows read             5  all kept",
            id="all is well: one line",
        ),
        pytest.param(
            {"rows": 0, "kept": 0, "rejected": {}, "issues": {}}, None, None,
            "Rows read             0\n  kept                0\n"
            "A quiet day: the delta has a header and no rows, so no ticket was changed.",
            id="a delta of a header",
        ),
        pytest.param(
            {"rows": 5, "kept": 5, "events": EVENTS}, None, None,
            "Rows read                              5  all kept\n"
            "Changes read                          40\n"
            "    put in the lake                   38\n"
            "    rejected                           2\n"
            f"Changes of unknown tickets             4  in no table\nLOOK AT THIS: {REJECTED}\n"
            f"LOOK AT THIS: {UNKNOWN} They are in no table: do both exports write the ids in one form?",
            id="a log of changes",
        ),
        pytest.param({}, Backlog(date(2023, 1, 3), 3), None, "Open now             3  on 2023-01-03", id="no ingest"),
        pytest.param({"rejected": [1]}, None, None, "", id="the record of another version"),
    ],
)  # fmt: skip
def test_lines(record, backlog, report, expected):
    assert "\n".join(summary_lines(make_summary(record, backlog), report)) == expected


def test_what_could_not_be_read_is_said():
    assert list(summary_lines(Summary(problem="It is held."), None)) == ["It is held."]


def run_once(chosen=("01_ingest",)):
    said = []
    parameters = read_parameters("params/mine.yaml")
    moment = datetime(2026, 11, 24, 3, 1, 47, tzinfo=UTC)
    return pipeline.run(parameters, list(chosen), lambda: moment, said.append), said


@pytest.fixture
def root(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"], transform=["1"])
    return tmp_path


def test_a_run_ends_with_its_figures_and_run_json_has_the_same(root):
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir()
    (lake / "_ingest.json").write_text(json.dumps(RECORD))
    record, said = run_once(["01_ingest", "03_transform"])
    end = said.index("")
    assert all(line.startswith("03:01:47  ") for line in said[:end])
    assert said[end - 1].startswith("03:01:47  Run done in ")
    work = f"Work on first: 2 tickets in order, 2 agents: {record.folder / 'work' / 'all.csv'}"
    assert "\n".join(said[end + 1 :]) == (
        f"{FIGURES}Open now                          3  on 2023-01-03\n{REMARKS}{work}\n{LOUD}"
    )
    kept = json.loads((record.folder / "run.json").read_text())["summary"]
    assert kept == asdict(make_summary(RECORD, Backlog(date(2023, 1, 3), 3))) | {
        "open_on": "2023-01-03",
        "work": work,
        "rejected": {"missing_ticket_id": 30, "bad_created_at": 4},
        "alarms": [line.removeprefix("LOOK AT THIS: ") for line in LOUD.splitlines()],
    }
    assert "a whole row" not in json.dumps(kept)


@pytest.mark.parametrize(
    ("chosen", "share", "outcome", "done"),
    [
        pytest.param(["01_ingest", "03_transform"], "0.4", "held back", ["01_ingest"], id="after ingest"),
        pytest.param(["01_ingest"], "0.4", "held back", ["01_ingest"], id="ingest alone"),
        pytest.param(["03_transform"], "0.4", "held back", [], id="transform alone, by the lake's record"),
        pytest.param(["01_ingest", "03_transform"], "0.5", "done", ["01_ingest", "03_transform"], id="just allowed"),
    ],
)  # fmt: skip
def test_too_many_rejected_rows_publish_nothing(root, chosen, share, outcome, done):
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir(parents=True)
    # 50 of 100; 20 are older versions of kept tickets
    record = {
        "rows": 100,
        "kept": 30,
        "rejected": {"bad_created_at": 50, "duplicate_ticket_id": 20},
    }
    (lake / "_ingest.json").write_text(json.dumps(record))
    parameters = read_parameters("params/mine.yaml", {"max_rejected_share": share})
    said = []
    ended = pipeline.run(
        parameters, chosen, lambda: datetime(2026, 11, 24, tzinfo=UTC), said.append
    )
    assert (ended.outcome, ended.exit_code) == (outcome, 4 if outcome == "held back" else 0)
    assert [step.step for step in ended.steps if step.status == "done"] == done
    assert (root / "outputs/mine/latest").exists() == (outcome == "done")
    assert f"  rejected{70:>27}" in said
    if outcome == "held back":
        assert ended.error.startswith(
            "Nothing was published: 50.0% of the rows were rejected (50 of 100), most of them as bad_created_at"
        )
        assert "more than max_rejected_share (40.0%)" in ended.error


def test_a_log_of_other_tickets_publishes_nothing(root):
    lake = root / "outputs" / "mine" / "lake"
    lake.mkdir(parents=True)
    events = EVENTS | {"rejected": {}, "unknown": [38, "INC7"]}
    (lake / "_ingest.json").write_text(json.dumps({"rows": 5, "kept": 5, "events": events}))
    record, said = run_once(["01_ingest", "03_transform"])
    assert (record.outcome, record.exit_code) == ("held back", 4)
    assert [step.step for step in record.steps if step.status == "done"] == ["01_ingest"]
    assert record.error.startswith(
        "Nothing was published: 100.0% of the changes are of tickets that no export has (38 of 38),"
    )
    assert "Changes of unknown tickets            38  in no table" in said


def test_a_lake_that_cannot_be_read_does_not_fail_a_good_run(root):
    (root / "outputs" / "mine").mkdir(parents=True)
    (root / "outputs" / "mine" / "opsdesk.duckdb").write_text("no")
    record, said = run_once()
    assert record.outcome == "done"
    (problem,) = (line for line in said if line.startswith("The figures could not be read: "))
    assert "is not a DuckDB file" in problem


def test_a_report_that_cannot_be_written_does_not_fail_a_good_run(root, monkeypatch):
    """These tables have no inflow: they are those of another version."""
    monkeypatch.setattr("opsdesk.runner.sequence.REPORTED", "01_ingest")
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    record, said = run_once()
    assert record.outcome == "done"
    assert record.report is None
    (problem,) = (line for line in said if line.startswith("There is no report: "))
    assert 'column named "inflow"' in problem
    assert json.loads((record.folder / "run.json").read_text())["summary"]["open_now"] == 3


@pytest.mark.parametrize("reported", ["05_trends", "03_transform"], ids=["no report", "a report"])
def test_a_run_says_which_priority_of_its_calendar_no_ticket_has(monkeypatch, tmp_path, reported):
    monkeypatch.setattr("opsdesk.runner.sequence.REPORTED", reported)
    calendar = tmp_path / "mine.yaml"
    calendar.write_text('weekly: {mon: ["09:00-17:00"]}\nper_priority: {Hihg: ""}\n')
    begin = "import opsdesk\nbench = opsdesk.start_notebook(run_at)\n"
    made = f"bench.transform(warehouse, '2023-01-09', timezone, calendar={str(calendar)!r})"
    cells = {
        "ingest": [begin + "bench.ingest(export, mapping, agents, export_kind, lake)"],
        "backfill": [begin + "bench.backfill(lake, warehouse)"],
        "transform": [begin + made],
    }
    make_project(monkeypatch, tmp_path, **cells)
    write_export(tmp_path, line("T1", priority="High"))
    places = {
        "export": f"{tmp_path}/export.csv",
        "lake": f"{tmp_path}/lake",
        "warehouse": f"duckdb:{tmp_path}/w.duckdb",
    }
    parameters = read_parameters("params/mine.yaml", places)
    said = []
    record = pipeline.run(parameters, parameters.steps, lambda: datetime.now(UTC), said.append)
    assert record.outcome == "done", record.error
    assert bool(record.report) == (reported == "03_transform")
    assert (
        "The SLA clock runs Mon 09:00-17:00 (mine, UTC); Hihg round the clock. No ticket has the "
        "priority Hihg, named by per_priority in the calendar mine: the tickets have High."
    ) in said


def test_a_failed_run_has_no_figures(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1 / 0"], transform=["1"])
    record, said = run_once()
    assert record.summary is None and "" not in said
    assert said[-1].startswith("03:01:47  Run failed in ")


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param("", None, id="nothing published"),
        pytest.param("CREATE TABLE backlog_daily (ops_date DATE, backlog_size BIGINT)", None, id="no day"),
    ],
)  # fmt: skip
def test_no_backlog_yet(root, tables, expected):
    import duckdb

    file = root / "outputs" / "mine" / "opsdesk.duckdb"
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"SELECT 1; {tables}")
    assert read_backlog(read_parameters("params/mine.yaml")) is expected
