"""Writing the lake: changed days only, each month's manifest last.

Needs in the work database the view `kept`: the lake's columns (created_at and resolved_at as UTC timestamps), digest, lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

import duckdb

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.cleaning_sql import DIGEST, LINES
from opsdesk.lake.lake import COLUMNS, Lake, Manifest, day_of, folder_of

BATCH = 1_000_000  # rows sorted at a time: bounds memory
ISO = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"
TYPES = {
    "created_at": "TIMESTAMP",
    "resolved_at": "TIMESTAMP",
    "resolution_hours": "DOUBLE",
    "sla_hours": "DOUBLE",
    "sla_breached": "BOOLEAN",
}


class Day(NamedTuple):
    """What is to stand in a day's file: rows, a digest that does not depend on their order, physical lines, the last instant (UTC)."""

    rows: int
    digest: str
    lines: int
    latest: datetime

    @property
    def known_by(self) -> list:
        """What the lake's record keeps of it."""
        return [self.rows, self.digest]


@dataclass(frozen=True)
class Done:
    """Day files written, unchanged and removed; `digests` tells the next ingest what each day holds."""

    counts: dict[str, int]
    digests: dict[str, list]


def merge_with_lake(con: duckdb.DuckDBPyConnection, lake: Lake, work: Path) -> None:
    """Makes `kept` the new content of every day that a delta touches: its tickets, and the lake's others of those days.

    Days whose files do not match their manifest are touched too: an earlier try of this delta has left them.
    """
    names = lake.day_files()
    torn = sorted(day_of(name) for name in lake.faults(lake.manifests()) if name in names)
    con.execute(f"CREATE TABLE arrived AS SELECT {', '.join(COLUMNS)} FROM kept")
    con.execute(
        "CREATE TABLE touched AS SELECT DISTINCT CAST(created_at AS DATE) AS day FROM arrived"
    )
    con.execute("INSERT INTO touched SELECT unnest($torn)::DATE", {"torn": torn})
    columns = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in COLUMNS)
    files = [str(path) for path in lake.store.local_paths(names, work)]
    if files:
        con.execute(f"CREATE VIEW lake AS SELECT * FROM read_csv([{', '.join(map(quoted, files))}], header=true, auto_detect=false, "
                    f"delim=',', quote='\"', escape='\"', columns={{{columns}}})")  # fmt: skip
        con.execute(
            "INSERT INTO touched SELECT DISTINCT CAST(created_at AS DATE) FROM lake SEMI JOIN arrived USING (ticket_id)"
        )
        con.execute(f"""INSERT INTO arrived SELECT {", ".join(COLUMNS)} FROM lake ANTI JOIN arrived USING (ticket_id)
            WHERE CAST(created_at AS DATE) IN (SELECT day FROM touched)""")
    con.execute(
        f"CREATE OR REPLACE VIEW kept AS SELECT *, {DIGEST} AS digest, {LINES} AS lines FROM arrived"
    )


