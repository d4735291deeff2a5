"""Faults and kills on the way to BigQuery: a run ends right or fails in a sentence, and the next one ends right; none lost, none doubled.

The requests go through a proxy that breaks them. The emulator's transactions are DuckDB's, so what is shown of them is that the
script sent is one transaction and is not sent twice with effect; that BigQuery keeps its own transactions is Google's word.
"""

import subprocess
import sys

import pytest
from test_kill import KILL

from bigquery_runs import NEW, OLD, assert_same, keep_small, outcome, run, write_lake
from emulated import Cloud as Corner
from faulty_proxy import FAULTS, faulty_proxy
from opsdesk import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from steps import backfill, open_warehouse

pytestmark = pytest.mark.xdist_group("bigquery")


@pytest.fixture
def small(monkeypatch):
    keep_small(monkeypatch)


@pytest.fixture(scope="module")
def expected(emulators, tmp_path_factory):
    """The tables of uninterrupted runs: of the old export, and of the new one."""
    corner = Corner(emulators, "none", "expected")
    reach, tables = GoogleConnection(endpoints=corner.endpoints()), []
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        keep_small(patch)
        for lines in (OLD, NEW):
            run(write_lake(folder, lines), corner.warehouse, reach)
            tables.append(outcome(corner.warehouse, reach))
    return tables


def assert_whole(warehouse, reach, tables):
    """Every row once: the tables are those of an uninterrupted run, and each ledger row is there once."""
    assert_same(outcome(warehouse, reach, tuple(tables)), tables)
    target = open_warehouse(warehouse, reach)
    assert target.table("tickets_raw")["ticket_id"].is_unique
    assert target.loads()["part"].is_unique and target.runs()["run_id"].is_unique


@pytest.mark.parametrize("seed", [1, 2])
def test_by_chance(tmp_path, cloud, small, expected, seed):
    lake = write_lake(tmp_path, OLD)
    reach = GoogleConnection(endpoints=cloud.endpoints())
    with faulty_proxy(cloud.emulators.bigquery_url, probability=0.2, seed=seed, hang=0.05) as proxy:
        broken = GoogleConnection(endpoints=cloud.endpoints(bigquery_url=proxy.url))
        for attempt, lines in enumerate((OLD, NEW)):
            write_lake(tmp_path, lines)
            moment = f"2024-01-0{1 + attempt}T00:00:00+00:00"
            try:
                run(lake, cloud.warehouse, broken, moment)
            except OpsdeskError as error:
                assert "Traceback" not in str(error)
                run(lake, cloud.warehouse, reach, f"2024-02-0{1 + attempt}T00:00:00+00:00")
            assert_whole(cloud.warehouse, reach, expected[attempt])
        met = [request for request in proxy.requests if request.fault]
    assert len(met) > 5


@pytest.fixture(scope="module")
def place(emulators, tmp_path_factory):
    """One dataset and one lake whose export goes back and forth between the old and the new; what is loaded is the old."""
    corner = Corner(emulators, "none", "kills")
    folder, reach = tmp_path_factory.mktemp("kills"), GoogleConnection(endpoints=corner.endpoints())
    with pytest.MonkeyPatch.context() as patch:
        keep_small(patch)
        run(write_lake(folder, OLD), corner.warehouse, reach)
    return {
        "corner": corner,
        "folder": folder,
        "reach": reach,
        "is_new": False,
        "runs": 1,
        "published": 0,
    }


def turn(place):
    """Writes the other export into the lake; returns its number and the moment of the next run."""
    place["is_new"] = not place["is_new"]
    place["runs"] += 1
    write_lake(place["folder"], NEW if place["is_new"] else OLD)
    return int(place["is_new"]), f"2024-03-01T00:00:{place['runs']:02d}+00:00"


AT_THE_COMMIT = [("month", fault) for fault in FAULTS] + [
    ("publication", fault) for fault in ("503", "truncated", "answer lost")
]


