"""Step 1: an export becomes the lake. Every row of it ends in a day file or among the rejects, and that is counted."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from opsdesk.agents import agents_csv, read_agents
from opsdesk.clean import ISSUE_MEANINGS, REASONS, create_clock_changes, select_tickets
from opsdesk.errors import OpsdeskError
from opsdesk.export import ExportFile, check_columns, find_files, open_export
from opsdesk.instants import read_instant
from opsdesk.lake import AGENTS, MISSING, Lake, Manifest, open_lake
from opsdesk.mapping import Mapping, read_mapping
from opsdesk.records import Layout, quoted, read_records
from opsdesk.steps.days import merge_with_lake, write_days
from opsdesk.steps.ingested import IngestResult
from opsdesk.steps.rejects import list_rejects, read_rejects, write_rejects

CLEANING = 1  # raise it when the same export would give another lake: then nothing counts as unchanged
SMALL = 200 << 20  # bytes of export
KINDS = ("full", "delta")


def ingest(export: str, mapping: str, agents: str, export_kind: str, lake: str, run_at: str) -> IngestResult:
    """Brings an export into the lake.

    Args:
        export: path or glob of CSV files. mapping: a name in params/mappings. agents: path of agents_master, or "".
        export_kind: `full` (days it no longer has disappear) or `delta` (rows are upserted by ticket_id).
        lake: the lake's folder. run_at: the moment of the run; later instants are the future.

    Raises:
        OpsdeskError: anything a person can put right; nothing the tables are made from has changed then, unless the
            text says that writing was interrupted.
    """
    if export_kind not in KINDS:
        raise OpsdeskError(f"export_kind: {export_kind!r} is neither full nor delta.")
    moment = read_instant("run_at", run_at).replace(tzinfo=None)
    rules, target = read_mapping(mapping), open_lake(lake)
    paths = find_files(export)
    with target.locked(), _work_folder(target) as work:
        files = [open_export(path, rules.delimiter, work) for path in paths]
        for file in files:
            check_columns(file, rules.sources, rules.name)
        known_agents = read_agents(agents, work)
        signature = _signature(files, rules, agents_csv(known_agents), export_kind)
        record = target.record()
        if not _still_true(record, signature, moment, target):
            if export_kind == "delta":
                _refuse_torn(target, record, signature)
            record = _bring_in(files, rules, known_agents, export_kind, target, moment, signature, work)
            return IngestResult(record, False, read_rejects(target, record))
    return IngestResult(record, True, read_rejects(target, record))


@contextmanager
def _work_folder(lake: Lake) -> Iterator[Path]:
    """A folder for what ingest needs on disk, beside the lake's data; what a killed one left there goes first."""
    for left in lake.store.folder.glob(".work-*"):
        _remove(left)
    with tempfile.TemporaryDirectory(dir=lake.store.folder, prefix=".work-") as folder:
        yield Path(folder)


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        _remove(path) if path.is_dir() else path.unlink()
    folder.rmdir()


def _signature(files: list[ExportFile], mapping: Mapping, agents: bytes, kind: str) -> dict:
    """All that decides what an ingest writes, but for the moment of the run."""
    return {
        "files": [[file.name, file.sha256] for file in files],
        "mapping": [mapping.name, hashlib.sha256(mapping.path.read_bytes()).hexdigest()],
        "agents": hashlib.sha256(agents).hexdigest(),
        "kind": kind,
        "cleaning": [CLEANING, duckdb.__version__],
    }


def _still_true(record: dict, signature: dict, moment: datetime, lake: Lake) -> bool:
    """Whether the lake is what ingesting this export at this moment would make it, to the byte."""
    if (
        "writing" in record
        or record.get("signature") != signature
        or record.get("lake") != _lake_digest(lake.manifests())
    ):
        return False
    since, until = record["known"]
    timely = since <= moment.isoformat() and (until is None or moment.isoformat() < until)
    return (
        timely
        and not lake.faults(lake.manifests())
        and lake.store.checksums("rejects") == {name: tuple(sums) for name, sums in record["rejects"].items()}
    )


def _refuse_torn(lake: Lake, record: dict, signature: dict) -> None:
    """A delta can mend what its own interrupted try has left, and nothing else: it does not hold the other tickets."""
    for name, fault in lake.faults(lake.manifests()).items():
        if record.get("writing") != signature or fault == MISSING:
            raise OpsdeskError(
                f"The lake {lake.store.url} is torn: {name} {fault}. Run the ingest that was interrupted again, "
                "or a full export; then this delta."
            )


def _lake_digest(manifests: dict[str, Manifest]) -> str:
    return hashlib.sha256(
        "".join(f"{part} {manifest.fingerprint}\n" for part, manifest in manifests.items()).encode()
    ).hexdigest()