def write_days(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    kind: str,
    wanted: Mapping[str, Day],
    old: Mapping[str, list],
    work: Path,
) -> Done:
    """Brings every month of the lake to what `kept` says: writes the days that differ, removes those that are gone.

    Args:
        con: the work database. lake: where to write. kind: with `delta` the days that are not in the table `touched` stay.
        wanted: what `kept` holds of each day. old: digests of the days as the lake holds them, as far as known.
        work: a folder for the sorted copy.
    """
    manifests = lake.manifests(skip_unreadable=True, folders=("raw",))
    faults, present = lake.faults(manifests), lake.day_files()
    recorded = {
        file.day: file
        for part in manifests.values()
        for file in part.files
        if _name(file.day) not in faults
    }
    touched = (
        {str(day) for (day,) in con.execute("SELECT day FROM touched").fetchall()}
        if kind == "delta"
        else {*recorded}
    )
    files = {day: file for day, file in recorded.items() if day not in touched}
    files |= {
        day: recorded[day]
        for day in wanted
        if day in recorded
        and old.get(day) == [recorded[day].rows, wanted[day].digest] == wanted[day].known_by
    }
    changed = {day: wanted[day] for day in wanted if day not in files}
    wanted_days, present_days = _by_month([*files, *changed]), _by_month(map(day_of, present))

    def commit(month: str) -> None:
        content = Manifest(month, tuple(files[day] for day in wanted_days.get(month, [])))
        _commit(
            lake, content, manifests.get(month, Manifest(month, ())), present_days.get(month, [])
        )

    last_days = {day[:7]: day for day in changed}
    for day, content in _contents(con, changed, work):
        files[day] = lake.write_file(day[:7], f"{day}.csv", changed[day].rows, content)
        if day == last_days[day[:7]]:
            commit(day[:7])
    for month in sorted({*manifests, *present_days} - last_days.keys()):
        commit(month)
    kept_digests = {
        day: digest for day, digest in old.items() if day in files and day not in wanted
    }
    digests = kept_digests | {day: content.known_by for day, content in wanted.items()}
    removed = len({day_of(name) for name in present} - {*files})
    return Done(
        {"written": len(changed), "unchanged": len(wanted) - len(changed), "removed": removed},
        dict(sorted(digests.items())),
    )


def _commit(lake: Lake, wanted: Manifest, old: Manifest, present: list[str]) -> None:
    """Writes a month's manifest where it changed, then removes the files of those days `present` that no longer count."""
    if wanted != old:
        lake.write_manifest(wanted)
    for day in sorted({*present} - {file.day for file in wanted.files}):
        lake.store.delete(_name(day))


def _by_month(days: Iterable[str]) -> dict[str, list[str]]:
    return {month: list(group) for month, group in groupby(sorted(days), key=lambda day: day[:7])}


def _name(day: str) -> str:
    return f"{folder_of(day[:7])}/{day}.csv"


def read_days(con: duckdb.DuckDBPyConnection) -> dict[str, Day]:
    """What `kept` holds of each UTC day."""
    return {
        day.isoformat(): Day(rows, str(digest), int(lines), latest)
        for day, rows, digest, lines, latest in con.execute("""
            SELECT CAST(created_at AS DATE) AS day, count(*), sum(digest), sum(lines), greatest(max(created_at), max(resolved_at))
            FROM kept GROUP BY day ORDER BY day""").fetchall()
    }


def _batches(changed: Mapping[str, Day]) -> list[list[str]]:
    """The changed days, whole months together, about BATCH rows at a time."""
    batches: list[list[str]] = []
    rows = 0
    for day, content in changed.items():
        if not batches or (rows >= BATCH and batches[-1][-1][:7] != day[:7]):
            batches.append([])
            rows = 0
        batches[-1].append(day)
        rows += content.rows
    return batches


def _contents(
    con: duckdb.DuckDBPyConnection, changed: Mapping[str, Day], work: Path
) -> Iterator[tuple[str, bytes]]:
    """Yields (day, bytes of its file) in order: sorted copies of many days, cut by their counts of lines."""
    columns = ", ".join(
        ISO.format(name) if name in ("created_at", "resolved_at") else name for name in COLUMNS
    )
    header, sorted_file = (",".join(COLUMNS) + "\n").encode(), work / "sorted.csv"
    for days in _batches(changed):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest($days)::DATE AS day",
            {"days": days},
        )
        con.execute(f"""COPY (SELECT {columns} FROM kept
            WHERE kept.created_at >= DATE '{days[0]}' AND kept.created_at < DATE '{days[-1]}' + 1
                AND CAST(kept.created_at AS DATE) IN (SELECT day FROM wanted)
            ORDER BY kept.created_at, kept.ticket_id) TO {quoted(str(sorted_file))} (FORMAT csv, HEADER false)""")
        with sorted_file.open("rb", buffering=1 << 20) as file:
            for day in days:
                yield day, header + b"".join(islice(file, changed[day].lines))
        sorted_file.unlink()
