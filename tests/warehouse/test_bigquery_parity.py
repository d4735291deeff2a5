"""Boston tickets through both emulators and through DuckDB: the same rows in every table, the same frames behind the charts.

Every twentieth ticket, of all months: the emulator hands out 58,251 rows in half a minute a table. All of them were compared once.
"""

import csv
import gzip
import importlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd
import pytest

from bigquery_runs import assert_same, outcome
from emulated import Cloud as Corner
from opsdesk import open as open_session
from opsdesk import project
from opsdesk.catalogue.tables import catalogue, read_sql, results
from opsdesk.config.parameters import read_parameters
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.open import open_lake
from opsdesk.runner.plan import plan_run
from opsdesk.runner.plan_lines import plan_lines
from opsdesk.trends import by_segment, coverage, selected_series, series, signals, snapshot, updates
from opsdesk.trends.arrivals import read_arrivals
from opsdesk.trends.concentration import read_concentration
from opsdesk.trends.coverage_table import describe_coverage
from opsdesk.trends.day_names import DayNames
from opsdesk.trends.debt import read_debt
from opsdesk.trends.histories import read_log_issues
from opsdesk.trends.periods import last_periods, read_periods
from opsdesk.trends.questions import ask
from opsdesk.warehouse.bigquery.publisher import used_parameters
from opsdesk.warehouse.bigquery.statements import rows_of_places, under_names
from opsdesk.warehouse.billing import LEAST_BILLED
from steps import backfill, ingest, open_warehouse, transform

pytestmark = pytest.mark.xdist_group("bigquery")
RUN_AT = "2024-01-01T00:00:00+00:00"
EXPORT, ZONE, AS_OF = (
    "lib/opsdesk/data/boston311_2011.csv.gz",
    "America/New_York",
    "2011-12-31 23:59:59",
)
NAMES = DayNames()
# Deadlines of the export, and promises on the SLA clock where it has none, in hours and in days; the staff's own
# requests round the clock; a log of changes of some tickets, and of one that is in no export.
MORE = """
attributes: {place: neighborhood, kind: department}
sla_hours_by_priority: {Constituent Call: 30.5, Employee Generated: 30.5}
sla_days_by_priority: {Self Service: 3}
paused_statuses: [Waiting]
events:
  columns: {ticket_id: id, at: when, field: what, old: was, new: is}
  fields: {status: status, owner: agent_id, source: priority}
  timestamps: ["%Y-%m-%d %H:%M:%S"]
"""
LOG = """id,when,what,was,is
never seen,2011-07-31 23:59:59,status,Open,Closed
never seen,2011-07-31 23:59:59,status,Closed,Open
never seen,2011-08-01 00:00:00,owner,,"a ""b"", c"
"""
CHANGES = (
    (1, "status,Open,Waiting"),
    (5, "status,Waiting,Open"),
    (6, "owner,,A1"),
    (30, "status,Open,Closed"),
    (30, "status,Closed,Open"),
    (50, "source,Constituent Call,Self Service"),
)
DESK = """
weekly: {mon: ["08:30-12:00", "13:00-18:30"], wed: ["00:00-24:00"], fri: ["22:00-02:00"], sun: ["01:15-03:45"]}
holidays: {country: US, subdivision: MA}
per_priority: {Employee Generated: ""}
"""
TABLES = ("tickets_raw", "events_raw", "agents_raw", *(table.name for table in results()))


def every_twentieth(path):
    lines = gzip.decompress((project.ROOT / EXPORT).read_bytes()).decode().splitlines(keepends=True)
    # a name of a place with everything in it that has to be an escape
    rows = (line.replace("Greater Mattapan", '"a ""b"" \\u0022 ü"') for line in lines[1::20])
    path.write_text("".join([lines[0], *rows]))


def changes(export):
    """Lines of a log: what happened to every seventh ticket, some hours after it was opened.

    None of the last days, on which a ticket would be closed twice.
    """
    with export.open(newline="", encoding="utf-8") as file:
        for row in list(csv.DictReader(file))[::7]:
            opened = datetime.fromisoformat(row["open_dt"])
            if opened > datetime(2011, 12, 25):
                continue
            for hours, change in CHANGES:
                yield f"{row['case_enquiry_id']},{opened + timedelta(hours=hours)},{change}\n"


