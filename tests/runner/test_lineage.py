"""Real runs whose lineage goes to a real server or a file: events, figures, failures, and what a kill leaves."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep

import pytest

import own_events
from lineage_server import lineage_server
from openlineage_rules import problems
from opsdesk import project
from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import catalogue
from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.foresight.questions import read_odds_question
from opsdesk.googlesql.references import references
from opsdesk.guards.secrets import redacted
from opsdesk.runner import run as pipeline
from opsdesk.runner.lineage.datasets import datasets_of
from opsdesk.runner.lineage.delivery import Delivery, DeliveryError
from opsdesk.runner.lineage.endpoint import Endpoint
from opsdesk.runner.lineage.event_file import EventFile
from opsdesk.runner.lineage.events import WHOLE_RUN, Job, make_event
from opsdesk.runner.lineage.tables_read import tables_read
from opsdesk.runner.record import past_runs
from tiny_project import EXPORT_CELL, make_project, notebook

MOMENT = datetime(2026, 11, 24, 3, 1, 47, 123456, tzinfo=UTC)
KEY = "not-for-anyone-to-see"
START = "import opsdesk\nbench = opsdesk.start_notebook(run_at)\n"
STEPS = {
    "ingest": [START + "bench.ingest(export, mapping, agents, export_kind, lake)"],
    "backfill": [START + "bench.backfill(lake, warehouse)"],
    "transform": [START + "bench.transform(warehouse, as_of, timezone)"],
    "foresight": [START + "bench.foresee(warehouse)"],
    "trends": [START + "bench.open_warehouse(warehouse).table('backlog_daily')"],
}
EXPORT = """ticket_id,created_at,resolved_at,priority,status,agent_id,resolution_hours,sla_hours,sla_breached,category,channel,customer_tier
T1,2023-01-02 10:00:00,2023-01-02 12:00:00,Low,Closed,A1,,8,,,,
T2,2023-01-03 10:00:00,,High,Open,A2,,4,,,,
T3,2023-01-03 11:00:00,2023-01-04 09:00:00,Low,Closed,A1,,8,,,,
T4,x,,Low,Open,,,,,,,
"""
VIOLATED = """from opsdesk.catalogue.identities import assert_identities
assert_identities(lambda sql: [("2023-01-02", 5)] if "opening + inflow" in sql else [])"""


def run(root, target, said=None, moment=MOMENT, variables=pipeline.NO_VARIABLES, **overrides):
    parameters = read_parameters("params/mine.yaml", {"lineage": str(target), **overrides})
    say = (said if said is not None else []).append
    return pipeline.run(parameters, parameters.steps, lambda: moment, say, variables)


def lines_of(path):
    text = path.read_text()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def names(events):
    return [(event["eventType"], event["job"]["name"]) for event in events]


def find(events, kind, name):
    (event,) = (e for e in events if (e["eventType"], e["job"]["name"]) == (kind, name))
    return event


def rows(datasets, root):
    """The rows of each dataset, by its name from the project on."""
    found = {}
    for dataset in datasets:
        facets = dataset.get("inputFacets", {}) | dataset.get("outputFacets", {})
        (count,) = (
            facets[key]["rowCount"]
            for key in ("inputStatistics", "outputStatistics")
            if key in facets
        )
        assert dataset["namespace"] == "file" and dataset["name"].startswith(f"{root}/")
        found[dataset["name"].removeprefix(f"{root}/")] = count
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One run of real steps on four rows, with an endpoint that wants a key."""
    root = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch, lineage_server() as server:
        make_project(patch, root, **STEPS)
        (root / "tickets.csv").write_text(EXPORT)
        (root / "agents.csv").write_text("agent_id,name,team\nA1,Ann,Core\nA2,Bob,Field\n")
        values = {
            "export": f"{root}/tickets.csv",
            "agents": f"{root}/agents.csv",
            "lake": f"{root}/lake",
            "warehouse": f"duckdb:{root}/desk.duckdb",
            "timezone": "Europe/Berlin",
            "as_of": "2023-01-05 12:00:00",
            "max_rejected_share": "1",
        }
        said = []
        variables = {"OPENLINEAGE_API_KEY": KEY, "OPENLINEAGE_NAMESPACE": "night"}
        record = run(root, server.url, said, variables=variables, **values)
        assert record.outcome == "done", record.error
        yield root, record, server, said


