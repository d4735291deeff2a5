"""Nothing of others is touched: every place that holds something and is not ours survives as it was."""

from datetime import UTC, datetime
from hashlib import sha256

import duckdb
import pytest

from exports import line, run_ingest, write_export
from opsdesk.config.parameters import read_parameters
from opsdesk.emulators.state_folder import emptied
from opsdesk.errors import OpsdeskError
from opsdesk.runner import run as runner
from opsdesk.sample import write_sample
from opsdesk.spark.scratch import scratch_folder
from steps import backfill, open_warehouse, transform
from tiny_project import make_project

RUN_AT = "2024-01-01T00:00:00+00:00"
TICKETS = [line("T1", "2023-01-31 10:00:00"), line("T2", "2023-02-01 10:00:00"), "broken"]
FOREIGN = (
    "notes.part", "a/b/film.part", ".work-plans/letter.txt", ".opsdesk-work/letter.txt",
    "rejects/2023.csv", "rejects/rejects-0000abcd.csv", "raw/2023/01/2023-01-01.csv",
    "raw/2023/01/2023-01-31.csv", "raw/2023/01/_manifest.json", "raw/photo.raw", "_ingest.json",
    "_opsdesk.json", "agents_data/agents_master.csv", ".lock", ".lock.json", ".rows.duckdb",
    "runs/20230101T000000/run.json", "latest", "latest.new", "ops_tickets.csv",
    "agents_master.csv", "storage/a", "storage.log", "emulators.lock", "opsdesk.txt",
)  # fmt: skip
LETTER = "dear friend"


def lay(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LETTER)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def use_as_lake(place, folder):
    run_ingest(folder, write_export(folder, *TICKETS), lake=str(place))


def use_as_lake_of_a_backfill(place, folder):
    backfill(str(place), f"duckdb:{folder}/w.duckdb", "", "", RUN_AT)


def use_for_emulators(place, _):
    with emptied(place):
        pass


def use_for_a_sample(place, _):
    write_sample(place, 10)


USES = [use_as_lake, use_as_lake_of_a_backfill, use_for_emulators, use_for_a_sample]


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
@pytest.mark.parametrize("names", [*((name,) for name in FOREIGN), FOREIGN], ids=str)
def test_a_folder_that_is_not_ours_is_refused_and_stays_as_it_is(tmp_path, use, names):
    place = tmp_path / "place"
    lay(place, *names)
    before = contents(place)
    with pytest.raises(OpsdeskError, match=r"bears no mark of opsdesk|was edited|is the place of"):
        use(place, tmp_path)
    assert contents(place) == before


@pytest.mark.parametrize("name", [*FOREIGN, "latest/x", "runs/x/run.json", "runs/a"])
def test_an_outputs_folder_that_is_not_ours_is_refused_and_stays_as_it_is(
    monkeypatch, tmp_path, name
):
    root = make_project(monkeypatch, tmp_path, ingest=["1"])
    place = root / "outputs" / "mine"
    lay(place, name)
    before = contents(place)
    parameters = read_parameters("params/mine.yaml")
    if name in (".lock", ".lock.json"):
        return  # what an earlier opsdesk may have left alone in it
    with pytest.raises(OpsdeskError, match=r"bears no mark of opsdesk|was edited"):
        runner.run(parameters, ["01_ingest"], lambda: datetime.now(UTC))
    assert contents(place) == before


def test_a_refusal_says_what_is_there_and_what_to_do(tmp_path):
    place = tmp_path / "place"
    lay(place, "a", "b", "c", "d")
    with pytest.raises(OpsdeskError) as refused:
        use_as_lake(place, tmp_path)
    assert str(refused.value) == (
        f"{place} holds a, b, c and more, and bears no mark of opsdesk: it is not our lake, "
        "and nothing was written. To keep what is there, name an empty or a new place."
    )


def test_a_place_of_another_kind_is_refused(tmp_path):
    write_sample(tmp_path / "place", 10)
    with pytest.raises(OpsdeskError, match="is the place of a sample, not of a lake"):
        use_as_lake(tmp_path / "place", tmp_path)


def test_what_a_new_disk_holds_is_no_obstacle(tmp_path):
    (tmp_path / "place" / "lost+found").mkdir(parents=True)
    use_as_lake(tmp_path / "place", tmp_path)
    assert (tmp_path / "place" / "lost+found").is_dir()


def test_a_lake_of_a_later_opsdesk_is_refused(tmp_path):
    place = tmp_path / "place"
    use_as_lake(place, tmp_path)
    mark = place / "_opsdesk.json"
    mark.write_text(mark.read_text().replace('"format": 1', '"format": 2'))
    before = contents(place)
    with pytest.raises(OpsdeskError, match="was made by a later opsdesk"):
        use_as_lake(place, tmp_path)
    assert contents(place) == before


IN_OUR_LAKE = tuple(
    name
    for name in FOREIGN
    if name not in ("_ingest.json", "_opsdesk.json", ".lock", ".rows.duckdb", "_manifest.json")
    and not name.startswith((".opsdesk-work", "raw/2023", "agents_data"))
)