def run(lake, warehouse, cloud, folder):
    every_twentieth(folder / "boston.csv")
    agents = folder / "agents.csv"
    agents.write_text(
        "agent_id,name,team,active_from,active_to,daily_capacity\nA1,Ann,Core,2011-01-01,,7.5\nA2,,,,2011-12-31,\n"
    )
    mapping = folder / "boston.yaml"
    known = (project.ROOT / "params/mappings/boston311.yaml").read_text()
    mapping.write_text(
        known.replace("  channel: source\n", "  channel: source\n  priority: source\n") + MORE
    )
    calendar = folder / "desk.yaml"
    calendar.write_text(DESK)
    log = folder / "log.csv"
    log.write_text(LOG + "".join(changes(folder / "boston.csv")))
    export = str(folder / "boston.csv")
    ingest(export, str(mapping), str(agents), "full", lake, RUN_AT, cloud, str(log))
    backfill(lake, warehouse, "", "", RUN_AT, cloud)
    transform(warehouse, AS_OF, ZONE, RUN_AT, cloud, calendar=str(calendar))


@pytest.fixture(scope="module")
def both(emulators, tmp_path_factory):
    """The same run twice: a folder with DuckDB, and a bucket with BigQuery."""
    folder = tmp_path_factory.mktemp("boston")
    emulators.make_bucket("boston-lake")
    corner = Corner(emulators, "boston-lake", "boston")
    cloud, local = GoogleConnection(endpoints=corner.endpoints()), f"duckdb:{folder}/w.duckdb"
    run(f"{corner.lake}/lake", corner.warehouse, cloud, folder)
    run(str(folder / "lake"), local, GoogleConnection(), folder)
    return (local, GoogleConnection()), (corner.warehouse, cloud), corner


def test_every_table_has_the_same_rows(both):
    local, distant, _ = both
    expected = outcome(*local, TABLES)
    assert_same(outcome(*distant, TABLES), expected)
    facts = expected["fact_tickets"]
    assert len(facts) == 2_913 and len(expected["dim_agents"]) == 2
    clocks = facts.groupby(facts["sla_calendar"].fillna("round the clock"))["due_at"].count()
    assert set(clocks.index) == {"desk", "round the clock"} and clocks.min() > 100
    assert all(len(rows) for rows in expected.values())
    assert 'a "b" \\u0022 ü' in set(expected["segment_daily"]["segment"])


def test_changes_of_an_unknown_ticket_are_counted(both):
    local, distant, corner = both
    folder = local[0].removeprefix("duckdb:").removesuffix("/w.duckdb")
    for lake in (open_lake(f"{folder}/lake"), open_lake(f"{corner.lake}/lake", distant[1])):
        assert lake.record()["events"]["unknown"] == [3, "never seen"]


def test_log_and_export_disagree_on_the_same_tickets(both):
    here, there = (read_log_issues(open_warehouse(*where)) for where in both[:2])
    assert here["tickets"].sum() > 100
    pd.testing.assert_frame_equal(there, here, check_dtype=False)


def worst_of(warehouse):
    days = {"first_day": date(2011, 12, 25), "last_day": date(2011, 12, 31)}
    return [ask(warehouse, "worst", dimension=by, **days) for by in ("category", "priority")]


def selected(warehouse):
    """Days and weeks of the tickets of one place and two categories."""
    filters = {"place": 'a "b" \\u0022 ü', "category": ["Street Lights", "Sanitation"]}
    as_of = warehouse.runs().iloc[-1]["as_of"]
    found = selected_series.read_series(warehouse, as_of, filters)
    assert found.days["inflow"].sum() > 10
    return found.days, found.weeks


def test_the_ledger_has_the_rows_of_every_table(both):
    """Also of ticket_sla_risk, which is not counted: it has one row per ticket."""
    target = open_warehouse(*both[1])
    rows = json.loads(target.runs()["rows"].iloc[-1])
    assert rows == {table.name: len(target.table(table.name)) for table in results()}


def test_the_benchmark_computes_the_bytes_that_the_emulator_counts(both, monkeypatch):
    """It counts each column that is named anywhere in a text, so only some texts can be compared."""
    monkeypatch.syspath_prepend(str(project.ROOT / "benchmarks"))
    sizes, target = importlib.import_module("bigquery_sizes"), open_warehouse(*both[1])
    asked = {name: (f"SELECT * FROM {name}", sizes.everything(name)) for name in TABLES}
    for name in ("cohort_daily",):  # whose names are all of columns that it reads
        sql = read_sql(catalogue()[name])
        placed = under_names(sql, rows_of_places(sizes.PLACES))
        asked[f"what makes {name}"] = sql, sizes.columns_of(placed)
    known = {"as_of": datetime(2011, 12, 31, 23, 59, 59, tzinfo=UTC), "timezone": ZONE}
    with duckdb.connect(both[0][0].removeprefix("duckdb:"), read_only=True) as con:
        here = sizes.Sizes(con)
        computed = {name: sum(here.read(columns)) for name, (_, columns) in asked.items()}
    counted = {
        name: target.jobs.start(
            sql, used_parameters(sql, known), dry_run=True
        ).total_bytes_processed
        for name, (sql, _) in asked.items()
    }
    assert counted == computed


