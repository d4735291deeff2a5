"""One run at a time on an outputs folder: the second one learns who is first."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.errors import InUseError
from opsdesk.guards.documents import parse_json

# Seconds. `opsdesk status` holds the lock for an instant to see whether it is free.
PATIENCE = 0.3
EXIT_IN_USE = 6  # of a run that did nothing, because another one is at work
LOCKS = (".lock", ".lock.json")  # the lock, and who holds it


class OutputsInUseError(InUseError):
    """Another run holds the lock of the outputs: a scheduler can tell it from a failure."""

    exit_code = EXIT_IN_USE


@contextmanager
def run_lock(outputs: Path, run_id: str, since: str) -> Iterator[None]:
    """Hold the lock of the folder `outputs`.

    Raises:
        OutputsInUseError: another run holds it; the text says which.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_lock_file(outputs))
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.05)
    except Timeout:
        raise OutputsInUseError(f"{describe(outputs)}: wait for it to end, or stop it.") from None
    try:
        holder = {"pid": os.getpid(), "run_id": run_id, "since": since}
        _holder_file(outputs).write_text(json.dumps(holder))
        yield
    finally:
        with suppress(OSError):
            _holder_file(outputs).unlink(missing_ok=True)
        lock.release()


def is_held(outputs: Path) -> bool:
    """Return whether a run holds the lock of `outputs` at this moment."""
    if not _lock_file(outputs).exists():
        return False
    lock = FileLock(_lock_file(outputs))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # a folder we may not write to: the holder's note is all there is
        return _holder_file(outputs).exists()
    lock.release()
    return False


def describe(outputs: Path) -> str:
    """Return who holds the lock, as the beginning of a sentence."""
    try:
        holder = parse_json(_holder_file(outputs).read_text())
        who = f"run {holder['run_id']} (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another run"
    return f"{project.shown(outputs)} is in use by {who}"


def _lock_file(outputs: Path) -> Path:
    return outputs / LOCKS[0]


def _holder_file(outputs: Path) -> Path:
    return outputs / LOCKS[1]
