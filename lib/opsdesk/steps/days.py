"""Writing the lake: changed days only, each month's manifest last.

Needs in the work database the view `kept`: the lake's columns (created_at and resolved_at as UTC timestamps).
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from opsdesk.lake import COLUMNS, Lake, Manifest, folder_of
from opsdesk.records import quoted

BATCH = 1_000_000  # rows sorted at a time: bounds memory
ISO = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ') AS {0}"
TYPES = {
    "created_at": "TIMESTAMP",
    "resolved_at": "TIMESTAMP",
    "resolution_hours": "DOUBLE",
    "sla_hours": "DOUBLE",
    "sla_breached": "BOOLEAN",
}


@dataclass(frozen=True)
class Done:
    """Day files written, unchanged and removed; `digests` tells the next ingest what each day holds."""

    counts: dict[str, int]
    digests: dict[str, list]


def merge_with_lake(con: duckdb.DuckDBPyConnection, lake: Lake, work: Path) -> None:
    """Makes `kept` the new content of every day that a delta touches: its tickets, and the lake's others of those days."""
    names = [name for name in lake.store.names("raw") if name.endswith(".csv")]
    con.execute("CREATE TABLE arrived AS SELECT * FROM kept")
    con.execute("CREATE TABLE touched AS SELECT DISTINCT CAST(created_at AS DATE) AS day FROM arrived")
    columns = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in COLUMNS)
    files = [str(path) for path in lake.store.local_paths(names, work)]
    if files:
        con.execute(f"CREATE VIEW lake AS SELECT * FROM read_csv([{', '.join(map(quoted, files))}], header=true, auto_detect=false, "
                    f"delim=',', quote='\"', escape='\"', columns={{{columns}}})")  # fmt: skip
        con.execute(
            "INSERT INTO touched SELECT DISTINCT CAST(created_at AS DATE) FROM lake SEMI JOIN arrived USING (ticket_id)"
        )
        con.execute(f"""INSERT INTO arrived BY NAME SELECT {", ".join(COLUMNS)} FROM lake ANTI JOIN arrived USING (ticket_id)
            WHERE CAST(created_at AS DATE) IN (SELECT day FROM touched)""")
    con.execute("CREATE OR REPLACE VIEW kept AS SELECT * FROM arrived")


def write_days(con: duckdb.DuckDBPyConnection, lake: Lake, kind: str, *, whole_lines: bool, work: Path) -> Done:
    """Writes every day that is not in the lake as it should be, removes those that are gone.

    With kind `delta` only the days in `kept` and in `touched` are looked at. `whole_lines`: cells may hold newlines.
    """
    manifests = {part: manifest for part, manifest in lake.manifests().items() if part != "agents"}
    faults = lake.faults(manifests)
    old = lake.record().get("digests", {})
    wanted = _digests(con, whole_lines)
    present = {name.rsplit("/", 1)[1][:10]: name for name in lake.store.names("raw") if name.endswith(".csv")}
    touched = (
        {str(day) for (day,) in con.execute("SELECT day FROM touched").fetchall()} if kind == "delta" else set(present)
    )
    gone = sorted((touched & set(present)) - set(wanted))
    changed = [
        day for day in wanted if old.get(day) != list(wanted[day][:2]) or day not in present or present[day] in faults
    ]
    written = _write_changed(con, lake, {day: wanted[day] for day in changed}, manifests, gone, work)
    kept_digests = {day: digest for day, digest in old.items() if kind == "delta" and day not in gone}
    digests = kept_digests | {day: list(digest[:2]) for day, digest in wanted.items()}
    return Done(
        {"written": written, "unchanged": len(wanted) - written, "removed": len(gone)}, dict(sorted(digests.items()))
    )


def _digests(con: duckdb.DuckDBPyConnection, whole_lines: bool) -> dict[str, tuple[int, str, int]]:
    """For each UTC day in `kept`: rows, a digest that does not depend on their order, physical lines."""
    texts = [name for name in COLUMNS if name not in TYPES]
    breaks = " + ".join(f"coalesce(length({name}) - length(replace({name}, chr(10), '')), 0)" for name in texts)
    lines = f"count(*) + sum({breaks})" if whole_lines else "count(*)"
    return {
        day: (rows, str(digest), int(lines))
        for day, rows, digest, lines in con.execute(f"""
            SELECT strftime(date_trunc('day', created_at), '%Y-%m-%d') AS day, count(*), sum(hash({", ".join(COLUMNS)})), {lines}
            FROM kept GROUP BY day ORDER BY day""").fetchall()
    }


def _write_changed(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    changed: dict,
    manifests: dict[str, Manifest],
    gone: list[str],
    work: Path,
) -> int:
    """Month by month: the day files, then the manifest. Returns how many files were written."""
    for day in gone:
        manifests[day[:7]] = _without(manifests.get(day[:7]), day)
    for days in _batches(changed):
        contents = _contents(con, days, {day: changed[day][2] for day in days}, work)
        for month in dict.fromkeys(day[:7] for day in days):
            files = {file.file: file for file in manifests.get(month, Manifest(month, ())).files}
            for day, content in islice(contents, sum(day[:7] == month for day in days)):
                files[f"{day}.csv"] = lake.write_file(month, f"{day}.csv", changed[day][0], content)
            manifests[month] = Manifest(month, tuple(files[name] for name in sorted(files)))
            _commit(lake, manifests[month])
    for month in {day[:7] for day in gone} - {day[:7] for day in changed}:
        _commit(lake, manifests[month])
    return len(changed)


def _without(manifest: Manifest | None, day: str) -> Manifest:
    files = manifest.files if manifest else ()
    return Manifest(day[:7], tuple(file for file in files if file.file != f"{day}.csv"))


def _commit(lake: Lake, manifest: Manifest) -> None:
    """Writes a month's manifest, then clears its folder of files that no longer count."""
    lake.write_manifest(manifest)
    folder = folder_of(manifest.part)
    for name in (
        set(lake.store.names(folder))
        - {f"{folder}/{file.file}" for file in manifest.files}
        - {f"{folder}/_manifest.json"}
    ):
        lake.store.delete(name)


def _batches(changed: dict[str, tuple[int, str, int]]) -> list[list[str]]:
    """The changed days, whole months together, about BATCH rows at a time."""
    batches: list[list[str]] = []
    rows = 0
    for day, (count, *_) in changed.items():
        if not batches or (rows >= BATCH and batches[-1][-1][:7] != day[:7]):
            batches.append([])
            rows = 0
        batches[-1].append(day)
        rows += count
    return batches


def _contents(con: duckdb.DuckDBPyConnection, days: list[str], lines: dict[str, int], work: Path):
    """Yields (day, bytes of its file): one sorted copy of all the days, cut by their counts of lines."""
    columns = ", ".join(ISO.format(name) if name in ("created_at", "resolved_at") else name for name in COLUMNS)
    con.execute("CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest($days)::DATE AS day", {"days": days})
    sorted_file = work / "sorted.csv"
    con.execute(f"""COPY (SELECT {columns} FROM kept
        WHERE kept.created_at >= DATE '{days[0]}' AND kept.created_at < DATE '{days[-1]}' + 1
            AND CAST(kept.created_at AS DATE) IN (SELECT day FROM wanted)
        ORDER BY kept.created_at, kept.ticket_id) TO {quoted(str(sorted_file))} (FORMAT csv, HEADER false)""")
    header = (",".join(COLUMNS) + "\n").encode()
    with sorted_file.open("rb", buffering=1 << 20) as file:
        for day in days:
            yield day, header + b"".join(islice(file, lines[day]))
    sorted_file.unlink()
