"""Step 1: an export becomes the lake. Every row of it ends in a day file or among the rejects, and that is counted."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.checksums import checksum
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.agents import agents_csv, read_agents
from opsdesk.ingest.cleaning_sql import create_clock_changes
from opsdesk.ingest.day_files import Day, merge_with_lake, read_days, write_days
from opsdesk.ingest.export_file import ExportFile, check_columns, open_export
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reading.clean_blocks import Reading
from opsdesk.ingest.reading.row_cache import FORMAT, Remembered, TornError, attach, cache_of, forget
from opsdesk.ingest.reasons import ISSUE_MEANINGS
from opsdesk.ingest.rejects import collect_rejects, decide, keep_rejects
from opsdesk.ingest.result import IngestResult
from opsdesk.ingest.signature import lake_digest, refuse_torn, sign, still_true, trusted_digests
from opsdesk.ingest.source_files import SourceFile
from opsdesk.ingest.work_database import explained, work_database
from opsdesk.instants import read_instant
from opsdesk.lake.lake import AGENTS, DayFile, Lake, Manifest

KINDS = ("full", "delta")
SMALLEST_CACHE = 8 << 20  # bytes; a smaller one is never too large


@dataclass(frozen=True)
class Delivery:
    """What is to be brought in: the export's files and how to read them, the agents, and the moment of the run (UTC)."""

    files: list[ExportFile]
    mapping: Mapping
    agents: list[dict[str, str]]
    kind: str
    moment: datetime

    @property
    def size(self) -> int:
        """Bytes of its files as plain text."""
        return sum(file.plain.stat().st_size for file in self.files)

    @property
    def names(self) -> str:
        """The files as messages name them."""
        return ", ".join(file.name for file in self.files)


def ingest(
    export: Sequence[SourceFile],
    mapping: Mapping,
    agents: Sequence[SourceFile],
    export_kind: str,
    lake: Lake,
    run_at: str,
) -> IngestResult:
    """Brings an export into the lake.

    Args:
        export: its CSV files. mapping: how its columns become ours. agents: the file agents_master, or none.
        export_kind: `full` (days it no longer has disappear) or `delta` (rows are upserted by ticket_id).
        lake: where to write. run_at: the moment of the run (ISO 8601); later instants are the future.

    Raises:
        OpsdeskError: anything a person can put right; nothing the tables are made from has changed then, unless the
            text says that writing was interrupted.
    """
    if export_kind not in KINDS:
        raise OpsdeskError(f"export_kind: {export_kind!r} is neither full nor delta.")
    moment = read_instant("run_at", run_at).replace(tzinfo=None)
    with lake.store.locked(), lake.store.work_folder() as work:
        files = open_files(export, mapping, work)
        delivery = Delivery(files, mapping, read_agents(agents, work), export_kind, moment)
        signature = sign(delivery.files, mapping, agents_csv(delivery.agents), export_kind)
        record = lake.record()
        if unchanged := still_true(record, signature, moment, lake):
            return IngestResult(record, unchanged, lake)
        if export_kind == "delta":
            refuse_torn(lake, record, signature)
        return IngestResult(_bring_in(delivery, lake, signature, work), unchanged, lake)


def open_files(sources: Sequence[SourceFile], rules: Mapping, work: Path) -> list[ExportFile]:
    """Every file of the export, each held to the mapping before any is read."""
    is_unique = len({source.name for source in sources}) == len(sources)
    files = [
        open_export(source, rules.delimiter, work, source.name if is_unique else source.shown)
        for source in sources
    ]
    for file in files:
        check_columns(file, rules.sources, rules.name)
    return files


def _bring_in(delivery: Delivery, lake: Lake, signature: dict, work: Path) -> dict:
    """Reads, cleans and writes; returns the record that it leaves in the lake."""
    cache = cache_of(lake.store) if delivery.kind == "full" and len(delivery.files) == 1 else None
    is_remembered = cache is not None and cache.exists()
    try:
        with explained(work, delivery.size):
            try:
                return _write_lake(delivery, lake, signature, work, cache or work / "rows.duckdb")
            except (TornError, duckdb.Error):
                if not is_remembered:
                    raise
            forget(
                cache
            )  # a torn block of it is found where it is read; a full disk will be found again
            (again := work / "again").mkdir()
            return _write_lake(delivery, lake, signature, again, cache)
    finally:
        if (
            cache
            and cache.exists()
            and cache.stat().st_size > max(SMALLEST_CACHE, delivery.size / 2)
        ):
            forget(cache)  # after many changes it may hold more room than rows


