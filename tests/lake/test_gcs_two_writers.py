"""Two steps at once on a lake in a bucket: in any order, no table is made from half of each."""

import random
import re
from dataclasses import dataclass

import pytest

from cloud_lakes import bucket_files, bucket_lake, cloud_ingest, folder_files
from emulated import Cloud as Corner
from exports import RUN_AT, line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.lake import Lake
from opsdesk.steps import ingest as ingest_step
from opsdesk.warehouse.duckdb.loader import DuckDBLoader as Loader
from steps import backfill, open_warehouse
from turns import in_turns, run_at_once

OLD = [
    line("T1", "2023-01-05 10:00:00"),
    line("T2", "2023-02-05 10:00:00"),
    line("T3", "2023-03-05 10:00:00"),
]
EXPORTS = {  # a month changed, removed, added, left alone; a ticket that moves
    "old": OLD,
    "A": [
        line("T1", "2023-01-05 10:00:00", category="A"),
        line("T2", "2023-03-06 10:00:00"),
        OLD[2],
    ],
    "B": [
        OLD[0],
        line("T2", "2023-02-05 10:00:00", category="B"),
        line("T4", "2023-04-05 10:00:00"),
    ],
}
LONGEST = 80  # no ingest of these exports asks the bucket so often
SEEDS = range(4)


@dataclass
class Stage:
    """A lake that holds `old`, and what each export makes of an empty one."""

    folder: object
    cloud: Corner
    wanted: dict[str, dict[str, bytes]]

    def ingest(self, name: str, who: str = "US"):
        cloud = GoogleConnection(endpoints=self.cloud.endpoints(), location=who, uploads="1")
        return run_ingest(
            self.folder, self.folder / f"{name}.csv", lake=self.cloud.lake, google=cloud
        )

    def backfill(self, warehouse: str, who: str = "US"):
        cloud = GoogleConnection(endpoints=self.cloud.endpoints(), location=who)
        return backfill(self.cloud.lake, warehouse, "", "", RUN_AT, cloud)

    def files(self) -> dict[str, bytes]:
        """The lake without rejects, whose names tell the exports apart."""
        return data(bucket_files(self.cloud.lake, self.cloud.endpoints()))

    def believed(self) -> str | None:
        """Whose lake it says it is; None where backfill would refuse it."""
        lake = bucket_lake(self.cloud.lake, self.cloud.endpoints())
        record = lake.record()
        if "writing" in record or lake.faults(lake.manifests()):
            return None
        return record["signature"]["files"][0][0].removesuffix(".csv")


def data(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("raw/")}


@pytest.fixture(scope="module")
def wanted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wanted")
    return {name: data(folder_files(folder / name, write_export(folder, *lines, name=f"{name}.csv")))
            for name, lines in EXPORTS.items()}  # fmt: skip


@pytest.fixture
def stage(tmp_path, cloud, wanted):
    for name, lines in EXPORTS.items():
        write_export(tmp_path, *lines, name=f"{name}.csv")
    stage = Stage(tmp_path, cloud, wanted)
    stage.ingest("old")
    return stage