@pytest.mark.parametrize(("when", "fault"), AT_THE_COMMIT)
def test_at_the_commit(place, small, expected, when, fault):
    """The request that carries the transaction meets the fault once; where only its answer is lost, it must not count twice."""
    number, moment = turn(place)
    corner, reach, lake = place["corner"], place["reach"], str(place["folder"] / "lake")
    word = "TRUNCATE" if when == "publication" else "DELETE FROM"
    with faulty_proxy(corner.emulators.bigquery_url, hang=0.05) as proxy:
        proxy.plan(fault, lambda request: word in script_of(request.body))
        broken = GoogleConnection(endpoints=corner.endpoints(bigquery_url=proxy.url))
        if when == "month":
            backfill(lake, corner.warehouse, "", "", moment, broken)
        else:
            run(lake, corner.warehouse, broken, moment)
        sent = [
            request for request in proxy.asked("POST", "/jobs$") if word in script_of(request.body)
        ]
    assert sent[0].fault == fault and len(sent) > 1
    assert (
        sent[0].body["jobReference"] == sent[1].body["jobReference"]
    )  # the same job, so BigQuery runs it once
    tables = expected[number]
    assert_whole(
        corner.warehouse,
        reach,
        {"tickets_raw": tables["tickets_raw"]} if when == "month" else tables,
    )
    run(
        lake, corner.warehouse, reach, moment.replace("03-01", "04-01")
    )  # whatever test comes next finds something new
    place["published"] = number


def script_of(body) -> str:
    """The SQL of a job that commits something, "" of any other request."""
    query = (
        body.get("configuration", {}).get("query", {}).get("query", "")
        if isinstance(body, dict)
        else ""
    )
    return query if "COMMIT TRANSACTION" in query else ""


STEPS = """
import sys
import pytest
from bigquery_runs import keep_small, run
from opsdesk.google.connection import GoogleConnection
keep_small(pytest.MonkeyPatch())
run(sys.argv[1], sys.argv[2], GoogleConnection(endpoints=sys.argv[3]), sys.argv[4])
"""
LOADER = ("opsdesk.warehouse.bigquery.loader", "BigQueryLoader")
LOADING = ("opsdesk.warehouse.bigquery.loader", None)
WAREHOUSE = ("opsdesk.warehouse.bigquery.warehouse", None)
POINTS = [
    pytest.param(
        ("opsdesk.warehouse.bigquery.jobs", "Jobs", "wait", 1, "before"),
        id="a load job begun, its end not waited for",
    ),
    pytest.param(
        (*LOADING, "load", 2, "after"), id="after a load job, before its month is committed"
    ),
    pytest.param(
        (*LOADER, "_commit", 1, "after"), id="a month committed, its staging table still there"
    ),
    pytest.param((*LOADER, "replace", 1, "after"), id="between two months"),
    pytest.param(
        (*WAREHOUSE, "build_tables", 1, "before"), id="publishing, before the first table"
    ),
    pytest.param(
        (*WAREHOUSE, "build_tables", 1, "after"), id="publishing, tables built and not checked"
    ),
    pytest.param((*WAREHOUSE, "commit_tables", 1, "before"), id="publishing, before the commit"),
    pytest.param((*WAREHOUSE, "commit_tables", 1, "after"), id="publishing, after the commit"),
]


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again(place, small, expected, point):
    number, moment = turn(place)
    lake, corner, reach = str(place["folder"] / "lake"), place["corner"], place["reach"]
    code = KILL.format(point=point) + STEPS
    arguments = [lake, corner.warehouse, corner.endpoints(), moment]
    path = {"PYTHONPATH": ":".join(sys.path)}
    killed = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False, env=path
    )
    assert killed.returncode == -9, killed.stderr.decode()
    published = open_warehouse(corner.warehouse, reach).table("fact_tickets")
    seen = number if point[1:] == (None, "commit_tables", 1, "after") else place["published"]
    assert_same(
        {"fact_tickets": published.sort_values("ticket_id", ignore_index=True)},
        {"fact_tickets": expected[seen]["fact_tickets"]},
    )
    run(lake, corner.warehouse, reach, moment.replace("03-01", "04-01"))
    place["published"] = number
    assert_whole(corner.warehouse, reach, expected[number])
