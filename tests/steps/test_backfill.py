"""The lake in the warehouse: month by month, once, whole or not at all."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import duckdb
import pytest

from exports import line, run_ingest, write_export
from opsdesk import OpsdeskError, duckdb_file
from opsdesk.catalogue.tables import catalogue
from opsdesk.lake.open import open_lake
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.duckdb.day_ledger import changed_days
from steps import backfill, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
DAYS = ("2023-01-31 23:59:59", "2023-02-01 00:00:00", "2023-02-28 12:00:00", "2023-03-05 08:00:00")
TICKETS = [line(f"T{i}", day) for i, day in enumerate(DAYS)]


@pytest.fixture
def lake(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    return tmp_path


def load(folder, first_month="", last_month="", **changes):
    values = {"lake": str(folder / "lake"), "warehouse": url(folder), "run_at": RUN_AT, **changes}
    return backfill(first_month=first_month, last_month=last_month, **values).months.values.tolist()


def url(folder) -> str:
    return f"duckdb:{folder}/w.duckdb"


def tickets(folder) -> list:
    sql = "SELECT ticket_id, category, _source_file FROM tickets_raw ORDER BY ticket_id"
    return open_warehouse(url(folder)).query(sql).values.tolist()


def test_months_are_loaded_once(lake):
    assert load(lake) == [
        ["2023-01", 1, "loaded"],
        ["2023-02", 2, "loaded"],
        ["2023-03", 1, "loaded"],
    ]
    first = tickets(lake)
    assert [row[0] for row in first] == ["T0", "T1", "T2", "T3"]
    assert first[2][2] == "raw/2023/02/2023-02-28.csv"
    assert load(lake) == [
        ["2023-01", 1, "skipped"],
        ["2023-02", 2, "skipped"],
        ["2023-03", 1, "skipped"],
    ]
    assert tickets(lake) == first


def test_types_and_the_moment_of_loading(lake):
    load(lake)
    row = (
        open_warehouse(url(lake))
        .query(
            "SELECT created_at, _ingestion_ts, priority, category FROM tickets_raw WHERE ticket_id = 'T0'"
        )
        .iloc[0]
    )
    assert str(row["created_at"]) == "2023-01-31 23:59:59+00:00"
    assert str(row["_ingestion_ts"]) == "2024-01-01 00:00:00+00:00"
    assert (row["priority"], row["category"]) == ("Low", None) or row.isna()["category"]


def test_a_warehouse_of_an_earlier_version_keeps_its_rows_and_gets_the_new_columns(lake):
    load(lake)
    transform(url(lake), "2023-03-06", "UTC", RUN_AT)
    with duckdb.connect(lake / "w.duckdb") as con:
        con.execute("SET TimeZone = 'UTC'")
        for name in ("subject", "first_response_at"):
            con.execute(f"ALTER TABLE tickets_raw DROP COLUMN {name}")
        before = con.execute("FROM tickets_raw ORDER BY ticket_id").to_arrow_table()
    with pytest.raises(
        OpsdeskError,
        match=r"lack tickets_raw.first_response_at and tickets_raw.subject: run 02_backfill first",
    ):
        transform(url(lake), "2023-03-07", "UTC", RUN_AT)
    assert [action for *_, action in load(lake)] == ["skipped"] * 3
    transform(url(lake), "2023-03-07", "UTC", RUN_AT)
    with duckdb.connect(lake / "w.duckdb") as con:
        con.execute("SET TimeZone = 'UTC'")
        names = [column.name for column in catalogue()["tickets_raw"].columns]
        assert con.table("tickets_raw").columns == names
        kept = con.execute(
            "SELECT * EXCLUDE (subject, first_response_at) FROM tickets_raw ORDER BY ticket_id"
        ).to_arrow_table()
        assert kept.to_pylist() == before.to_pylist()
        assert con.execute("SELECT count(*) FROM _runs").fetchall() == [(2,)]
        about = "SELECT comment FROM duckdb_columns() WHERE column_name = 'subject'"
        assert ("The subject as exported.",) in con.execute(about).fetchall()


def test_a_lake_of_other_columns_is_refused(lake):
    record = lake / "lake/_ingest.json"
    content = json.loads(record.read_text())
    record.write_text(json.dumps(content | {"columns": content["columns"][:-1]}))
    with pytest.raises(OpsdeskError, match=r"other columns.*full export, then this step"):
        load(lake)


def test_only_the_changed_month_is_replaced(lake):
    load(lake)
    run_ingest(
        lake, write_export(lake, *TICKETS[:2], line("T2", DAYS[2], category="late"), TICKETS[3])
    )
    assert load(lake) == [
        ["2023-01", 1, "skipped"],
        ["2023-02", 2, "loaded"],
        ["2023-03", 1, "skipped"],
    ]
    assert [row[:2] for row in tickets(lake)][2] == ["T2", "late"]


def test_replacing_a_month_leaves_the_first_second_of_the_next_alone(lake):
    load(lake)
    run_ingest(lake, write_export(lake, line("T0", DAYS[0], category="late"), *TICKETS[1:]))
    assert load(lake)[:2] == [["2023-01", 1, "loaded"], ["2023-02", 2, "skipped"]]
    assert [row[0] for row in tickets(lake)] == ["T0", "T1", "T2", "T3"]


def days(folder) -> list:
    return (
        open_warehouse(url(folder))
        .query("SELECT CAST(day AS VARCHAR), state FROM _days ORDER BY ALL")
        .values.tolist()
    )


def test_the_days_that_changed_since_the_last_publication_are_known(lake):
    load(lake)
    known = [[day[:10], "loaded"] for day in DAYS]
    assert days(lake) == known
    transform(url(lake), "latest", "UTC", RUN_AT)
    assert days(lake) == sorted([*known, *([day, "published"] for day, _ in known)])
    published = dict(open_warehouse(url(lake)).loads()[["part", "fingerprint"]].values)
    changed = [
        line("T0", DAYS[0]),
        line("T1", "2023-02-03 00:00:00"),
        line("T2", DAYS[2], category="late"),
    ]
    run_ingest(lake, write_export(lake, *changed))
    load(lake)
    with open_warehouse(url(lake)).loading() as loader:
        found = changed_days(loader.con, published)
    assert {month: list(map(str, days)) for month, days in found.items()} == {
        "2023-01": [],
        "2023-02": [
            "2023-02-01",
            "2023-02-03",
            "2023-02-28",
        ],  # of a month that is gone nothing is known
    }
    transform(url(lake), "latest", "UTC", RUN_AT)
    known = ["2023-01-31", "2023-02-03", "2023-02-28"]
    assert days(lake) == sorted([day, state] for day in known for state in ("loaded", "published"))


def test_no_month_is_loaded_while_an_ingest_writes(lake, monkeypatch):
    monkeypatch.setattr("opsdesk.steps.backfill.LAKE_PATIENCE", 0.1)
    with (
        open_lake(str(lake / "lake")).store.locked(),
        pytest.raises(OpsdeskError, match="Another ingest or backfill"),
    ):
        load(lake)


def test_a_month_that_is_gone_is_removed(lake):
    load(lake)
    run_ingest(lake, write_export(lake, *TICKETS[:3]))
    assert load(lake)[-1] == ["2023-03", 0, "removed"]
    assert [row[0] for row in tickets(lake)] == ["T0", "T1", "T2"]


def test_any_order_of_months_gives_the_same(lake):
    assert load(lake, "2023-03", "2023-03") == [["2023-03", 1, "loaded"]]
    assert load(lake, "", "2023-02") == [["2023-01", 1, "loaded"], ["2023-02", 2, "loaded"]]
    assert [row[0] for row in tickets(lake)] == ["T0", "T1", "T2", "T3"]


def test_agents_are_loaded_replaced_and_removed(lake):
    agents = lake / "agents.csv"
    export = write_export(lake, *TICKETS)
    for content, expected in (
        ("agent_id,team\nA,Blue\n", [["A", "Blue"]]),
        ("agent_id,team\nA,Red\nB,\n", [["A", "Red"], ["B", None]]),
        (None, []),
    ):
        if content:
            agents.write_text(content)
        run_ingest(lake, export, agents=str(agents) if content else "")
        load(lake)
        frame = open_warehouse(url(lake)).query(
            "SELECT agent_id, team FROM agents_raw ORDER BY agent_id"
        )
        assert frame.astype(object).where(frame.notna(), None).values.tolist() == expected


INCOMPLETE = [
    pytest.param(
        lambda lake: (lake / "raw/2023/02/2023-02-28.csv").write_bytes(b"x"),
        "2023-02-28.csv does not match",
        id="day file",
    ),
    pytest.param(
        lambda lake: (lake / "raw/2023/02/2023-02-28.csv").unlink(),
        "2023-02-28.csv is missing",
        id="missing file",
    ),
    pytest.param(
        lambda lake: (lake / "raw/2023/02/_manifest.json").unlink(),
        "is in no manifest",
        id="missing manifest",
    ),
]


@pytest.mark.parametrize(("damage", "says"), INCOMPLETE)
def test_an_incomplete_month_is_refused_and_the_months_before_it_stay(lake, damage, says):
    damage(lake / "lake")
    with pytest.raises(OpsdeskError, match=says):
        load(lake)
    assert [row[0] for row in tickets(lake)] == ["T0"]
    run_ingest(lake, write_export(lake, *TICKETS))
    assert load(lake) == [
        ["2023-01", 1, "skipped"],
        ["2023-02", 2, "loaded"],
        ["2023-03", 1, "loaded"],
    ]


def test_a_manifest_that_promises_more_rows_changes_nothing(lake):
    load(lake)
    before = tickets(lake)
    path = lake / "lake/raw/2023/02/_manifest.json"
    path.write_text(
        path.read_text().replace('"rows": 1', '"rows": 9').replace('"rows": 2', '"rows": 18')
    )
    with pytest.raises(OpsdeskError, match="the manifest promises 18 rows and 2 were loaded"):
        load(lake)
    assert tickets(lake) == before


def test_rows_that_something_else_deleted_are_missed_by_month(lake):
    load(lake)
    with duckdb.connect(f"{lake}/w.duckdb") as con:
        con.execute("DELETE FROM tickets_raw WHERE created_at < TIMESTAMPTZ '2023-02-01 00:00:00Z'")
    with pytest.raises(OpsdeskError, match="do not have the same tickets") as caught:
        load(lake)
    assert "of the rows that were loaded: 2023-01 0 of 1. Has another" in str(caught.value)


def test_nothing_there_is_said(tmp_path, lake):
    with pytest.raises(OpsdeskError, match=r"There is no lake .*/none: run 01_ingest first"):
        load(tmp_path, lake=str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(OpsdeskError, match="holds nothing: run 01_ingest first"):
        load(tmp_path, lake=str(tmp_path / "empty"))
    with pytest.raises(
        OpsdeskError, match="has no month between 2022-01 and 2022-12: it has 2023-01 to 2023-03"
    ):
        load(lake, "2022-01", "2022-12")
    with pytest.raises(OpsdeskError, match="'2023-13' is not a month"):
        load(lake, "2023-13")
    with pytest.raises(OpsdeskError, match="run 01_ingest and 02_backfill"):
        open_warehouse(f"duckdb:{tmp_path}/none.duckdb").query("SELECT 1")


def test_a_file_that_is_no_warehouse_is_said(lake):
    (lake / "w.duckdb").write_text("a text file that is long enough to be looked at" * 99)
    with pytest.raises(OpsdeskError, match=r"w\.duckdb is not a DuckDB file"):
        load(lake)


def test_a_folder_that_may_not_be_written_is_said(lake):
    (lake / "file").touch()
    with pytest.raises(OpsdeskError, match="Cannot write the warehouse"):
        load(lake, warehouse=f"duckdb:{lake}/file/w.duckdb")


def test_who_holds_the_warehouse_is_said(lake, monkeypatch):
    load(lake)
    monkeypatch.setattr(duckdb_file, "PATIENCE", 0.2)
    code = "import duckdb, sys, time; con = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lake / "w.duckdb")], stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        with pytest.raises(OpsdeskError, match=f"is held by process {holder.pid}"):
            load(lake)
        holder.kill()


def test_a_killed_backfill_is_continued(lake):
    """kill -9 between two months: the first is there, a second run loads the rest, and nothing is there twice."""
    code = (
        "import os, sys; from opsdesk import Workbench\n"
        "from opsdesk.warehouse.duckdb.loader import DuckDBLoader as Loader\n"
        "check = Loader._check_rows\n"
        "def checking(self, part):\n"
        "    os.kill(os.getpid(), 9) if part.name == '2023-02' else check(self, part)\n"
        "Loader._check_rows = checking\n"
        f"Workbench({RUN_AT!r}).backfill({str(lake / 'lake')!r}, {url(lake)!r})"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert [row[0] for row in tickets(lake)] == ["T0"]
    assert load(lake) == [
        ["2023-01", 1, "skipped"],
        ["2023-02", 2, "loaded"],
        ["2023-03", 1, "loaded"],
    ]
    assert [row[0] for row in tickets(lake)] == ["T0", "T1", "T2", "T3"]


def test_a_reader_between_two_loads_waits_for_neither(lake):
    load(lake)
    started = time.monotonic()
    con = duckdb.connect(str(lake / "w.duckdb"), read_only=True)
    con.close()
    load(lake)
    assert time.monotonic() - started < duckdb_file.PATIENCE
    assert os.path.exists(lake / "w.duckdb")  # noqa: PTH110


def test_a_month_that_another_engine_read_is_committed_the_same_way(lake):
    load(lake)
    store = open_lake(str(lake / "lake"))
    part = Partition(store.manifests()["2023-02"], store.store, lake)
    staged = lake / "staged"
    staged.mkdir()
    whole = tickets(lake)
    with duckdb.connect(lake / "w.duckdb") as con:
        con.execute(
            f"COPY (FROM tickets_raw WHERE ticket_id IN ('T1', 'T2')) TO '{staged}/part-0.parquet'"
        )
    moment = datetime(2024, 2, 1, tzinfo=UTC)
    with open_warehouse(url(lake)).loading() as loader:
        loader.replace(part, moment, staged)
    assert tickets(lake) == whole
    assert open_warehouse(url(lake)).loads()["loaded_at"].dt.month.tolist() == [1, 2, 1]
    with duckdb.connect(lake / "w.duckdb") as con:
        con.execute(f"COPY (FROM tickets_raw WHERE ticket_id = 'T1') TO '{staged}/part-0.parquet'")
    with (
        open_warehouse(url(lake)).loading() as loader,
        pytest.raises(OpsdeskError, match="promises 2 rows and 1 were"),
    ):
        loader.replace(part, moment, staged)
    assert tickets(lake) == whole