def _bring_in(
    files: list[ExportFile],
    mapping: Mapping,
    agents: list[dict],
    kind: str,
    lake: Lake,
    moment: datetime,
    signature: dict,
    work: Path,
) -> dict:
    with _work_database(work, sum(file.plain.stat().st_size for file in files)) as con:
        layouts = _read_files(con, files, mapping, moment, work)
        _find_duplicates(con)
        rows = sum(layout.rows for layout in layouts)
        kept = con.execute("SELECT count(*) FROM kept").fetchone()[0]
        rejects = list(list_rejects(con, layouts))
        rejected = {reason: count for reason in REASONS if (count := sum(row[0] == reason for row in rejects))}
        _reconcile(files, rows, kept, rejected, rejects)
        facts = _facts(con)
        lake.write_record(lake.record() | {"writing": signature})
        if kind == "delta":
            merge_with_lake(con, lake, work)
        has_newlines = kind == "delta" or any(layout.spans for layout in layouts)
        done = write_days(con, lake, kind, has_newlines=has_newlines, work=work)
    _write_agents(lake, agents)
    sums = write_rejects(lake, rejects, signature, kind)
    manifests = lake.manifests()
    months = [
        [part, len(m.files), m.rows, sum(f.bytes for f in m.files)] for part, m in manifests.items() if part != "agents"
    ]
    record = {
        "signature": signature, "lake": _lake_digest(manifests), "rows": rows, "kept": kept, "rejected": rejected, "rejects": sums,
        **facts, "agents": len(agents), "months": months, "days_done": done.counts, "digests": done.digests,
    }  # fmt: skip
    lake.write_record(record)
    return record


@contextmanager
def _work_database(work: Path, size: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small export fits in memory; a large one gets a database on disk, so that memory does not grow with it."""
    limit = "500MB" if size < 2 << 30 else "1500MB"
    with duckdb.connect(":memory:" if size < SMALL else work / "work.duckdb") as con:
        con.execute(f"SET memory_limit={quoted(limit)}; SET temp_directory={quoted(str(work / 'spill'))}")
        con.execute("SET TimeZone='UTC'; PRAGMA disable_checkpoint_on_shutdown")
        try:
            yield con
        except duckdb.OutOfMemoryException as error:
            raise OpsdeskError(
                f"The disk or the memory allowed to ingest ({limit}) is full: {str(error).splitlines()[0]}"
            ) from None
        except duckdb.IOException as error:
            raise OpsdeskError(
                f"Reading or writing failed on this machine's disk: {str(error).splitlines()[0]}"
            ) from None


def _read_files(
    con: duckdb.DuckDBPyConnection, files: list[ExportFile], mapping: Mapping, moment: datetime, work: Path
) -> list[Layout]:
    con.execute(create_clock_changes(mapping))
    layouts = []
    for number, file in enumerate(files):
        select = select_tickets(mapping, file.header).replace("$run_at", f"TIMESTAMP '{moment}'")
        layouts.append(read_records(con, file, mapping.delimiter, select, f"rows_{number}", work))
    union = " UNION ALL ".join(
        f"SELECT {number} AS file, rowid AS record, * FROM rows_{number}" for number in range(len(files))
    )
    con.execute(f"CREATE VIEW rows AS {union}")
    return layouts


def _find_duplicates(con: duckdb.DuckDBPyConnection) -> None:
    """Makes `older` (every version of a ticket but its newest) and `kept` (what goes into the lake)."""
    con.execute(
        """CREATE TABLE repeated AS SELECT ticket_id FROM rows WHERE reason IS NULL GROUP BY ticket_id HAVING count(*) > 1"""
    )
    con.execute("""CREATE TABLE older AS SELECT file, record FROM rows SEMI JOIN repeated USING (ticket_id) WHERE reason IS NULL
        QUALIFY row_number() OVER (PARTITION BY ticket_id ORDER BY updated_at DESC NULLS LAST, file DESC, record DESC) > 1""")
    con.execute("""CREATE VIEW kept AS SELECT * FROM rows ANTI JOIN older USING (file, record)
        WHERE reason IS NULL AND NOT closed_without_resolution""")


def _reconcile(files: list[ExportFile], rows: int, kept: int, rejected: dict[str, int], rejects: list) -> None:
    names = ", ".join(file.name for file in files)
    if not rows:
        raise OpsdeskError(f"The export {names} has a header but no rows. Nothing was changed; export it again.")
    if not kept:
        reason, detail, file, line, _ = rejects[0]
        counts = ", ".join(f"{reason} {count:,}" for reason, count in rejected.items())
        raise OpsdeskError(f"Every row of {names} would be rejected ({counts}); the first is line {line} of {file}: {reason} {detail}. "
                           "Nothing was changed; does the mapping fit this export?")  # fmt: skip
    if rows != kept + sum(rejected.values()):
        raise OpsdeskError(
            f"{names}: {rows:,} rows are not {kept:,} kept plus {sum(rejected.values()):,} rejected. Nothing was changed; please report this export."
        )


def _facts(con: duckdb.DuckDBPyConnection) -> dict:
    """Rows by issue, and the span of run moments for which the future stays what it is."""
    counts = dict(
        con.execute(
            "SELECT unnest(string_split(_issues, ';')), count(*) FROM kept WHERE _issues IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    known, until = con.execute(
        "SELECT greatest(max(created_at), max(resolved_at)), (SELECT min(known_from) FROM rows) FROM kept"
    ).fetchone()
    return {
        "issues": {code: counts[code] for code in ISSUE_MEANINGS if code in counts},
        "known": [known.isoformat(), until and until.isoformat()],
    }


def _write_agents(lake: Lake, agents: list[dict]) -> None:
    content = agents_csv(agents)
    old = lake.manifests().get("agents")
    if not agents:
        lake.write_manifest(Manifest("agents", ()))
        lake.store.delete(AGENTS)
    else:
        new = Manifest("agents", (lake.write_file("agents", AGENTS.rsplit("/")[-1], len(agents), content),))
        if new != old:
            lake.write_manifest(new)
