"""Opening a DuckDB file that other processes may hold, and copying it while none writes to it."""

import os
import re
import shutil
from pathlib import Path
from time import monotonic, sleep

import duckdb

from opsdesk import project
from opsdesk.errors import InUseError, OpsdeskError

# An SQLite file or the like is no reason to download an extension.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
PATIENCE = 60.0  # seconds to wait for another process to let go of the file
QUESTIONS = (
    duckdb.StatementType.SELECT,  # DESCRIBE, SHOW and SUMMARIZE too
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.MULTI,  # PIVOT
)
# What DuckDB says of a file in use.
HELD = ("set lock", "being used by another process", "different configuration")


def connect(
    path: Path, *, read_only: bool, patience: float | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection whose session is in UTC.

    While a connection may write, no other process can open the file.

    Raises:
        InUseError: another process held the file for `patience` seconds.
        OpsdeskError: it cannot be opened, or is no DuckDB file.
    """
    patience = PATIENCE if patience is None else patience
    deadline = monotonic() + patience
    if project.NO_DATABASE.search(str(path)) and os.name != "nt":
        raise OpsdeskError(
            f"DuckDB cannot keep a database in {project.shown(path)}: it misreads the characters "
            "? and \\ in a path. Name another place."
        )
    while True:
        try:
            connection = duckdb.connect(path, read_only=read_only, config=OFFLINE)
            connection.execute("SET TimeZone='UTC'")
            return connection
        except (duckdb.Error, OSError) as error:
            text = str(error)
            if not any(word in text for word in HELD):
                raise OpsdeskError(_cannot_open(path, text)) from None
            if monotonic() > deadline:
                raise InUseError(_held(path, text, patience)) from None
            sleep(0.05)


def copy_while_still(path: Path, target: Path, patience: float | None = None) -> None:
    """Copy a database, and what is in its log, at a moment when no process writes to it.

    Raises:
        OpsdeskError: it is in use, is no DuckDB file, or there is no room for the copy.
    """
    # POSIX drops all locks that a process has on a file when it closes any descriptor of it, so
    # the source is closed last.
    with path.open("rb") as source, connect(path, read_only=True, patience=patience):
        try:
            with target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 22)
            if log_of(path).exists():
                shutil.copyfile(log_of(path), log_of(target))
        except OSError as error:
            raise OpsdeskError(
                f"No private copy of {project.shown(path)} could be made in {target.parent} "
                f"({error.strerror}): make room there, or set TMPDIR to a folder with room."
            ) from None


def version_of(path: Path) -> tuple[tuple[int, int, int], ...]:
    """Return size, time and inode of the file and of its log: a new value means new content."""
    stats = [file.stat() for file in (path, log_of(path)) if file.exists()]
    return tuple((stat.st_size, stat.st_mtime_ns, stat.st_ino) for stat in stats)


def log_of(path: Path) -> Path:
    """Return the path of the write-ahead log of a DuckDB file."""
    return path.with_name(f"{path.name}.wal")


def first_lines(error: Exception) -> str:
    """Return DuckDB's words, without the hints after the first paragraph."""
    return " ".join(str(error).split("\n\n")[0].split())


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_path(path: Path) -> str:
    """Return a path as an SQL string literal by which DuckDB finds this file and no other."""
    return quoted(str(project.literal(path, project.PATTERN)))


def refuse_other_than_select(sql: str) -> None:
    """Refuse a text that is not exactly one question: DuckDB would answer the last one only.

    Raises:
        OpsdeskError: no SELECT in it, more than one statement, or none that DuckDB can read.
    """
    try:
        sql.encode()
        statements = duckdb.extract_statements(sql)
    except UnicodeEncodeError:
        raise OpsdeskError("The query has bytes that are not UTF-8.") from None
    except duckdb.Error as error:
        raise OpsdeskError(f"The query failed: {first_lines(error)}") from None
    if len(statements) > 1:
        raise OpsdeskError(
            f"The query has {len(statements)} statements, and one is answered at a time: "
            "ask them one by one."
        )
    if not statements or statements[0].type not in QUESTIONS:
        raise OpsdeskError("The query is no SELECT: write one, such as FROM backlog_daily.")


def _held(path: Path, text: str, patience: float) -> str:
    holder = re.search(r"held in (.+?) \(PID (\d+)\)", text)
    who = f"process {holder[2]} ({holder[1]})" if holder else "another process"
    return (
        f"The warehouse {project.shown(path)} is held by {who}; waited {patience:.0f} s. "
        "If it is a run, wait until it has ended; else close it there (a DuckDB shell, a notebook)."
    )


def _cannot_open(path: Path, text: str) -> str:
    shown = project.shown(path)
    if "not a valid DuckDB database file" in text:
        return f"{shown} is not a DuckDB file: move it away, or name another file as `warehouse`."
    return f"Cannot open the warehouse {shown}: {' '.join(text.split())[:300]}"
