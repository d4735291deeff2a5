"""outputs/NAME/latest and the runs that are kept."""

from pathlib import Path

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.runner.latest import latest_run, point_latest, put_in_order, remove_old_runs
from opsdesk.runner.record import RunRecord, Step

FIRST, SECOND, THIRD = "20261121T030000-000", "20261122T030000-000", "20261123T030000-000"


def write_run(outputs, run_id, outcome="done", report=True, steps=("done",)):
    folder = outputs / "runs" / run_id
    folder.mkdir(parents=True)
    (folder / "01_ingest.ipynb").write_text("{}")
    if report:
        (folder / "report.html").write_text(run_id)
    record = RunRecord(
        run_id, "2026-11-24T03:01:47.123+00:00", "mine", "params/mine.yaml", {}, "0.2.0", folder,
        [Step(f"{number:02}_step", status) for number, status in enumerate(steps)], outcome,
    )  # fmt: skip
    record.save()
    return record


def runs(outputs):
    return sorted(path.name for path in (outputs / "runs").iterdir())


def test_latest_is_a_relative_link_that_moves_with_the_folder(tmp_path):
    outputs = tmp_path / "outputs"
    for run_id in (FIRST, SECOND):
        write_run(outputs, run_id)
        point_latest(outputs, run_id)
        assert (outputs / "latest").readlink() == Path("runs", run_id)
    outputs.rename(tmp_path / "moved")
    assert (tmp_path / "moved" / "latest" / "report.html").read_text() == SECOND
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == ["latest", "runs"]


def test_there_is_no_moment_without_latest(tmp_path, monkeypatch):
    """The old link is there until the new one takes its place: nothing else is done to it."""
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)
    point_latest(tmp_path, FIRST)
    seen = []
    replace = Path.replace

    def watched(path, target):
        seen.append(target.readlink())
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    point_latest(tmp_path, SECOND)
    assert seen == [Path("runs", FIRST)]
    assert latest_run(tmp_path) == SECOND


def test_without_links_latest_is_a_copy(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    for run_id in (FIRST, SECOND):
        write_run(tmp_path, run_id)
        point_latest(tmp_path, run_id)
        assert not (tmp_path / "latest").is_symlink()
        assert (tmp_path / "latest" / "report.html").read_text() == run_id
    assert latest_run(tmp_path) == SECOND


def test_a_copy_gives_way_to_a_link(tmp_path):
    write_run(tmp_path, FIRST)
    write_run(tmp_path / "other", SECOND)
    (tmp_path / "other" / "runs" / SECOND).rename(tmp_path / "latest")
    point_latest(tmp_path, FIRST)
    assert (tmp_path / "latest").is_symlink() and latest_run(tmp_path) == FIRST


def test_a_folder_of_that_name_that_is_not_ours_stays(tmp_path):
    write_run(tmp_path, FIRST)
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "thesis.doc").write_text("years of work")
    with pytest.raises(OpsdeskError, match="latest is not a run of opsdesk: move it away"):
        point_latest(tmp_path, FIRST)
    assert (tmp_path / "latest" / "thesis.doc").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "runs"]


def test_what_an_interrupted_run_left_is_no_hindrance(tmp_path):
    write_run(tmp_path, FIRST)
    (tmp_path / "latest.new").symlink_to("runs/nowhere")
    point_latest(tmp_path, FIRST)
    assert latest_run(tmp_path) == FIRST


@pytest.mark.parametrize(
    ("steps", "report", "pointed_at"),
    [
        pytest.param(("done", "done"), True, SECOND, id="a whole run"),
        pytest.param(("done", "done"), False, SECOND, id="a whole run of notebooks without a report"),
        pytest.param(("skipped", "done"), True, SECOND, id="--from or --only, with a report"),
        pytest.param(("done", "skipped"), False, FIRST, id="--only 01_ingest"),
    ],
)  # fmt: skip
def test_which_runs_become_latest(tmp_path, steps, report, pointed_at):
    write_run(tmp_path, FIRST)
    point_latest(tmp_path, FIRST)
    put_in_order(write_run(tmp_path, SECOND, steps=steps, report=report), keep=30)
    assert latest_run(tmp_path) == pointed_at


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        pytest.param(3, [FIRST, SECOND, THIRD], id="as many as there are"),
        pytest.param(2, [SECOND, THIRD], id="the oldest goes"),
        pytest.param(1, [THIRD], id="only the newest"),
    ],
)  # fmt: skip
def test_older_runs_are_removed(tmp_path, keep, left):
    for run_id in (FIRST, SECOND, THIRD):
        write_run(tmp_path, run_id, outcome="failed")
    remove_old_runs(tmp_path, keep)
    assert runs(tmp_path) == left


def test_the_run_that_latest_points_at_is_kept_however_old(tmp_path):
    for run_id in (FIRST, SECOND, THIRD):
        write_run(tmp_path, run_id)
    point_latest(tmp_path, FIRST)
    remove_old_runs(tmp_path, 1)
    assert runs(tmp_path) == [FIRST, THIRD]
    assert (tmp_path / "latest" / "report.html").exists()


def test_folders_that_are_not_runs_of_ours_are_kept(tmp_path):
    for run_id in (FIRST, THIRD):
        write_run(tmp_path, run_id)
    mine = tmp_path / "runs" / "20250101-my-notes"
    mine.mkdir()
    foreign = tmp_path / "runs" / "20250102-another-tool"
    foreign.mkdir()
    (foreign / "run.json").write_text('{"run_id": "x"}')
    copied = tmp_path / "runs" / "20250103-a-copy"
    (write_run(tmp_path / "x", FIRST).folder).rename(copied)
    linked = tmp_path / "runs" / SECOND
    linked.symlink_to(write_run(tmp_path / "archive", SECOND).folder)
    (tmp_path / "runs" / "20250105-a-file").write_text("")
    remove_old_runs(tmp_path, 1)
    names = {mine.name, foreign.name, copied.name, linked.name, "20250105-a-file", THIRD}
    assert set(runs(tmp_path)) == names
    assert (linked / "report.html").exists()


def test_an_interrupted_removal_is_taken_up_again(tmp_path, monkeypatch):
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            remove_old_runs(tmp_path, 1)
    assert [path.name for path in (tmp_path / "runs" / FIRST).iterdir()] == ["run.json"]
    remove_old_runs(tmp_path, 1)
    assert runs(tmp_path) == [SECOND]