def test_each_event_is_valid_by_the_schemas_and_by_the_client_s_classes(whole):
    _, _, server, _ = whole
    assert len(server.events) == 14
    assert [problem for event in server.events for problem in problems(event)] == []


def test_every_step_starts_and_completes_within_the_run(whole):
    _, _, server, _ = whole
    assert names(server.events) == [
        ("START", "mine"),
        ("START", "mine.01_ingest"),
        ("COMPLETE", "mine.01_ingest"),
        ("START", "mine.02_backfill"),
        ("COMPLETE", "mine.02_backfill"),
        ("START", "mine.03_transform"),
        ("COMPLETE", "mine.03_transform"),
        ("START", "mine.03_transform.checks"),
        ("COMPLETE", "mine.03_transform.checks"),
        ("START", "mine.04_foresight"),
        ("COMPLETE", "mine.04_foresight"),
        ("START", "mine.05_trends"),
        ("COMPLETE", "mine.05_trends"),
        ("COMPLETE", "mine"),
    ]
    ids = {event["job"]["name"]: event["run"]["runId"] for event in server.events}
    assert len(set(ids.values())) == 7
    kinds = {"mine": "RUN", "mine.03_transform.checks": "CHECKS"}
    for event in server.events:
        kind = event["job"]["facets"]["jobType"]["jobType"]
        assert kind == kinds.get(event["job"]["name"], "NOTEBOOK")
        assert event["run"]["runId"] == ids[event["job"]["name"]]
        name = event["job"]["name"].rpartition(".")[0]
        parent = event["run"]["facets"].get("parent")
        if name:
            assert parent["run"]["runId"] == ids[name]
            assert parent["job"] == {"namespace": "night", "name": name}
        else:
            assert parent is None


def test_the_rows_are_those_of_a_hand_typed_export(whole):
    root, _, server, _ = whole
    events = server.events
    ingest = find(events, "COMPLETE", "mine.01_ingest")
    assert rows(ingest["inputs"], root) == {"tickets.csv": 4, "agents.csv": 2}
    lake = {"lake/raw": 3, "lake/agents_data/agents_master.csv": 2}
    assert rows(ingest["outputs"], root) == lake | {"lake/rejects": 1}
    backfill = find(events, "COMPLETE", "mine.02_backfill")
    raw = {"desk.duckdb/tickets_raw": 3, "desk.duckdb/agents_raw": 2, "desk.duckdb/events_raw": 0}
    assert (rows(backfill["inputs"], root), rows(backfill["outputs"], root)) == (lake, raw)
    transform = find(events, "COMPLETE", "mine.03_transform")
    assert rows(transform["inputs"], root) == raw
    tables = rows(transform["outputs"], root)
    assert {
        f"desk.duckdb/{name}" for name, table in catalogue().items() if table.kind == "result"
    } == set(tables)
    expected = {"fact_tickets": 3, "ticket_sla_risk": 3, "dim_agents": 2, "dim_attributes": 0}
    expected |= {"features_daily": 4, "backlog_daily": 4, "cohort_daily": 4}  # 2 to 5 January
    assert {name: tables[f"desk.duckdb/{name}"] for name in expected} == expected


