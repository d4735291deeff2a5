"""A warehouse belongs to one lake: another lake does not empty it."""

import json
import shutil
from datetime import UTC, datetime

import duckdb
import pytest

from exports import line, run_ingest, write_export
from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.runner import run as runner
from opsdesk.workbench import Workbench
from steps import backfill, open_warehouse
from tiny_project import make_project

RUN_AT = "2024-01-01T00:00:00+00:00"
HUNDRED = [line(f"T{i:03d}", f"2023-0{1 + i % 4}-{1 + i % 28:02d} 08:00:00") for i in range(100)]
THREE = [line(f"N{i}", f"2023-05-0{i + 1} 08:00:00") for i in range(3)]


def feed(folder, tickets, export_kind="full", lake="lake"):
    export = write_export(folder, *tickets)
    run_ingest(folder, export, export_kind=export_kind, lake=str(folder / lake))


def load(folder, lake="lake"):
    return backfill(str(folder / lake), url(folder), "", "", RUN_AT)


def url(folder):
    return f"duckdb:{folder}/w.duckdb"


def count(folder):
    return int(
        open_warehouse(url(folder)).query("SELECT count(*) AS n FROM tickets_raw")["n"].item()
    )


@pytest.fixture
def folder(tmp_path):
    feed(tmp_path, HUNDRED)
    load(tmp_path)
    assert count(tmp_path) == 100
    return tmp_path


def as_before_marks(folder):
    """Turn lake and warehouse into those of an opsdesk that had no marks."""
    (folder / "lake/_opsdesk.json").unlink()
    record = folder / "lake/_ingest.json"
    kept = {key: value for key, value in json.loads(record.read_text()).items() if key != "began"}
    record.write_text(json.dumps(kept))
    forget(folder)


def forget(folder):
    with duckdb.connect(folder / "w.duckdb") as con:
        con.execute("DROP TABLE _opsdesk")


@pytest.mark.parametrize("is_linked", [True, False], ids=["linked", "of an earlier version"])
@pytest.mark.parametrize("lake", ["lake", "other"])
def test_a_delta_into_an_empty_lake_does_not_empty_the_warehouse(folder, lake, is_linked):
    """100 tickets became 3, with exit code 0."""
    if not is_linked:
        forget(folder)
    shutil.rmtree(folder / lake, ignore_errors=True)
    feed(folder, THREE, "delta", lake)
    with pytest.raises(OpsdeskError, match="was filled from another lake than"):
        load(folder, lake)
    assert count(folder) == 100


def test_another_lake_is_refused_also_after_a_full_export(folder):
    feed(folder, THREE, lake="other")
    with pytest.raises(OpsdeskError) as refused:
        load(folder, "other")
    assert str(refused.value) == (
        f"{url(folder)} was filled from another lake than {folder}/other ({folder}/lake): what "
        "this one does not hold would be removed, so nothing was loaded. Correct `lake` or "
        "`warehouse`; or, if this lake is to fill it from now on, type `opsdesk adopt PARAMS`."
    )
    assert count(folder) == 100


def test_after_adopting_the_other_lake_fills_the_warehouse(folder):
    feed(folder, THREE, lake="other")
    said = Workbench(RUN_AT).adopt(str(folder / "other"), url(folder))
    assert said.startswith(f"{url(folder)} is filled from the lake {folder}/other from now on")
    assert count(folder) == 100  # nothing is loaded or removed by it
    load(folder, "other")
    assert count(folder) == 3
    with pytest.raises(OpsdeskError, match="another lake"):
        load(folder)


def test_an_empty_lake_cannot_be_adopted(folder):
    with pytest.raises(OpsdeskError, match="holds nothing yet"):
        Workbench(RUN_AT).adopt(str(folder / "empty"), url(folder))


def test_a_lake_that_a_full_export_made_again_is_the_whole_truth(folder):
    shutil.rmtree(folder / "lake")
    feed(folder, HUNDRED[:50])
    feed(folder, THREE, "delta")  # the whole truth, and then a delta
    said = load(folder).engine
    assert count(folder) == 53
    assert "was made again by a full export" in said
    assert "made again" not in load(folder).engine


def test_a_lake_that_was_moved_is_the_same_lake(folder):
    (folder / "lake").rename(folder / "moved")
    assert set(load(folder, "moved").months["action"]) == {"skipped"}


@pytest.mark.parametrize("export_kind", ["full", "delta"])
def test_lake_and_warehouse_of_an_earlier_version_go_on(folder, export_kind):
    as_before_marks(folder)
    feed(folder, [*HUNDRED, *THREE] if export_kind == "full" else THREE, export_kind)
    load(folder)
    assert count(folder) == 103
    feed(folder, THREE, lake="other")
    with pytest.raises(OpsdeskError, match="another lake"):
        load(folder, "other")


def test_a_backfill_alone_from_a_lake_of_an_earlier_version_is_as_before(folder):
    as_before_marks(folder)
    assert set(load(folder).months["action"]) == {"skipped"}


def test_a_run_refuses_a_lone_delta_before_it_writes(monkeypatch, tmp_path):
    feed(tmp_path, HUNDRED)
    load(tmp_path)
    root = make_project(monkeypatch, tmp_path)
    values = {
        "lake": "empty",
        "warehouse": url(tmp_path),
        "export_kind": "delta",
        "timezone": "UTC",
    }
    text = "".join(f'{key}: "{value}"\n' for key, value in values.items())
    (root / "params/mine.yaml").write_text(text)
    parameters = read_parameters("params/mine.yaml")
    with pytest.raises(OpsdeskError, match=r"The lake empty holds nothing and .* holds tickets"):
        runner.run(parameters, parameters.steps, lambda: datetime.now(UTC))
    assert not (tmp_path / "empty").exists()
    assert not (tmp_path / "outputs/mine/runs").exists()
