"""Opening a DuckDB file that others may hold, and saying who does."""

import re
import time
from pathlib import Path

import duckdb

from opsdesk import project
from opsdesk.errors import OpsdeskError

WAIT_SECONDS = 60


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A connection, waiting WAIT_SECONDS at most for another process to let go of the file."""
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return duckdb.connect(path, read_only=read_only)
        except duckdb.IOException as error:
            text = str(error)
            if "lock" not in text.lower():
                raise OpsdeskError(_cannot_open(path, text)) from None
            if time.monotonic() > give_up:
                raise OpsdeskError(_held(path, text)) from None
            time.sleep(0.1)
        except (duckdb.Error, OSError) as error:
            raise OpsdeskError(_cannot_open(path, str(error))) from None


def _held(path: Path, text: str) -> str:
    holder = re.search(r"held in (.+?) \(PID (\d+)\)", text)
    who = f"process {holder[2]} ({holder[1]})" if holder else "another process"
    return f"The warehouse {project.shown(path)} is held by {who}; waited {WAIT_SECONDS} s. Close it there (a DuckDB shell, a notebook), then try again."


def _cannot_open(path: Path, text: str) -> str:
    if "not a valid DuckDB database file" in text:
        return f"{project.shown(path)} is not a DuckDB file: move it away, or name another file as `warehouse`."
    return f"Cannot open the warehouse {project.shown(path)}: {text.splitlines()[0]}"


def first_lines(error: Exception) -> str:
    """What DuckDB says, without the hints after the first paragraph."""
    return " ".join(str(error).split("\n\n")[0].split())