@pytest.fixture(scope="module")
def with_changes(tmp_path_factory):
    """Two runs of real steps: with an export of changes, and then a delta without one."""
    root = tmp_path_factory.mktemp("logged")
    steps = {step: STEPS[step] for step in ("ingest", "backfill", "transform")}
    cell = START + "bench.ingest(export, mapping, agents, export_kind, lake, events=events)"
    with pytest.MonkeyPatch.context() as patch:
        make_project(patch, root, **steps)
        ingest = notebook(cell, parameters=EXPORT_CELL + '\nevents: str = ""')
        (root / "notebooks/01_ingest.ipynb").write_text(json.dumps(ingest))
        (root / "own.yaml").write_text(own_events.MAPPING + own_events.BLOCK)
        (root / "tickets.csv").write_text(own_events.TICKETS)
        lines = ("T1,2023-01-02 11:00:00,state,New,Waiting", "T1,2023-01-03 11:00:00,prio,-,1")
        own_events.write_log(root, *lines, "T1,x,state,New,Done")
        values = {
            "export": f"{root}/tickets.csv",
            "mapping": f"{root}/own.yaml",
            "lake": f"{root}/lake",
            "warehouse": f"duckdb:{root}/desk.duckdb",
            "max_rejected_share": "1",
            "as_of": "2023-01-05 12:00:00",
        }
        for number, (kind, log) in enumerate((("full", f"{root}/log.csv"), ("delta", ""))):
            values |= {"export_kind": kind, "events": log}
            moment = MOMENT.replace(hour=number)
            record = run(root, root / f"{number}.ndjson", moment=moment, **values)
            assert record.outcome == "done" and record.warnings == [], record.error
        yield root


@pytest.mark.parametrize("number", [0, 1], ids=["with an export of changes", "the lake keeps them"])
def test_changes_are_followed_from_their_export_to_the_tables(with_changes, number):
    root, events = with_changes, lines_of(with_changes / f"{number}.ndjson")
    ingest = find(events, "COMPLETE", "mine.01_ingest")
    exported = {"tickets.csv": 1} | ({"log.csv": 3} if number == 0 else {})
    assert rows(ingest["inputs"], root) == exported
    lake = {"lake/raw": 1, "lake/agents_data/agents_master.csv": 0, "lake/events": 2}
    rejects = {"lake/rejects": 1 - number}
    assert rows(ingest["outputs"], root) == lake | rejects
    backfill = find(events, "COMPLETE", "mine.02_backfill")
    raw = {
        f"desk.duckdb/{n}": c for n, c in (("tickets_raw", 1), ("agents_raw", 0), ("events_raw", 2))
    }
    assert (rows(backfill["inputs"], root), rows(backfill["outputs"], root)) == (lake, raw)
    transform = find(events, "COMPLETE", "mine.03_transform")
    assert rows(transform["inputs"], root) == raw
    assert rows(transform["outputs"], root)["desk.duckdb/ticket_history"] > 0
    (changes,) = (one for one in backfill["inputs"] if one["name"].endswith("/events"))
    fields = [field["name"] for field in changes["facets"]["schema"]["fields"]]
    assert fields[:4] == ["ticket_id", "at", "seq", "field"] and "_ingestion_ts" not in fields
    assert [problem for event in events for problem in problems(event)] == []


def test_a_log_that_is_named_is_a_dataset_before_it_is_read(with_changes):
    root, events = with_changes, lines_of(with_changes / "0.ndjson")
    starts = [find(events, "START", f"mine.{step}") for step in ("01_ingest", "02_backfill")]
    assert [one["name"] for one in starts[0]["inputs"]] == [
        f"{root}/tickets.csv",
        f"{root}/log.csv",
    ]
    for datasets in (starts[0]["outputs"], starts[1]["inputs"]):
        assert f"{root}/lake/events" in [one["name"] for one in datasets]


def test_estimates_are_written_by_one_step_and_read_by_the_next(whole):
    """Three tickets are too few: each of five checks says so, and nothing is estimated."""
    root, _, server, _ = whole
    foresight = find(server.events, "COMPLETE", "mine.04_foresight")
    read = {"dim_calendar": 0, "fact_tickets": 3, "backlog_daily": 4}
    assert rows(foresight["inputs"], root) == {f"desk.duckdb/{n}": c for n, c in read.items()}
    written = rows(foresight["outputs"], root)
    none = ("ticket_breach_risk", "risk_backtest", "risk_calibration", "backlog_forecast")
    assert written == {
        **{f"desk.duckdb/{name}": 0 for name in (*none, "forecast_backtest")},
        "desk.duckdb/foresight_checks": 5,
    }
    shown = rows(find(server.events, "COMPLETE", "mine.05_trends")["inputs"], root)
    assert shown.items() > written.items() and shown["desk.duckdb/segment_daily"] > 0