def plan_of(seed: int) -> list[tuple[str, int]]:
    """One begins, the other comes in between; sometimes they change places several times."""
    dice = random.Random(seed)
    places = sorted(dice.sample(range(1, LONGEST // 2), dice.choice((2, 4))))
    return [
        ("AB"[number % 2], places[number] - (places[number - 1] if number else 0))
        for number in range(len(places))
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_ingests_at_once(stage, monkeypatch, seed):
    check_two_ingests(stage, monkeypatch, plan_of(seed))


def check_two_ingests(stage, monkeypatch, plan):
    with in_turns(monkeypatch, plan) as turns:
        results = run_at_once(
            turns, A=lambda: stage.ingest("A", "A"), B=lambda: stage.ingest("B", "B")
        )
    assert max(turns.calls.values()) < LONGEST
    believed = stage.believed()
    assert believed is None or stage.files() == stage.wanted[believed]
    for result in results.values():
        if isinstance(result, OpsdeskError):
            assert "Another ingest" in str(result) or "was replaced or removed" in str(result)
    stage.ingest("B")
    assert (stage.believed(), stage.files()) == ("B", stage.wanted["B"])


def test_the_earlier_ingest_stops_and_the_later_one_ends(stage, monkeypatch):
    with in_turns(monkeypatch, [("A", 12), ("B", LONGEST)]) as turns:
        results = run_at_once(
            turns, A=lambda: stage.ingest("A", "A"), B=lambda: stage.ingest("B", "B")
        )
    assert re.search(r"Another ingest .*\. This step on gs://\w+ stops", str(results["A"]))
    assert (results["B"].unchanged, stage.believed(), stage.files()) == (
        False,
        "B",
        stage.wanted["B"],
    )


def test_the_same_export_twice_at_once_is_claimed_by_one(stage, monkeypatch):
    """Both claims have the same content: whose it is tells the writer, not the bytes."""
    with in_turns(monkeypatch, [("A", 4), ("B", 4), ("A", 1), ("B", 2), ("A", LONGEST)]) as turns:
        results = run_at_once(
            turns, A=lambda: stage.ingest("A", "A"), B=lambda: stage.ingest("A", "B")
        )
    assert not isinstance(results["A"], OpsdeskError)
    assert "Another ingest wrote gs://" in str(results["B"])
    assert (stage.believed(), stage.files()) == ("A", stage.wanted["A"])


@pytest.mark.parametrize("seed", SEEDS)
def test_backfill_during_an_ingest(stage, monkeypatch, seed):
    check_backfill(stage, monkeypatch, plan_of(seed))


def test_backfill_notices_an_ingest_that_begins_after_it_has_read_the_record(stage, monkeypatch):
    """The lake is listed half written, each month complete: T2 is in February and in March."""
    whole, commit, committed = Lake.record, Lake.write_manifest, []

    def half(lake, manifest):
        commit(lake, manifest)
        committed.append(manifest.partition)
        if len(committed) == 2:
            raise OpsdeskError("stopped")

    def record(lake):
        found = whole(lake)
        monkeypatch.undo()
        monkeypatch.setattr(Lake, "write_manifest", half)
        with pytest.raises(OpsdeskError, match="stopped"):
            stage.ingest("A")
        return found

    monkeypatch.setattr(Lake, "record", record)
    url = f"duckdb:{stage.folder}/w.duckdb"
    with pytest.raises(OpsdeskError, match="Another ingest wrote to the lake during this step"):
        stage.backfill(url)
    assert committed == ["2023-01", "2023-03"]
    assert rows(url) == []


def check_backfill(stage, monkeypatch, plan):
    url = f"duckdb:{stage.folder}/w.duckdb"
    stage.backfill(url)
    dice = random.Random(repr(plan))
    with in_turns(monkeypatch, plan) as turns:
        results = run_at_once(
            turns, A=lambda: stage.ingest("A", "A"), B=lambda: stage.backfill(url, "B")
        )
    if isinstance(results["B"], OpsdeskError):
        assert any(
            words in str(results["B"])
            for words in ("Another ingest", "or is still at work", "torn", "replaced")
        )
    else:
        assert rows(url) in (rows_of(stage, "old"), rows_of(stage, "A"))
    if dice.random() < 0.5:
        stage.ingest("A")
    stage.backfill(url)
    assert rows(url) == rows_of(stage, "A")


def rows(url: str) -> list[str]:
    found = open_warehouse(url).query(
        "SELECT ticket_id, strftime(created_at, '%Y-%m-%dT%H:%M:%SZ') AS at, category "
        "FROM tickets_raw"
    )
    return sorted(
        ",".join((row.ticket_id, row.at, row.category or ""))
        for row in found.fillna("").itertuples()
    )


def rows_of(stage: Stage, name: str) -> list[str]:
    files = stage.wanted[name].items()
    days = [content.decode() for file, content in files if file.endswith(".csv")]
    lines = [text for day in days for text in day.splitlines()[1:]]
    return sorted(
        ",".join((cells[0], cells[1], cells[7])) for cells in (text.split(",") for text in lines)
    )


def test_backfill_of_a_lake_that_is_being_written(stage, cloud_claimed_by_another):
    with pytest.raises(
        OpsdeskError, match=r"An ingest into the lake gs://.* was interrupted or is still at work"
    ):
        stage.backfill(f"duckdb:{stage.folder}/w.duckdb")


@pytest.fixture
def cloud_claimed_by_another(stage):
    lake = bucket_lake(stage.cloud.lake, stage.cloud.endpoints())
    lake.write_record(lake.record() | {"writing": {"files": [["other.csv", ""]]}})


def test_a_delta_does_not_build_on_what_another_left(stage, cloud_claimed_by_another):
    write_export(stage.folder, OLD[0], name="delta.csv")
    with pytest.raises(
        OpsdeskError, match=r"An ingest of other\.csv into the lake gs://.* was interrupted"
    ):
        cloud_ingest(
            stage.folder,
            stage.folder / "delta.csv",
            stage.cloud.lake,
            stage.cloud.endpoints(),
            export_kind="delta",
        )


def late(stage: Stage, name: str):
    """Wraps a function: before it, a late call of an overtaken ingest changes that object."""

    def wrap(whole):
        def call(*args, **kwargs):
            stage.cloud.storage_client().bucket(stage.cloud.bucket).blob(name).upload_from_string(
                b"late"
            )
            return whole(*args, **kwargs)

        return call

    return wrap


@pytest.mark.parametrize(
    "name",
    ["raw/2023/03/2023-03-05.csv", "raw/2023/05/2023-05-01.csv", "raw/2023/03/_manifest.json"],
)
def test_a_late_call_is_noticed_before_the_record(stage, monkeypatch, name):
    monkeypatch.setattr(ingest_step, "store_rejects", late(stage, name)(ingest_step.store_rejects))
    with pytest.raises(
        OpsdeskError, match=r"Another ingest wrote to the lake during this step|cannot be read"
    ):
        stage.ingest("A")
    assert stage.believed() is None
    monkeypatch.undo()
    stage.ingest("A")
    assert (stage.believed(), stage.files()) == ("A", stage.wanted["A"])


def test_a_late_call_is_noticed_before_a_month_is_committed(stage, monkeypatch):
    url = f"duckdb:{stage.folder}/w.duckdb"
    monkeypatch.setattr(
        Loader, "_check_rows", late(stage, "raw/2023/01/2023-01-05.csv")(Loader._check_rows)
    )
    with pytest.raises(OpsdeskError, match="Another ingest wrote to the lake during this step"):
        stage.backfill(url)
    assert rows(url) == []
    monkeypatch.undo()
    with pytest.raises(OpsdeskError, match="2023-01 of the lake is incomplete"):
        stage.backfill(url)
    stage.ingest("old")
    stage.backfill(url)
    assert rows(url) == rows_of(stage, "old")
