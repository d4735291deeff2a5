"""The figures a run ends with: as lines, in run.json, from the lake's record and backlog_daily."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from opsdesk.config.parameters import read_parameters
from opsdesk.runner import run as pipeline
from opsdesk.runner.state import Backlog, read_backlog
from opsdesk.runner.summary import Summary, make_summary, summary_lines
from published import publish
from tiny_project import make_project

RECORD = {
    "rows": 1234, "kept": 1200, "rejected": {"missing_ticket_id": 30, "bad_created_at": 4},
    "issues": {"closed_no_date": 7, "judged_by_flag": 1000},
}  # fmt: skip
FIGURES = """\
Rows read                     1,234
  kept                        1,200
  rejected                       34
    missing_ticket_id            30
    bad_created_at                4
Issues noted                  1,007
    closed_no_date                7
    judged_by_flag            1,000
"""


@pytest.mark.parametrize(
    ("record", "backlog", "report", "expected"),
    [
        pytest.param(
            RECORD, Backlog(date(2023, 6, 30), 412), Path("/x/report.html"),
            FIGURES + "Open now                        412  on 2023-06-30\nReport: /x/report.html",
            id="all of it",
        ),
        pytest.param(
            {"rows": 5, "kept": 5, "rejected": {}, "issues": {}}, None, None,
            "Rows read                5\n  kept                   5\n  rejected               0\nIssues noted             0",
            id="nothing rejected, nothing published, no report",
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
    monkeypatch.setattr("opsdesk.runner.sequence.REPORTED", "01_ingest")
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
    report = root / "outputs/mine/runs/20261124T030147-000/report.html"
    assert "\n".join(said[end + 1 :]) == (
        FIGURES + f"Open now                          3  on 2023-01-03\nReport: {report}"
    )
    assert report.is_absolute() and report.exists()
    assert json.loads((record.folder / "run.json").read_text())["summary"] == {
        "rows": 1234,
        "kept": 1200,
        "rejected": {"missing_ticket_id": 30, "bad_created_at": 4},
        "issues": {"closed_no_date": 7, "judged_by_flag": 1000},
        "open_now": 3,
        "open_on": "2023-01-03",
        "problem": None,
    }


def test_a_lake_that_cannot_be_read_does_not_fail_a_good_run(root):
    (root / "outputs" / "mine").mkdir(parents=True)
    (root / "outputs" / "mine" / "opsdesk.duckdb").write_text("no")
    record, said = run_once()
    assert record.outcome == "done"
    (problem,) = (line for line in said if line.startswith("The figures could not be read: "))
    assert "is not a DuckDB file" in problem


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