def test_without_estimates_the_charts_read_published_tables_alone(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path)
    parameters = read_parameters("params/mine.yaml")
    read, written = datasets_of("05_trends", parameters, {"fact_tickets": 3})
    kinds = {catalogue()[one.name.rpartition("/")[2]].kind for one in read}
    assert kinds == {"result"} and written == []


def test_tables_have_their_columns_in_words_and_the_name_that_dbt_gives_them(whole):
    root, _, server, _ = whole
    outputs = find(server.events, "START", "mine.03_transform")["outputs"]
    (agents,) = (one for one in outputs if one["name"].endswith("/dim_agents"))
    facets = agents["facets"]
    assert [(field["name"], field["type"]) for field in facets["schema"]["fields"]] == [
        ("agent_id", "VARCHAR"), ("name", "VARCHAR"), ("team", "VARCHAR"), ("active_from", "DATE"),
        ("active_to", "DATE"), ("daily_capacity", "DOUBLE"),
    ]  # fmt: skip
    assert (
        facets["schema"]["fields"][0]["description"]
        == "The agent's identifier, as tickets carry it."
    )
    assert (
        facets["documentation"]["description"]
        == "The agents, one row each, as the agents file has them."
    )
    (same,) = facets["symlinks"]["identifiers"]
    assert (same["namespace"], same["name"]) == (
        f"duckdb://{root}/desk.duckdb",
        "desk.main.dim_agents",
    )


def test_the_checks_are_assertions_on_the_tables_that_they_read(whole):
    _, _, server, _ = whole
    inputs = find(server.events, "COMPLETE", "mine.03_transform.checks")["inputs"]
    found = {}
    for dataset in inputs:
        facets = dataset["inputFacets"]
        assert facets["dataQualityMetrics"]["rowCount"] == facets["inputStatistics"]["rowCount"]
        assertions = facets["dataQualityAssertions"]["assertions"]
        assert all(each["success"] for each in assertions)
        found[dataset["name"].rpartition("/")[2]] = [each["name"] for each in assertions]
    assert {name for each in found.values() for name in each} == {check.says for check in CHECKS}
    assert found["daily_agent_load"] == [
        "the agents' stocks add up to the backlog",
        "what leaves a segment or an agent comes to another one",
    ]
    assert "the agents' stocks add up to the backlog" in found["backlog_daily"]


def test_the_nominal_time_is_as_of(whole):
    _, _, server, _ = whole
    times = {event["run"]["facets"]["nominalTime"]["nominalStartTime"] for event in server.events}
    assert times == {"2023-01-05T11:00:00+00:00"}  # noon in Berlin


def test_the_key_is_in_the_header_and_nowhere_else(whole):
    root, record, server, said = whole
    assert set(server.paths) == {"/api/v1/lineage"}
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    texts = ["\n".join(said), json.dumps(server.events)]
    texts += [path.read_text(errors="replace") for path in root.rglob("*") if path.is_file()]
    assert len(texts) > 10 and not any(KEY in text for text in texts)
    assert record.warnings == []


def test_latest_is_known_once_the_tables_are_published(whole, tmp_path):
    _, record, _, _ = whole
    events = tmp_path / "events.ndjson"
    changes = {"lineage": str(events), "as_of": "latest"}
    parameters = read_parameters("params/mine.yaml", record.parameters | changes)
    again = pipeline.run(parameters, ["03_transform"], lambda: MOMENT.replace(hour=5), [].append)
    assert again.outcome == "done"
    times = [event["run"]["facets"].get("nominalTime") for event in lines_of(events)]
    assert times[:2] == [None, None]  # the run and the step start
    # the last event of the export
    assert {time["nominalStartTime"] for time in times[2:]} == {"2023-01-04T09:00:00+00:00"}