def _write_lake(delivery: Delivery, lake: Lake, signature: dict, work: Path, cache: Path) -> dict:
    with work_database(work, delivery.size) as con:
        layouts = _read_files(con, delivery, signature, work, cache)
        rows = sum(layout.rows for layout in layouts)
        decide(con)
        with ThreadPoolExecutor(
            1
        ) as worker:  # DuckDB counts while Python looks up the text of rejected rows
            counted = worker.submit(_count, con.cursor())
            rejected, examples = collect_rejects(con, layouts, work / "rejects.csv")
        wanted, facts = counted.result()
        kept = sum(day.rows for day in wanted.values())
        _reconcile(delivery, rows, kept, rejected, examples)
        digests = trusted_digests(lake.record(), signature)
        lake.write_record(lake.record() | {"writing": signature})
        if delivery.kind == "delta":
            merge_with_lake(con, lake, work)
            wanted = read_days(con)
        done = write_days(con, lake, delivery.kind, wanted, digests, work)
    _write_agents(lake, delivery.agents)
    sums = keep_rejects(lake, work / "rejects.csv", signature, delivery.kind)
    manifests = lake.manifests()
    lake.store.ensure_unchanged("raw")
    lake.store.ensure_unchanged("agents_data")
    months = [
        (part, len(m.files), m.rows, sum(f.bytes for f in m.files))
        for part, m in manifests.items()
        if part != "agents"
    ]
    record = {
        "signature": signature, "lake": lake_digest(manifests), "rows": rows, "kept": kept, "rejected": rejected,
        "examples": examples, "rejects": sums, **facts, "agents": len(delivery.agents), "months": months,
        "days_done": done.counts, "digests": done.digests,
    }  # fmt: skip
    lake.write_record(record)
    return record


def _read_files(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, signature: dict, work: Path, cache: Path
) -> list[Layout]:
    """Makes the view `rows`: every record of every file, cleaned, with its number in its file; then `older` and `kept`."""
    con.execute(create_clock_changes(delivery.mapping))
    attach(con, cache)
    maker = json.dumps(
        [
            FORMAT,
            signature["mapping"],
            signature["cleaning"],
            [file.header for file in delivery.files],
        ]
    )
    memory = Remembered(con, maker, delivery.moment)
    layouts = Reading(con, delivery.mapping, delivery.moment, memory, work).read(delivery.files)
    _find_duplicates(con, memory)
    return layouts


def _find_duplicates(con: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    """Makes `older` (every version of a ticket but its newest) and `kept` (what goes into the lake)."""
    made, among = (
        ("TABLE", f"SEMI JOIN ({memory.may_repeat}) USING (ticket_id)")
        if memory.may_repeat
        else ("VIEW", "")
    )
    con.execute(
        f"CREATE {made} versions AS SELECT ticket_id, updated_at, file, record FROM rows {among} WHERE reason IS NULL"
    )
    con.execute(
        "CREATE TABLE repeated AS SELECT ticket_id FROM versions GROUP BY ticket_id HAVING count(*) > 1"
    )
    con.execute("""CREATE TABLE older AS SELECT file, record FROM versions SEMI JOIN repeated USING (ticket_id)
        QUALIFY row_number() OVER (PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC) > 1""")
    memory.keep_repeated("repeated")
    con.execute("""CREATE VIEW kept AS SELECT * FROM rows ANTI JOIN older USING (file, record)
        WHERE reason IS NULL AND NOT closed_without_resolution""")


def _reconcile(
    delivery: Delivery, rows: int, kept: int, rejected: dict[str, int], examples: list[tuple]
) -> None:
    """Stops before anything is written where rows are unaccounted for, or where nothing would be left."""
    lost = rows - kept - sum(rejected.values())
    if not rows:
        raise OpsdeskError(
            f"The export {delivery.names} has a header but no rows. Nothing was changed; export it again."
        )
    if lost:
        raise OpsdeskError(
            f"{delivery.names}: of {rows:,} rows {kept:,} were kept and {sum(rejected.values()):,} rejected; {lost:,} are "
            "unaccounted for. Nothing was changed; please report this export."
        )
    if not kept:
        reason, detail, file, line, _ = min(examples, key=lambda example: example[3])
        counts = ", ".join(f"{reason} {count:,}" for reason, count in rejected.items())
        raise OpsdeskError(
            f"Every row of {delivery.names} would be rejected ({counts}); the first is line {line} of {file}: {reason}"
            f"{f' ({detail})' if detail else ''}. Nothing was changed; does the mapping fit this export?"
        )


def _count(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, Day], dict]:
    """What `kept` holds of each day; rows by issue, and the span of run moments for which the future stays what it is."""
    days = read_days(con)
    counts: Counter[str] = Counter()
    for codes, rows in con.execute(
        "SELECT _issues, count(*) FROM kept WHERE _issues IS NOT NULL GROUP BY _issues"
    ).fetchall():
        counts.update(dict.fromkeys(codes.split(";"), rows))
    known, until = (
        max((day.latest for day in days.values()), default=None),
        con.execute("SELECT min(known_from) FROM rows").fetchone()[0],
    )
    return days, {
        "issues": {code: counts[code] for code in ISSUE_MEANINGS if code in counts},
        "known": [known and known.isoformat(), until and until.isoformat()],
    }


def _write_agents(lake: Lake, agents: list[dict]) -> None:
    content = agents_csv(agents)
    old = lake.manifests(skip_unreadable=True, folders=("agents_data",)).get("agents")
    if not agents:
        lake.write_manifest(Manifest("agents", ()))
        lake.store.delete(AGENTS)
    else:
        new = Manifest(
            "agents", (DayFile(AGENTS.rsplit("/")[-1], len(agents), *checksum(content)),)
        )
        if lake.store.checksums("agents_data").get(AGENTS) != new.files[0].checksum:
            lake.store.write(AGENTS, content)
        if new != old:
            lake.write_manifest(new)