def test_what_others_put_into_our_lake_survives(tmp_path):
    """Names of every kind, next to ours, through three full exports, a delta and a rerun."""
    lake = tmp_path / "lake"
    use_as_lake(lake, tmp_path)
    lay(lake, *IN_OUR_LAKE, "raw/2023/01/notes.csv", "raw/2023/01/x.opsdesk-part")
    for export_kind, tickets in [
        ("full", TICKETS[:1]),
        ("delta", [line("T3", "2023-03-01 10:00:00"), "broken too"]),
        ("full", TICKETS),
        ("full", TICKETS),
    ]:
        run_ingest(tmp_path, write_export(tmp_path, *tickets), export_kind=export_kind)
    for name in (*IN_OUR_LAKE, "raw/2023/01/notes.csv", "raw/2023/01/x.opsdesk-part"):
        assert (lake / name).read_text() == LETTER, name


@pytest.mark.parametrize("day", ["2023-01-15", "2023-01-31", "2024-07-01"])
@pytest.mark.parametrize("export_kind", ["full", "delta"])
def test_a_day_file_that_no_record_lists_is_refused_and_survives(tmp_path, day, export_kind):
    """Also where the export has that day: the file would be replaced."""
    run_ingest(tmp_path, write_export(tmp_path, line("T2", "2023-02-01 10:00:00")))
    path = tmp_path / "lake/raw" / day[:4] / day[5:7] / f"{day}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LETTER)
    before = {n: c for n, c in contents(tmp_path / "lake").items() if n.endswith("csv")}
    with pytest.raises(OpsdeskError, match=rf"{day}\.csv.* in no manifest|{day}\.csv, which no"):
        run_ingest(tmp_path, write_export(tmp_path, *TICKETS), export_kind=export_kind)
    after = {n: c for n, c in contents(tmp_path / "lake").items() if n.endswith("csv")}
    assert after == before


def test_spark_sweeps_no_folder_of_others(tmp_path):
    file = tmp_path / "w[1].duckdb"
    lay(tmp_path, "w[1].duckdb.spark-notes/letter.txt", "w1.duckdb.spark-x/letter.txt")
    lay(tmp_path, "elsewhere/letter.txt")
    (tmp_path / "w[1].duckdb.spark-link").symlink_to(tmp_path / "elsewhere")
    before = contents(tmp_path)
    with scratch_folder(file):
        pass
    assert contents(tmp_path) == before


def test_emulators_remove_only_what_they_made(tmp_path):
    with emptied(tmp_path / "e"):
        lay(tmp_path / "e", "storage/bucket/a", "notes.txt", "mine/letter.txt")
    with emptied(tmp_path / "e"):
        assert not (tmp_path / "e" / "storage").exists()
        assert (tmp_path / "e" / "notes.txt").read_text() == LETTER
        assert (tmp_path / "e" / "mine" / "letter.txt").read_text() == LETTER


OTHERS = [
    pytest.param("CREATE TABLE fact_tickets (a INT); INSERT INTO fact_tickets VALUES (7)", id="one of our names"),
    pytest.param("CREATE TABLE customers (a INT)", id="another name"),
    pytest.param("CREATE VIEW backlog_daily AS SELECT 1 AS a", id="a view"),
    pytest.param("CREATE SCHEMA s; CREATE TABLE s.fact_tickets (a INT)", id="another schema"),
    pytest.param("CREATE TABLE _loads (id INT); CREATE TABLE _runs (id INT)", id="ledgers of others"),
    pytest.param("CREATE TABLE _opsdesk (id INT)", id="a mark of others"),
]  # fmt: skip


@pytest.mark.parametrize("sql", OTHERS)
@pytest.mark.parametrize("step", ["backfill", "transform"])
def test_a_duckdb_file_of_another_program_is_refused_and_stays_as_it_is(tmp_path, sql, step):
    use_as_lake(tmp_path / "lake", tmp_path)
    file = tmp_path / "w.duckdb"
    with duckdb.connect(file) as con:
        con.execute(sql)
    before = sha256(file.read_bytes()).hexdigest()
    with pytest.raises(OpsdeskError, match=r"w\.duckdb holds .* bears no mark of opsdesk"):
        if step == "backfill":
            backfill(str(tmp_path / "lake"), f"duckdb:{file}", "", "", RUN_AT)
        else:
            transform(f"duckdb:{file}", "latest", "UTC", RUN_AT)
    assert sha256(file.read_bytes()).hexdigest() == before


def test_a_table_that_was_put_into_our_warehouse_under_our_name_is_not_replaced(tmp_path):
    use_as_lake(tmp_path / "lake", tmp_path)
    target = f"duckdb:{tmp_path}/w.duckdb"
    backfill(str(tmp_path / "lake"), target, "", "", RUN_AT)
    with duckdb.connect(tmp_path / "w.duckdb") as con:
        con.execute("CREATE TABLE backlog_daily AS SELECT 7 AS a")
    with pytest.raises(OpsdeskError, match=r"holds backlog_daily, and bears no mark"):
        transform(target, "latest", "UTC", RUN_AT)
    assert open_warehouse(target).query("SELECT a FROM backlog_daily")["a"].tolist() == [7]


def test_tables_of_others_in_our_warehouse_stay(tmp_path):
    use_as_lake(tmp_path / "lake", tmp_path)
    target = f"duckdb:{tmp_path}/w.duckdb"
    backfill(str(tmp_path / "lake"), target, "", "", RUN_AT)
    with duckdb.connect(tmp_path / "w.duckdb") as con:
        con.execute("CREATE TABLE customers AS SELECT 7 AS a")
    transform(target, "latest", "UTC", RUN_AT)
    transform(target, "2023-02-05 00:00:00", "UTC", RUN_AT)
    assert open_warehouse(target).query("SELECT a FROM customers")["a"].tolist() == [7]