def test_a_file_has_one_line_per_event_of_every_run(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    events = tmp_path / "logs" / "lineage.ndjson"
    run(tmp_path, events)
    first = events.read_bytes()
    run(tmp_path, "logs/lineage.ndjson", moment=MOMENT.replace(hour=4))
    assert events.read_bytes().startswith(first)
    assert names(lines_of(events)) == 2 * [
        ("START", "mine"), ("START", "mine.01_ingest"), ("COMPLETE", "mine.01_ingest"), ("COMPLETE", "mine"),
    ]  # fmt: skip
    assert len({event["run"]["runId"] for event in lines_of(events)}) == 4
    assert events.stat().st_mode & 0o077 == 0  # file_mode is private
    assert [problem for event in lines_of(events) for problem in problems(event)] == []


@pytest.mark.parametrize(
    ("there", "kept"),
    [
        pytest.param('{"a": 1}\n{"b": 2}\n', '{"a": 1}\n{"b": 2}\n', id="whole lines"),
        pytest.param('{"a": 1}\n{"eventTi', '{"a": 1}\n', id="a part of a line"),
        pytest.param('{"eventTi', "", id="a part of the first line"),
        pytest.param('{"a": 1}\n{"b": 2}', '{"a": 1}\n{"b": 2}\n', id="all but the line's end"),
        pytest.param("", "", id="empty"),
    ],
)
def test_what_a_crash_leaves_of_a_line_goes(tmp_path, there, kept):
    path = tmp_path / "events.ndjson"
    path.write_text(there)
    EventFile(path).deliver('{"c": 3}')
    assert path.read_text() == kept + '{"c": 3}\n'


def test_a_disk_without_room_leaves_whole_lines(tmp_path):
    path = tmp_path / "events.ndjson"
    program = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from opsdesk.runner.lineage.event_file import EventFile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "target = EventFile(Path(sys.argv[1]))\ntarget.deliver('\"' + 60 * 'a' + '\"')\n"
        "target.deliver('\"' + 60 * 'b' + '\"')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True
    )
    assert "DeliveryError: there is no room for a whole line" in ended.stderr
    assert path.read_text() == '"' + 60 * "a" + '"\n'


