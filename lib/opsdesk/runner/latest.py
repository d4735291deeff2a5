"""Which runs are kept in outputs/NAME/runs, and outputs/NAME/latest: the last good one."""

import shutil
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.runner.record import DONE, FILE, RunRecord, read_record

LATEST = "latest"


def put_in_order(record: RunRecord, keep: int) -> None:
    """Point `latest` at a run that is done, and keep the newest `keep` runs.

    A run of some steps only (--from, --only) counts if it made a report.

    Raises:
        OpsdeskError: a file or folder that is not ours is called `latest`.
    """
    outputs = record.folder.parent.parent
    is_whole = all(step.status == DONE for step in record.steps)
    if is_whole or record.report:
        point_latest(outputs, record.run_id)
    remove_old_runs(outputs, keep)


def point_latest(outputs: Path, run_id: str) -> None:
    """Let outputs/NAME/latest be the run `run_id`, for readers in one step.

    It is a relative link, so that the outputs folder can be moved. Where the system has no links
    for us (Windows without developer mode), it is a copy.

    Raises:
        OpsdeskError: a file or folder that is not ours is called `latest`.
    """
    latest = outputs / LATEST
    new = outputs / f".{LATEST}-{run_id}"
    _remove(new)
    try:
        new.symlink_to(Path("runs", run_id), target_is_directory=True)
    except (OSError, NotImplementedError):
        shutil.copytree(outputs / "runs" / run_id, new)
    if latest.exists() and not latest.is_symlink():
        if not (latest / FILE).exists():
            _remove(new)
            raise OpsdeskError(
                f"{latest} is not a run of opsdesk: move it away, so that the last good run can be "
                "found there."
            )
        _remove(latest)  # a copy; a link can only take the place of another link
    new.replace(latest)


def latest_run(outputs: Path) -> str | None:
    """Return the id of the run that `latest` points at, None if it points nowhere."""
    record = read_record(outputs / LATEST / FILE)
    return record.run_id if record else None


def remove_old_runs(outputs: Path, keep: int) -> None:
    """Remove all but the newest `keep` runs, and never the one that `latest` points at.

    A folder whose run.json does not name the folder is not ours, and stays.
    """
    pointed_at = latest_run(outputs)
    folders = sorted((outputs / "runs").iterdir(), reverse=True)
    runs = [folder for folder in folders if _is_run(folder)]
    for folder in runs[keep:]:
        if folder.name != pointed_at:
            _remove_run(folder)


def _is_run(folder: Path) -> bool:
    record = None if folder.is_symlink() else read_record(folder / FILE)
    return record is not None and record.run_id == folder.name


def _remove_run(folder: Path) -> None:
    """Remove a run's folder. run.json goes last: an interrupted removal is then taken up again."""
    for path in folder.iterdir():
        if path.name != FILE:
            _remove(path)
    shutil.rmtree(folder)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
