"""Files and arguments that nobody means: each ends with exit code 1 and one sentence, in time."""

import json
import os
import shutil

import pytest

from opsdesk import project, start_notebook
from published import publish
from tiny_project import make_project

HEADER = (
    "ticket_id,created_at,resolved_at,priority,status,agent_id,resolution_hours,sla_hours,"
    "sla_breached,category,channel,customer_tier\n"
)
ROW = "T1,2023-01-01 00:00:00,,Low,Open,,,,,,,\n"
DEEP = 10_000
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)
YAML = {
    "flow lists": "[" * DEEP,
    "closed flow lists": "a: " + "[" * DEEP + "]" * DEEP,
    "flow blocks": "a: " + "{a: " * DEEP + "}" * DEEP,
    "block lists": "- " * DEEP + "x",
    "blocks": "\n".join(" " * depth + "a:" for depth in range(2_000)),
    "billion laughs": LAUGHS,
    "alias inside itself": "a: &a [*a]",
    "alias to nothing": "a: *nothing",
    "a tag of Python": "a: !!python/object/apply:os.system [exit]",
    "two documents": "a: 1\n---\nb: 2\n",
    "not a date": "a: 2023-99-99",
    "a control character": "a: '\x01'",
    "nothing": "",
    "a number": "1",
    "a key that is a list": "? [a]\n: b\n",
    "a number of 10,000 digits": "columns: " + "9" * 10_000,
    "nan": "columns: {ticket_id: .nan}",
    "null": "columns: ~",
}


@pytest.fixture
def tried(monkeypatch, tmp_path, opsdesk):
    """A project with the mappings of this one; return what tries a command in it."""
    root = make_project(monkeypatch, tmp_path)
    shutil.copy(
        project.Path(__file__).parents[1] / "params/mappings/ops_tickets.yaml",
        root / "params/mappings/ops_tickets.yaml",
    )
    shutil.copytree(
        project.Path(__file__).parents[1] / "notebooks", root / "notebooks", dirs_exist_ok=True
    )
    (root / "tickets.csv").write_text(HEADER + ROW)
    # A kernel takes relative paths from the real project.
    (root / "params/mine.yaml").write_text(
        f'export: "{root}/tickets.csv"\nas_of: "2023-06-30 23:59:59"\n'
        f'lake: "{root}/outputs/mine/lake"\nwarehouse: "duckdb:{root}/outputs/mine/opsdesk.duckdb"\n'
    )

    def refused(*command, says=""):
        code, out, err = opsdesk(*command)
        assert code == 1, (code, out, err)
        assert err.startswith("opsdesk: ") and err.count("\n") == 1, err
        assert "Traceback" not in err and "Unexpected" not in err, err
        assert says in err and len(err) < 2_200
        assert err[:-1].isprintable()

    refused.root = root
    refused.anyway = opsdesk
    return refused


@pytest.mark.parametrize("command", ["status", "run"])
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in YAML.items()])
def test_params_that_are_no_params(tried, text, command):
    (tried.root / "params/mine.yaml").write_text(text)
    tried(command, "params/mine.yaml", says="params/mine.yaml")


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in YAML.items()])
def test_a_mapping_that_is_none(tried, text):
    (tried.root / "params/mappings/ops_tickets.yaml").write_text(text)
    tried("run", "params/mine.yaml", "--dry-run", says="params/mappings/ops_tickets.yaml")


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in YAML.items()])
def test_owners_that_are_none_are_written_again(tried, text):
    registry = tried.root / "outputs/owners.json"
    registry.parent.mkdir()
    registry.write_text(text)
    code, _, err = tried.anyway("status", "params/mine.yaml")
    assert (code, err) == (0, "")


