"""One emulator process: started on a leash, waited for until it answers, its output kept in a log file."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from opsdesk.errors import OpsdeskError

LEASH = Path(__file__).with_name("supervisor.py")
LAST_WORDS = 600  # characters of the log in an error


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    ready_url: str,
    environment: Mapping[str, str],
    patience: float,
) -> Iterator[subprocess.Popen]:
    """Runs `command` while the block runs, from the moment `ready_url` answers; yields its leash.

    Raises:
        OpsdeskError: it ended, or did not answer within `patience` seconds; the text has the end of its log.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", LEASH, *command],
            stdin=subprocess.PIPE, stdout=output, stderr=output, env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C in the terminal is for us, who then end it in order
        )  # fmt: skip
    try:
        _wait(name, process, log, ready_url, patience)
        yield process
    finally:
        process.stdin.close()  # the leash kills the command and ends
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(name: str, process: subprocess.Popen, log: Path, url: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _answers(url):
        if process.poll() is not None:
            raise OpsdeskError(
                f"{name} ended at once (exit code {process.returncode}). {_last_words(log)}"
            )
        if time.monotonic() > deadline:
            raise OpsdeskError(f"{name} did not answer within {patience:.0f} s. {_last_words(log)}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError, urllib.error.URLError):
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({})
        )  # loopback needs no proxy
        with opener.open(url, timeout=2) as answer:
            return answer.status == 200
    return False


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    words = " / ".join(lines[-3:])[-LAST_WORDS:]
    return (
        f"Its last words, from {log}: {words}" if words else f"It said nothing; its log is {log}."
    )
