"""One emulator as a process: under the supervisor, ready when it answers, ended with the block."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from opsdesk.errors import OpsdeskError

SUPERVISOR = Path(__file__).with_name("supervisor.py")
LOG_EXCERPT = 600  # characters of the log in an error
POLL = 0.05  # seconds between two questions whether the server answers

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Server:
    """A server to start: `ready_url` answers once it is up, `environment` adds to ours."""

    name: str
    command: Sequence[str | Path]
    log: Path
    ready_url: str
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def running(server: Server, patience: float) -> Iterator[Process]:
    """Run a server while the block runs, from the moment it answers; yield its supervisor.

    Raises:
        OpsdeskError: it ended, or did not answer within `patience` seconds; the text has the end of
            its log.
    """
    process = _start(server)
    try:
        _wait(server, process, patience)
        yield process
    finally:
        _end(process)


def _start(server: Server) -> Process:
    with server.log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", SUPERVISOR, *server.command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**os.environ, **server.environment},
            # Ctrl-C in the terminal is for us; we end the server in order.
            start_new_session=True,
        )


def _end(process: Process) -> None:
    assert process.stdin
    process.stdin.close()  # the supervisor kills the command and ends
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(server: Server, process: Process, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _answers(server.ready_url):
        if process.poll() is not None:
            raise OpsdeskError(
                f"{server.name} ended at once (exit code {process.returncode}). "
                f"{_log_excerpt(server.log)}"
            )
        if time.monotonic() > deadline:
            raise OpsdeskError(
                f"{server.name} did not answer within {patience:.0f} s. {_log_excerpt(server.log)}"
            )
        time.sleep(POLL)


def _answers(url: str) -> bool:
    # A proxy of the machine must not get what is meant for loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError, urllib.error.URLError), opener.open(url, timeout=2) as answer:
        return bool(answer.status == HTTPStatus.OK)
    return False


def _log_excerpt(log: Path) -> str:
    stripped = (line.strip() for line in log.read_text(errors="replace").splitlines())
    lines = [line for line in stripped if line]
    if not lines:
        return f"Its log {log} is empty."
    excerpt = " / ".join(lines[-3:])[-LOG_EXCERPT:]
    return f"The end of its log {log}: {excerpt}"
