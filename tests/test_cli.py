"""The command line: exit codes, one sentence per error, exports, and a quick start."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from time import perf_counter

import pandas as pd
import pytest

from opsdesk import __version__, cli
from opsdesk.display.query_output import csv_text, neutralised, table_text
from opsdesk.errors import OpsdeskError
from published import publish
from tiny_project import make_project


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path, ingest=["1"], backfill=["1"])


@pytest.fixture
def published(root):
    (root / "params" / "mine.yaml").write_text('agents: ""\n')
    make_project(pytest.MonkeyPatch(), root)
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    return root


def test_version(opsdesk):
    assert opsdesk("--version") == (0, f"opsdesk, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(["frob"], 2, "No such command 'frob'", id="unknown command"),
        pytest.param(["run"], 2, "Missing argument 'PARAMS'", id="no params"),
        pytest.param(
            ["run", "params/mine.yaml", "-p", "x"], 2, "write it as key=value", id="-p without ="
        ),
        pytest.param(
            ["sample", "--tickets", "0", "x"], 2, "0 is not in the range", id="no tickets"
        ),
        pytest.param(
            ["query", "params/mine.yaml", "SELECT 1", "--format", "parquet"],
            2,
            "--output",
            id="parquet to screen",
        ),
        pytest.param(
            ["run", "params/nix.yaml"],
            1,
            "opsdesk: params/nix.yaml does not exist",
            id="no such file",
        ),
        pytest.param(
            ["run", "params/mine.yaml", "-p", "agnts=x"],
            1,
            "did you mean agents?",
            id="unknown parameter",
        ),
        pytest.param(
            ["run", "params/mine.yaml", "--only", "9"], 1, "There is no step '9'", id="unknown step"
        ),
        pytest.param(["status", "params/nix.yaml"], 1, "does not exist", id="status"),
        pytest.param(["query", "params/nix.yaml", "SELECT 1"], 1, "does not exist", id="query"),
        pytest.param(
            ["digest", "params/mine.yaml"],
            1,
            "There is no warehouse duckdb:outputs/mine/opsdesk.duckdb yet",
            id="a digest of nothing",
        ),
    ],
)
def test_mistakes(opsdesk, root, arguments, code, says):
    ended, out, err = opsdesk(*arguments)
    assert (ended, out) == (code, "")
    assert says in err and "Traceback" not in err


def test_debug_shows_the_traceback(monkeypatch, root):
    monkeypatch.setattr(sys, "argv", ["opsdesk", "run", "params/nix.yaml", "--debug"])
    with pytest.raises(OpsdeskError):
        cli.main()


def test_unexpected_error_is_one_line(opsdesk, root, monkeypatch):
    monkeypatch.setattr("opsdesk.runner.run.run", lambda *_: 1 / 0)
    ended, _, err = opsdesk("run", "params/mine.yaml")
    assert (ended, err) == (
        1,
        "opsdesk: Unexpected ZeroDivisionError: division by zero (--debug shows where).\n",
    )


def test_run_says_what_it_does_and_status_knows(opsdesk, root):
    ended, out, err = opsdesk("run", "params/mine.yaml", "--only", "ingest")
    assert (ended, err) == (0, "")
    time = r"\d\d:\d\d:\d\d  "
    assert re.search(f"^{time}01_ingest  running\n{time}01_ingest  done in ", out, re.MULTILINE)
    record = json.loads(next((root / "outputs" / "mine" / "runs").glob("*/run.json")).read_text())
    assert record["outcome"] == "done"
    ended, out, _ = opsdesk("status", "params/mine.yaml")
    assert ended == 0 and record["run_id"] in out


def test_failed_run_ends_with_1_and_the_sentence_last(opsdesk, monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["int('x')"])
    ended, _, err = opsdesk("run", "params/mine.yaml")
    assert ended == 1
    assert (
        err
        == "opsdesk: 01_ingest failed in cell 3 (Load: `int('x')`): ValueError: invalid literal for int() with base 10: 'x'\n"
    )
    ended, _, err = opsdesk("run", "params/mine.yaml", "--debug")
    assert ended == 1 and "Traceback" in err


def test_query_prints_an_aligned_table(opsdesk, published):
    sql = "SELECT ops_date, backlog_size FROM backlog_daily ORDER BY 1"
    assert opsdesk("query", "params/mine.yaml", sql) == (
        0,
        "ops_date    backlog_size\n2023-01-01             1\n2023-01-02             2\n2023-01-03             3\n(3 rows)\n",
        "",
    )
    _, out, _ = opsdesk("query", "params/mine.yaml", sql, "--limit", "1")
    assert out.endswith("\n(3 rows, the first 1 shown (--limit 0 shows all))\n")


def test_query_exports_csv_and_parquet(opsdesk, published, tmp_path):
    sql = "SELECT ticket_id, created_at, due_date, priority FROM fact_tickets ORDER BY 1"
    _, out, _ = opsdesk("query", "params/mine.yaml", sql, "--format", "csv", "--limit", "4")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["ticket_id", "created_at", "due_date", "priority"]
    assert rows[4] == ["T4", "2023-01-02 11:00:00+00:00", "", "Low"] and len(rows) == 5
    target = tmp_path / "tickets.parquet"
    ended, out, err = opsdesk(
        "query", "params/mine.yaml", sql, "--format", "parquet", "--output", str(target)
    )
    assert (ended, out, err) == (0, "", f"{target}: 6 rows\n")
    assert list(pd.read_parquet(target)["ticket_id"]) == ["T1", "T2", "T3", "T4", "T5", "T6"]
    ended, _, err = opsdesk(
        "query",
        "params/mine.yaml",
        sql,
        "--output",
        str(tmp_path / "no" / "x.csv"),
        "--format",
        "csv",
    )
    assert ended == 1 and "cannot be written" in err


def test_query_takes_the_form_from_the_ending(opsdesk, published, tmp_path):
    sql = "SELECT ticket_id, created_at FROM fact_tickets WHERE ticket_id = 'T4'"
    query = ("query", "params/mine.yaml", sql, "--output")
    (published / "params" / "mine.yaml").write_text('timezone: "Asia/Kolkata"\n')
    name = str(tmp_path / "x.csv")
    assert opsdesk(*query, name, "--bom", "--local-times") == (0, "", f"{name}: 1 rows\n")
    text = "\ufeffticket_id,created_at (Asia/Kolkata)\nT4,2023-01-02 16:30:00\n"
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == text
    assert opsdesk(*query, str(tmp_path / "x.xlsx"))[0] == 0
    assert (tmp_path / "x.xlsx").read_bytes()[:2] == b"PK"
    code, _, err = opsdesk(*query, str(tmp_path / "x.xls"))
    assert (code, "let it end in .csv, .parquet or .xlsx" in err) == (1, True)
    code, _, err = opsdesk(*query, str(tmp_path / "x.parquet"), "--bom")
    assert (code, "--bom is for a CSV file" in err) == (2, True)


def test_query_can_neutralise_formulas(opsdesk, published):
    sql = "SELECT name FROM dim_agents WHERE agent_id = 'A2'"
    assert opsdesk("query", "params/mine.yaml", sql, "--format", "csv")[1] == "name\n=1+1\n"
    assert (
        opsdesk("query", "params/mine.yaml", sql, "--format", "csv", "--neutralise-formulas")[1]
        == "name\n'=1+1\n"
    )


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\ufeff=1", "\u200b=1", "\x00=1",
     '"=1', "'=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", " \ufeff\"\uff1d1", "\t", "\u00ad=1"],
)  # fmt: skip
def test_neutralised_is_text_only(text):
    rows = pd.DataFrame({"a": [text, "plain", None], "b": [-1, 2, 3]})
    safe = neutralised(rows)
    assert list(safe["a"])[:2] == [f"'{text}", "plain"] and safe["a"].isna()[2]
    assert list(safe["b"]) == [-1, 2, 3]
    assert list(neutralised(pd.DataFrame({text: [1]}))) == [f"'{text}"]


def test_table_keeps_terminals_and_columns_in_order():
    rows = pd.DataFrame({"n": [1.5, None], "text": ["a\x1b[31m\nb", "x" * 99]})
    assert table_text(rows, None) == f"  n  text\n1.5  a [31m b\n     {'x' * 59}…\n(2 rows)\n"
    assert table_text(pd.DataFrame({"n": []}), 10) == "n\n(0 rows)\n"
    assert csv_text(pd.DataFrame({"n": [], "m": []})) == "n,m\n"


def test_help_and_status_start_at_once(root):
    code = (
        "import sys; from opsdesk import cli; sys.argv[1:] = {}\ntry: cli.main()\nexcept SystemExit: pass\n"
        "heavy = {{'papermill', 'pandas', 'matplotlib', 'nbformat', 'jupyter_client', 'numpy'}} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    for arguments in (["--help"], ["status", "params/sample.yaml"]):
        begun = perf_counter()
        subprocess.run(
            [sys.executable, "-c", code.format(arguments)], check=True, capture_output=True
        )
        assert perf_counter() - begun < 1.5  # 0.3 s on an idle machine


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_reader_that_leaves_early_is_no_error(published, unbuffered):
    root = f"project.ROOT = Path({str(published)!r})"
    code = f"from opsdesk import project, cli; from pathlib import Path; {root}; cli.main()"
    sql = "SELECT range AS n, repeat('x', 50) FROM range(200000)"
    command = [sys.executable, "-c", code, "query", "params/mine.yaml", sql, "--format", "csv"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