def test_two_writers_leave_whole_lines(tmp_path):
    path = tmp_path / "events.ndjson"
    line = json.dumps({"text": "x" * 20_000})
    writers = [
        Thread(target=lambda: [EventFile(path).deliver(line) for _ in range(20)]) for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text().splitlines() == 60 * [line]


@pytest.mark.parametrize(
    ("cell", "ended"),
    [
        pytest.param("raise ValueError('password=hunter2')", "FAIL", id="a cell fails"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "FAIL", id="a kernel dies"
        ),
    ],
)
def test_a_step_that_fails_says_why_without_secrets(monkeypatch, tmp_path, cell, ended):
    make_project(monkeypatch, tmp_path, ingest=[cell], backfill=["1"])
    events = tmp_path / "events.ndjson"
    record = run(tmp_path, events)
    found = lines_of(events)
    assert names(found) == [
        ("START", "mine"), ("START", "mine.01_ingest"), (ended, "mine.01_ingest"), ("FAIL", "mine"),
    ]  # fmt: skip
    for event in found[2:]:
        error = event["run"]["facets"]["errorMessage"]
        assert (error["message"], error["programmingLanguage"]) == (
            redacted(record.error),
            "python",
        )
        assert problems(event) == []
    assert "hunter2" not in events.read_text() and record.error.startswith("01_ingest")
    assert found[2]["outputs"]  # what it would have written


def test_a_check_that_fails_is_an_assertion_that_failed(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, transform=[VIOLATED])
    events = tmp_path / "events.ndjson"
    assert run(tmp_path, events).exit_code == 1
    found = lines_of(events)
    assert names(found)[2:5] == [
        ("FAIL", "mine.03_transform"), ("START", "mine.03_transform.checks"), ("FAIL", "mine.03_transform.checks"),
    ]  # fmt: skip
    (table,) = found[4]["inputs"]
    (assertion,) = table["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert table["name"].endswith("/backlog_daily") and assertion["success"] is False
    assert assertion["name"] == "backlog = opening + inflow - outflow"
    assert [problem for event in found for problem in problems(event)] == []


def test_a_run_that_is_held_back_fails_after_an_ingest_that_completed(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=STEPS["ingest"], backfill=["1"])
    (tmp_path / "tickets.csv").write_text(EXPORT)
    events = tmp_path / "events.ndjson"
    record = run(tmp_path, events, export=f"{tmp_path}/tickets.csv", lake=f"{tmp_path}/lake")
    assert record.exit_code == 4
    found = lines_of(events)
    assert names(found)[2:] == [("COMPLETE", "mine.01_ingest"), ("FAIL", "mine")]
    assert found[-1]["run"]["facets"]["errorMessage"]["message"] == record.error


def test_an_endpoint_that_refuses_costs_a_warning(opsdesk, monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    monkeypatch.setenv("OPENLINEAGE_API_KEY", KEY)
    with lineage_server(answers=[500]) as server:
        started = monotonic()
        code, out, err = opsdesk("run", "params/mine.yaml", "-p", f"lineage={server.url}")
    assert monotonic() - started < 20
    assert (code, err) == (0, "")
    warning = f"4 of 4 lineage events did not reach {server.url}: it answered 500. The run itself is not affected."
    assert f"  WARNING: {warning}\n" in out
    (record,) = past_runs(tmp_path / "outputs/mine")
    assert (record.outcome, record.warnings) == ("done", [warning])
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param([500], "it answered 500", id="an error of the server"),
        pytest.param([401], "it answered 401", id="a wrong key"),
        pytest.param([307], "it answered 307", id="another address, which is not followed"),
        pytest.param([], "no connection", id="no server"),
    ],
)
def test_what_is_said_of_an_endpoint(answers, says):
    with (
        lineage_server(answers=answers or [500]) as server,
        pytest.raises(DeliveryError) as refused,
    ):
        Endpoint(server.url if answers else "http://127.0.0.1:9").deliver("{}")
    assert str(refused.value) == says
    assert server.paths == {500: 2, 401: 1, 307: 1, None: 0}[next(iter(answers), None)] * [
        "/api/v1/lineage"
    ]


def test_a_server_that_is_busy_for_a_moment_is_asked_again():
    with lineage_server(answers=[503, 201]) as server:
        Endpoint(server.url).deliver('{"a": 1}')
    assert server.events == [{"a": 1}] and len(server.paths) == 2


@pytest.mark.parametrize("behaviour", ["silent", "drip"])
def test_a_server_that_never_ends_costs_bounded_seconds(behaviour):
    with lineage_server(behaviour=behaviour) as server:
        delivery = Delivery(Endpoint(server.url))
        for number in range(10):
            delivery.send({"number": number})
        started = monotonic()
        warning = delivery.close(patience=1.0)
        assert monotonic() - started < 2
    assert warning.startswith(
        f"10 of 10 lineage events did not reach {server.url}: no answer within 1 s"
    )


def test_a_server_that_is_silent_is_given_up_after_its_timeout(monkeypatch):
    monkeypatch.setattr("opsdesk.runner.lineage.endpoint.TIMEOUT", (0.2, 0.2))
    with (
        lineage_server(behaviour="silent") as server,
        pytest.raises(DeliveryError, match="it did not answer in time"),
    ):
        Endpoint(server.url).deliver("{}")
    assert len(server.paths) == 2


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        pytest.param("", None, id="no key"),
        pytest.param("abc\n", "Bearer abc", id="a line's end after it"),
    ],
)
def test_the_header_of_a_key(monkeypatch, tmp_path, key, sent):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password other\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with lineage_server() as server:
        Endpoint(server.url, key).deliver("{}")
    assert server.headers[0].get("Authorization") == sent


