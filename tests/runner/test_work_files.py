"""The folder work/ of a run: one file for all, one per agent, an index; nothing of an id in a path."""

import csv
import re
import stat
from datetime import UTC, datetime

import duckdb
import pytest

from opsdesk.config.parameters import read_parameters
from opsdesk.guards.file_mode import created_with
from opsdesk.runner import run as pipeline
from opsdesk.runner.work_files import file_of, work_sentence
from published import publish
from tiny_project import make_project

AGENTS = (
    "A1",
    "a1",
    "A1 ",
    "../../evil",
    "/etc/passwd",
    "CON",
    "=cmd|' /C calc'!A0",
    "Zoë 李",
    "(unassigned)",
    "x" * 300,
)
NAME = re.compile(r"agent-([a-z0-9]+(-[a-z0-9]+)*-)?[0-9a-f]{16}\.csv")  # fmt: skip


@pytest.fixture
def parameters(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"], transform=["1"])
    path = publish(tmp_path / "outputs" / "mine" / "opsdesk.duckdb")
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM work_next")
        for rank, agent in enumerate([*AGENTS, *AGENTS], 1):
            row = [rank, f"T{rank}", agent, "=HYPERLINK(1)" if rank == 1 else "Acme"]
            con.execute("INSERT INTO work_next VALUES (?, ?, 'High', 'Bug', ?, ?, NULL, 5, 'slow', 'act')", row)  # fmt: skip
    return read_parameters("params/mine.yaml")


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_each_agent_has_a_file_of_a_safe_name_with_its_rows(parameters, tmp_path):
    with created_with("private"):
        sentence = work_sentence(tmp_path, parameters)
    folder = tmp_path / "work"
    assert sentence == f"Work on first: 20 tickets in order, 10 agents: {folder / 'all.csv'}"
    rows, index = read(folder / "all.csv"), read(folder / "agents.csv")
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 21)]
    assert (rows[0]["customer"], rows[1]["hours_left"]) == ("'=HYPERLINK(1)", "")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["agents.csv", "all.csv", *(row["file"] for row in index)]
    )
    assert [row["agent_id"].removeprefix("'") for row in index] == sorted(AGENTS)
    for row in index:
        assert NAME.fullmatch(row["file"]) and len(row["file"]) < 80
        own = [each for each in rows if each["agent_id"] == row["agent_id"]]
        assert read(folder / row["file"]) == own and len(own) == int(row["tickets"]) == 2
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}


def test_the_name_of_a_file_is_the_same_in_every_run():
    assert file_of("A1") == "agent-a1-16a36e86f6fed5d4.csv"
    assert file_of("李").startswith("agent-") and NAME.fullmatch(file_of("\ud800"))


def test_what_cannot_be_written_is_said_and_leaves_no_half(parameters, tmp_path, monkeypatch):
    monkeypatch.setattr("opsdesk.runner.work_files.file_of", lambda agent: "no/such/folder.csv")
    sentence = work_sentence(tmp_path, parameters)
    assert sentence == "The files of work_next could not be written: No such file or directory."
    assert not (tmp_path / "work").exists()


def test_a_run_has_them_and_says_so_in_one_line_and_latest_too(parameters, tmp_path):
    said = []
    moment = datetime(2026, 11, 24, 3, 1, 47, tzinfo=UTC)
    chosen = ["01_ingest", "03_transform"]
    record = pipeline.run(parameters, chosen, lambda: moment, said.append)
    lines = [line for line in said if line.startswith("Work on first: 20 tickets")]
    assert lines == [record.summary["work"]]
    assert lines[0].endswith(str(record.folder / "work" / "all.csv"))
    assert len(read(tmp_path / "outputs/mine/latest/work/all.csv")) == 20
    outside = [path for path in tmp_path.rglob("*evil*") if "work" not in path.parts]
    assert outside == []