def test_the_frames_behind_the_charts_are_the_same(both):
    frames = []
    for place in both[:2]:
        warehouse = open_warehouse(*place)
        covered = coverage.read_coverage(warehouse)
        days, weeks = series.read_days(warehouse, covered), series.read_weeks(warehouse, covered)
        frames.append(
            [
                days, weeks, describe_coverage(covered), snapshot.read_headline(warehouse, days, weeks), snapshot.read_deadlines(warehouse),
                by_segment.read_segments(warehouse, covered), snapshot.read_agents(warehouse, covered),
                updates.read_since_update(warehouse), signals.read_signals(warehouse, covered, NAMES),
                signals.read_signal_days(warehouse, covered, NAMES), *worst_of(warehouse),
                read_debt(warehouse, covered), read_concentration(warehouse, covered),
                read_arrivals(warehouse, covered), read_periods(warehouse, covered, last_periods(covered)),
                ask(warehouse, "segments_of", dimension="category"), *selected(warehouse),
            ]
        )  # fmt: skip
    for ours, theirs in zip(*frames, strict=True):
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, check_dtype=False)


@pytest.fixture
def params(both, monkeypatch, tmp_path):
    """A params file for the run in the cloud, in a project of its own."""
    corner = both[2]
    path = tmp_path / "params" / "mine.yaml"
    path.parent.mkdir()
    values = {
        "export": "boston.csv",
        "mapping": both[0][0].removeprefix("duckdb:").replace("w.duckdb", "boston.yaml"),
        "timezone": ZONE,
        "as_of": AS_OF,
        "calendar": both[0][0].removeprefix("duckdb:").replace("w.duckdb", "desk.yaml"),
        "lake": f"{corner.lake}/lake",
        "warehouse": corner.warehouse,
    }
    google = f'google:\n  endpoints: "{corner.endpoints()}"\n'
    path.write_text("".join(f'{key}: "{value}"\n' for key, value in values.items()) + google)
    return path


def test_a_session_and_a_query_ask_bigquery(both, params):
    session = open_session(params)
    backlog = session.table("backlog_daily").iloc[-1]
    assert len(session.tickets("2011-12-31")) == backlog["backlog_size"] > 300
    assert (
        len(session.tickets("2011-12-31", state="resolved", customer_tier=["(none)"]))
        == backlog["outflow"]
    )
    assert "as of 2011-12-31 23:59:59-05:00" in repr(session)
    code = "from opsdesk.cli import main; main()"
    asked = ["query", str(params), "SELECT COUNT(*) AS n FROM fact_tickets", "--format", "csv"]
    done = subprocess.run(
        [sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["n", "2913"]


def test_a_dry_run_measures_and_changes_nothing(both, params):
    """One month of the export changed: that month is loaded, the rest is kept, and all is as before."""
    place, corner = both[1], both[2]
    changed = params.with_name("changed.csv")
    every_twentieth(changed)
    rows = pd.read_csv(changed, dtype=str, keep_default_na=False)
    rows[~rows["open_dt"].str.contains("2011-08-05")].to_csv(changed, index=False)
    before = (
        outcome(*place, ("tickets_raw", "fact_tickets")),
        open_lake(f"{corner.lake}/lake", place[1]).store.checksums(""),
    )
    jobs = len(list(corner.bigquery_client().list_jobs()))
    parameters = read_parameters(params, {"export": str(changed)})
    plan = plan_run(parameters, datetime(2024, 1, 1, tzinfo=UTC))
    assert [(part.name, part.action) for part in plan.parts] == [
        ("2011-08", "load"),
        ("agents", "remove"),
        *((f"events-2011-{month:02d}", "remove") for month in range(7, 13)),
    ]
    assert plan.is_measured and plan.scanned > 20 * LEAST_BILLED
    text = "\n".join(plan_lines(parameters, plan))
    assert (
        "nothing is changed" in text
        and "at 6.25 USD per TiB" in text
        and "measured by BigQuery" in text
    )
    assert_same(outcome(*place, ("tickets_raw", "fact_tickets")), before[0])
    assert open_lake(f"{corner.lake}/lake", place[1]).store.checksums("") == before[1]
    assert len(list(corner.bigquery_client().list_jobs())) == jobs
    assert not (project.ROOT / "outputs" / "mine").exists()