def test_a_key_that_no_header_takes_is_not_repeated():
    with pytest.raises(DeliveryError) as refused:
        Endpoint("http://127.0.0.1:9", "abc\ndéf").deliver("{}")
    assert str(refused.value) == "OPENLINEAGE_API_KEY has characters that no header takes"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        pytest.param("", "/api/v1/lineage", id="none"),
        pytest.param("/", "/api/v1/lineage", id="a slash"),
        pytest.param("/api/v1/namespaces/events", "/api/v1/namespaces/events", id="one of its own"),
    ],
)
def test_the_path_of_an_address(address, path):
    with lineage_server() as server:
        Endpoint(server.url + address).deliver("{}")
    assert server.paths == [path]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        pytest.param("http://me@host/", "looks like a secret", id="a user"),
        pytest.param("http://me:pass@host/", "looks like a secret", id="a password"),
        pytest.param("https://host/api/v1/lineage?k=hunter2", "looks like a secret", id="a query"),
        pytest.param("https://host/#hunter2", "looks like a secret", id="a fragment"),
        pytest.param("https:///api", "is not an address", id="no host"),
        pytest.param("http://host:99999", "is not an address", id="no such port"),
        pytest.param("http://[::1", "is not an address", id="half a bracket"),
        pytest.param("kafka://host", "must be an http", id="another scheme"),
        pytest.param("gs://bucket-1/lineage.ndjson", "must be an http", id="a bucket"),
        pytest.param("README.md", "must be an http", id="a file that is something else"),
        pytest.param("a.ndjson", "is not a file", id="a folder"),
    ],
)
def test_targets_that_are_refused_before_anything_runs(monkeypatch, tmp_path, target, says):
    make_project(monkeypatch, tmp_path)
    (tmp_path / "a.ndjson").mkdir()
    with pytest.raises(OpsdeskError, match=says) as refused:
        read_parameters("params/mine.yaml", {"lineage": target})
    assert "hunter2" not in str(refused.value) and "me@" not in str(refused.value)