DEEP_JSON = '{"a":' * DEEP + "1" + "}" * DEEP
BAD_JSON = {"deep": DEEP_JSON, "null": "null", "list": "[]", "deep list": "[" * 100_000, "text": '"x"',
            "nothing": "", "binary": "\x00\x01", "numbers": "[1" + "0" * 5_000 + "]"}  # fmt: skip


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in BAD_JSON.items()])
@pytest.mark.parametrize("name", ["lake/_ingest.json", "runs/1/run.json", ".lock.json"])
def test_records_that_are_none(tried, name, text):
    path = tried.root / "outputs/mine" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    code, _, err = tried.anyway("status", "params/mine.yaml")
    assert (code, err) == (0, "")
    code, _, err = tried.anyway("run", "params/mine.yaml", "--dry-run")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    "record",
    [
        {"known": None}, {"known": 1}, {"known": [1, 2]}, {"known": [None, None]}, {"rejects": None},
        {"rejects": {"a": 1}}, {"lake": None}, {"digests": []}, {"writing": None}, {"signature": None},
        {"rejected": {"a": None}}, {"rejected": {"a": "x"}}, {"rejected": 1}, {"issues": [1]}, {"rows": "x"},
        {"kept": None},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_record_with_one_wrong_value(tried, record):
    lake = tried.root / "outputs/mine/lake"
    export = str(tried.root / "tickets.csv")
    start_notebook().ingest(export, "ops_tickets", "", "full", str(lake))
    path = lake / "_ingest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | record))
    for command in (["status"], ["run", "--dry-run"]):
        code, _, err = tried.anyway(command[0], "params/mine.yaml", *command[1:])
        assert (code, err) == (0, ""), command
    start_notebook().ingest(export, "ops_tickets", "", "full", str(lake))


LONG = "x" * 300
PLACES = {
    "a long name": f"{LONG}.csv",
    "a long folder": f"{LONG}/x.csv",
    "a long path": "/".join(["x" * 200] * 30) + "/x.csv",
    "bytes that are not UTF-8": "\udcff.csv",
    "half a sign": "\ud800.csv",
    "an escape": "\x1b[31m.csv",
    "an order of letters": "a\u202evsc.csv",
    "the home of nobody": "~nobody-there/x.csv",
    "a circle": "circle/x.csv",
    "below a file": "tickets.csv/x.csv",
    "two stars in a name": "**x/[.csv",
    "only stars": "**/**/*.csv.csv",
}


@pytest.mark.parametrize("place", [pytest.param(text, id=name) for name, text in PLACES.items()])
@pytest.mark.parametrize("key", ["export", "agents", "lake", "warehouse"])
def test_places_where_nothing_can_be(tried, key, place):
    (tried.root / "circle").symlink_to("circle")
    is_new = key in ("lake", "warehouse") and ("*" in place)
    path = place if place.startswith("~") else f"{tried.root}/{place}"
    value = f"duckdb:{path}" if key == "warehouse" else path
    command = ("run", "params/mine.yaml", "-p", f"{key}={value}")
    if is_new:  # a folder may be called so
        assert tried.anyway(*command, "--dry-run")[0] == 0
    else:
        tried(*command, *(["--dry-run"] if key != "warehouse" else []))


@pytest.mark.parametrize(
    "params",
    ["", " ", ".", "/", "params", "params/mine.yaml/x.yaml", f"params/{LONG}.yaml",
     "params/circle.yaml", "params/\udcff.yaml", "\udcff/mine.yaml", "params/pipe.yaml", "/dev/zero",
     "params/binary.yaml", "params/a b.yaml", "params/\x1b[31m.yaml", "~nobody-there/x.yaml", "notebooks"],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("command", ["run", "status", "dataproc", "query"])
def test_params_that_are_no_file(tried, command, params):
    (tried.root / "params/circle.yaml").symlink_to("circle.yaml")
    os.mkfifo(tried.root / "params/pipe.yaml")
    (tried.root / "params/binary.yaml").write_bytes(bytes(range(256)))
    more = {"dataproc": ["--dry-run"], "query": ["SELECT 1"]}.get(command, [])
    tried(command, params, *more)


FOLDERS = (
    "tickets.csv",
    "agents.csv",
    "params/mappings/ops_tickets.yaml",
    "outputs/mine/opsdesk.duckdb",
)
FILES = ("outputs", "outputs/mine", "outputs/mine/runs", "outputs/mine/lake", "outputs/mine/lake/raw", "notebooks")  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_for_a_file(tried, name):
    path = tried.root / name
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    agents = tried.root / "agents.csv" if "agents" in name else ""
    tried("run", "params/mine.yaml", "-p", f"agents={agents}", "--dry-run")


@pytest.mark.parametrize("name", FILES)
def test_a_file_for_a_folder(tried, name):
    path = tried.root / name
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    tried("run", "params/mine.yaml")


HEADERS = {
    "over 64 KB": ",".join(f"column{place}" for place in range(10_000)) + "\n" + ROW,
    "a newline inside quotes": 'ticket_id,created_at,resolved_at,"a\nb"\n' + ROW,
    "a quote that stays open": '"ticket_id,created_at\n' + ROW,
    "no end": "x" * 100_000,
    "a delimiter alone": ",,,\n",
    "zeros": "\0" * 100,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HEADERS.items()])
@pytest.mark.parametrize("key", ["export", "agents"])
def test_a_header_that_is_none(tried, key, text):
    (tried.root / "bad.csv").write_text(text)
    place = f"{key}={tried.root}/bad.csv"
    tried("run", "params/mine.yaml", "-p", place, "--dry-run", says="bad.csv")


@pytest.mark.parametrize(
    "sign", ["", ";;", "é", "→", "\\0", "\\n", '\\"', "\\uD800", "\\x1b", "\\u202e"]
)
def test_a_delimiter_of_no_single_byte(tried, sign):
    path = tried.root / "params/mappings/ops_tickets.yaml"
    path.write_text(path.read_text() + f'\ndelimiter: "{sign}"\n')
    tried("run", "params/mine.yaml", "--dry-run", says="params/mappings/ops_tickets.yaml")


@pytest.mark.parametrize(
    "sql",
    ["", " \n\t", ";", "/* nothing */", "SELECT 1; SELECT 2", "SELECT", "DROP TABLE fact_tickets",
     "COPY (SELECT 1) TO 'x.csv'", "SELECT * FROM nowhere", "SELECT $a", "SELECT '\x1b[31m' FROM nowhere",
     "SELECT " + "(" * 5_000, "SELECT 1 AS a FROM '" + LONG + "'", "ATTACH 'x'", "SELECT '\udcff'", "\udcff"],
    ids=lambda sql: ascii(sql[:30]),
)  # fmt: skip
def test_a_query_that_is_none(tried, sql):
    publish(tried.root / "outputs/mine/opsdesk.duckdb")
    tried("query", "params/mine.yaml", sql)


@pytest.mark.parametrize("output", [LONG, "no/x.csv", "notebooks/x/y", "/dev/full"])
def test_an_output_that_cannot_be_written(tried, output):
    publish(tried.root / "outputs/mine/opsdesk.duckdb")
    place = str(tried.root / output)
    for form in ("csv", "parquet", "table"):
        tried("query", "params/mine.yaml", "SELECT 1 AS a", "--output", place, "--format", form)


def test_two_columns_of_one_name_are_no_parquet(tried):
    publish(tried.root / "outputs/mine/opsdesk.duckdb")
    place = str(tried.root / "x.parquet")
    code, _, err = tried.anyway(
        "query",
        "params/mine.yaml",
        "SELECT 1 AS a, 2 AS a",
        "--output",
        place,
        "--format",
        "parquet",
    )
    assert "Unexpected" not in err and code in (0, 1)