def test_a_killed_run_is_ended_by_the_next_one_once(monkeypatch, tmp_path):
    started = tmp_path / "started"
    wait = f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(60)"
    make_project(monkeypatch, tmp_path, ingest=["1"], backfill=[wait])
    events = tmp_path / "events.ndjson"
    code = (
        "import pathlib, sys; from opsdesk import project; project.ROOT = pathlib.Path(sys.argv.pop(1)); "
        "from opsdesk.cli import main; main()"
    )
    command = [
        sys.executable,
        "-c",
        code,
        str(tmp_path),
        "run",
        "params/mine.yaml",
        "-p",
        f"lineage={events}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = monotonic() + 30
    while not started.exists():
        assert monotonic() < end and process.poll() is None
        sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    killed = lines_of(events)
    assert names(killed)[-1] == ("START", "mine.02_backfill")
    make_project(monkeypatch, tmp_path, ingest=["1"], backfill=["2"])
    assert run(tmp_path, events).outcome == "done"
    after = lines_of(events)[len(killed) :]
    assert names(after)[:3] == [("ABORT", "mine.02_backfill"), ("ABORT", "mine"), ("START", "mine")]
    assert after[0]["run"]["runId"] == killed[-1]["run"]["runId"]
    assert after[1]["run"]["runId"] == killed[0]["run"]["runId"] != after[2]["run"]["runId"]
    assert [problem for event in after for problem in problems(event)] == []
    run(tmp_path, events, moment=MOMENT.replace(hour=4))
    assert [name for name in names(lines_of(events)) if name[0] == "ABORT"] == names(after)[:2]


def test_a_killed_run_stays_open_until_its_end_was_delivered(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    with lineage_server() as server:
        parameters = read_parameters("params/mine.yaml", {"lineage": server.url})
        killed = pipeline._new_record(parameters, parameters.steps, MOMENT.replace(hour=1))
        killed.folder.mkdir(parents=True)
        killed.save()
        server.answers = [500]
        assert run(tmp_path, server.url).warnings
        assert server.events == []
        server.answers = [201]
        run(tmp_path, server.url, moment=MOMENT.replace(hour=4))
        assert names(server.events)[:2] == [("ABORT", "mine"), ("START", "mine")]


def test_a_run_that_is_killed_at_its_report_was_in_no_step(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    seen = []
    look = lambda record, *_: seen.append(json.loads((record.folder / "run.json").read_text()))  # noqa: E731
    monkeypatch.setattr("opsdesk.runner.sequence._finish", look)
    run(tmp_path, "")
    assert [step["status"] for step in seen[0]["steps"]] == ["done"]


def test_nothing_in_an_event_has_a_secret_and_no_error_is_endless(tmp_path):
    job = Job("opsdesk", "mine", "outputs/mine/runs/1", WHOLE_RUN)
    inputs = [{"namespace": "file", "name": "/tickets?password=hunter2", "facets": {}}]
    delivery = Delivery(EventFile(tmp_path / "events.ndjson"))
    delivery.send(make_event("FAIL", job, MOMENT.isoformat(), error="x" * 9000, inputs=inputs))
    assert delivery.close() == ""
    (event,) = lines_of(tmp_path / "events.ndjson")
    assert event["inputs"][0]["name"] == "/tickets?password=***"
    assert len(event["run"]["facets"]["errorMessage"]["message"]) < 2000


def test_an_interrupted_step_is_aborted(monkeypatch, tmp_path):
    stop = f"import os, signal, time\nos.kill({os.getpid()}, signal.SIGINT)\ntime.sleep(30)"
    make_project(monkeypatch, tmp_path, ingest=[stop])
    events = tmp_path / "events.ndjson"
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, events)
    assert names(lines_of(events))[-2:] == [("ABORT", "mine.01_ingest"), ("ABORT", "mine")]


def test_without_the_parameter_nothing_is_sent(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path, ingest=["1"])
    record = run(tmp_path, "")
    assert (record.outcome, record.warnings) == ("done", [])
    assert not list(tmp_path.rglob("*.ndjson"))


def test_names_in_google_cloud_follow_the_conventions(monkeypatch, tmp_path):
    make_project(monkeypatch, tmp_path)
    values = {
        "export": "gs://tickets-1/exports/2023/*.csv.gz | gs://tickets-1/late.csv",
        "lake": "gs://ops-lake/support/",
        "warehouse": "bigquery:my-project-1.ops",
    }
    parameters = read_parameters("params/mine.yaml", values)
    read, written = datasets_of("01_ingest", parameters, {"export": 7})
    assert [(one.namespace, one.name, one.rows) for one in read] == [
        ("gs://tickets-1", "exports/2023", None), ("gs://tickets-1", "late.csv", None),
    ]  # fmt: skip
    assert [(one.namespace, one.name) for one in written] == [
        ("gs://ops-lake", "support/raw"),
        ("gs://ops-lake", "support/agents_data/agents_master.csv"),
        ("gs://ops-lake", "support/rejects"),
    ]
    _, tables = datasets_of("03_transform", parameters, {"fact_tickets": 3})
    (facts,) = (one for one in tables if one.name.endswith("fact_tickets"))
    assert (facts.namespace, facts.name, facts.rows) == (
        "bigquery",
        "my-project-1.ops.fact_tickets",
        3,
    )
    kinds = {
        field["name"]: field["type"] for field in facts.as_output()["facets"]["schema"]["fields"]
    }
    assert (kinds["created_at"], kinds["hours_open"]) == ("TIMESTAMP", "FLOAT64")
    assert "symlinks" not in facts.as_output()["facets"]


ROOMS = project.ROOT / "lib/opsdesk"
QUERIES = [
    path for room in ("trends", "foresight") for path in sorted(ROOMS.glob(f"{room}/queries/*.sql"))
]
CONTINUE = ("breach_bins", "ticket_breach_risk")  # they are no queries without breach_odds
QUERIES = [path for path in QUERIES if path.stem not in (*CONTINUE, "breach_odds")]
CONTINUED = {name: read_odds_question(name) for name in CONTINUE}
SQL = [*(pytest.param(check.counterexamples, id=check.says) for check in CHECKS),
       *(pytest.param(path.read_text(), id=path.stem) for path in QUERIES),
       *(pytest.param(sql, id=name) for name, sql in CONTINUED.items())]  # fmt: skip


@pytest.mark.parametrize("sql", SQL)
def test_the_tables_that_a_query_reads_are_those_of_the_parsed_tree(sql):
    assert tables_read(sql) == list(references(sql))
