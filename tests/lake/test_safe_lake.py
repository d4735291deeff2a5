"""The lake is checked against itself after writing, and what is read is what was there."""

import gzip
import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from exports import COLUMNS, lake_files, lake_rows, line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.ingest import export_file
from opsdesk.ingest.forms import archives, spool
from opsdesk.ingest.reading.export_reader import ExportReader
from opsdesk.lake.folder_store import FolderStore
from opsdesk.lake.lake import Lake
from steps import backfill, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00Z"
TICKETS = [line(f"T{day}", f"2023-0{month}-0{day} 10:00:00") for month in (1, 2, 3) for day in (month, month + 3)]  # fmt: skip
HEADER = ",".join(COLUMNS)


def ids(folder: Path) -> list[str]:
    return sorted(row[0] for row in lake_rows(folder))


def load(folder: Path, run_at: str = RUN_AT):
    return backfill(f"{folder}/lake", f"duckdb:{folder}/w.duckdb", "", "", run_at)


def facts(folder: Path, as_of: str, run_at: str) -> list[list]:
    place = f"duckdb:{folder}/w.duckdb"
    transform(place, as_of, "UTC", run_at)
    query = "SELECT ticket_id, is_resolved FROM fact_tickets ORDER BY ticket_id"
    return open_warehouse(place).query(query).values.tolist()


def link_month(folder: Path, month: str = "2023/02") -> Path:
    """Move a month to a larger disk and link it from its place."""
    big = folder / "big"
    shutil.move(folder / "lake/raw" / month, big)
    (folder / "lake/raw" / month).symlink_to(big)
    return big


# links


def test_every_step_follows_a_month_that_is_a_link(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    big = link_month(tmp_path)
    before = lake_files_of(big)
    changed = [*TICKETS[:2], line("T2", "2023-02-02 10:00:00", category="new"), *TICKETS[3:]]
    result = run_ingest(tmp_path, write_export(tmp_path, *changed))
    assert result.days.values.tolist() == [["written", 1], ["unchanged", 5], ["removed", 0]]
    assert result.held.values.tolist() == [
        ["put in by this export", 6], ["came in at their moment", 0], ["stayed from before", 0], ["in the lake's manifests", 6],
    ]  # fmt: skip
    assert lake_files_of(big).keys() == before.keys()
    assert b"new" in (big / "2023-02-02.csv").read_bytes()
    delta = write_export(tmp_path, line("T5", "2023-02-05 10:00:00", category="delta"), name="d.csv")  # fmt: skip
    run_ingest(tmp_path, delta, export_kind="delta")
    assert b"delta" in (big / "2023-02-05.csv").read_bytes()
    loaded = load(tmp_path)
    assert loaded.reconciliation.values.tolist() == [
        ["in the manifests of these months", 6], ["in the ledger of these months", 6],
        ["in the ledger of all months", 6], ["counted in tickets_raw", 6],
    ]  # fmt: skip
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS[:2]))
    assert (lake_files_of(big), big.is_dir()) == ({}, True)
    assert (tmp_path / "lake/raw/2023/02").is_symlink()


def lake_files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("place", ["raw", "raw/2023", "agents_data", "rejects"])
def test_any_folder_of_the_lake_may_be_a_link(tmp_path, place):
    agents = tmp_path / "agents.csv"
    agents.write_text("agent_id\nA\n")
    export = write_export(tmp_path, *TICKETS, "broken")
    run_ingest(tmp_path, export, agents=str(agents))
    shutil.move(tmp_path / "lake" / place, tmp_path / "big")
    (tmp_path / "lake" / place).symlink_to(tmp_path / "big")
    assert run_ingest(tmp_path, export, agents=str(agents)).unchanged
    more = write_export(tmp_path, *TICKETS, line("T9"), "broken", "again")
    assert run_ingest(tmp_path, more, agents=str(agents)).held["rows"].tolist()[-1] == 7
    assert load(tmp_path).reconciliation["rows"].tolist() == [7, 7, 7, 7]


def test_a_link_to_a_disk_that_is_not_there_is_refused(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    load(tmp_path)
    shutil.rmtree(link_month(tmp_path))
    for step in (load, lambda folder: run_ingest(folder, write_export(folder, *TICKETS[:1]))):
        with pytest.raises(OpsdeskError, match=r"raw/2023/02 is a link to .*/big, which is not there\. Bring it back"):  # fmt: skip
            step(tmp_path)
    assert (tmp_path / "lake/raw/2023/03/2023-03-03.csv").exists()


@pytest.mark.parametrize("target", ["lake/raw/2023/01", "lake", "lake/raw"])
def test_a_link_into_the_lake_itself_is_refused(tmp_path, target):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    shutil.rmtree(tmp_path / "lake/raw/2023/02")
    (tmp_path / "lake/raw/2023/02").symlink_to(tmp_path / target)
    with pytest.raises(OpsdeskError, match="a folder of the lake itself: remove the link"):
        run_ingest(tmp_path, write_export(tmp_path, *TICKETS))


def test_two_links_to_one_folder_are_refused(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    big = link_month(tmp_path)
    shutil.rmtree(tmp_path / "lake/raw/2023/03")
    (tmp_path / "lake/raw/2023/03").symlink_to(big)
    with pytest.raises(OpsdeskError, match="each month needs a folder of its own"):
        run_ingest(tmp_path, write_export(tmp_path, *TICKETS))


# reading back


@pytest.mark.parametrize("kind", ["full", "delta"])
@pytest.mark.parametrize("harm", ["month gone", "day gone", "day changed"])
def test_what_was_written_is_read_back(tmp_path, monkeypatch, harm, kind):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS[:5]))
    settled = Lake.write_manifest

    def write_and_lose(lake, manifest):
        settled(lake, manifest)
        folder = tmp_path / "lake/raw/2023/02"
        if manifest.partition == "2023-03" and folder.exists():
            if harm == "month gone":
                shutil.rmtree(folder)
            elif harm == "day gone":
                (folder / "2023-02-02.csv").unlink()
            else:
                (folder / "2023-02-02.csv").write_bytes(b"other")

    monkeypatch.setattr(Lake, "write_manifest", write_and_lose)
    lines = TICKETS if kind == "full" else TICKETS[5:]
    with pytest.raises(OpsdeskError, match="does not count as ingested"):
        run_ingest(tmp_path, write_export(tmp_path, *lines), export_kind=kind)
    with pytest.raises(OpsdeskError, match="was interrupted"):
        load(tmp_path)
    monkeypatch.undo()
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    assert (ids(tmp_path), len(load(tmp_path).months)) == (["T1", "T2", "T3", "T4", "T5", "T6"], 3)


def older_months(folder: Path) -> None:
    """Put the raw/ of an older backup next to the newer record."""
    shutil.rmtree(folder / "lake/raw")
    shutil.copytree(folder / "older/lake/raw", folder / "lake/raw")


def forge(folder: Path) -> None:
    """Change a day file, and its manifest so that it fits."""
    other = folder / "other"
    other.mkdir()
    run_ingest(other, write_export(other, *TICKETS[:2], line("T2", "2023-02-02 10:00:00", category="forged"), *TICKETS[3:]))  # fmt: skip
    shutil.copytree(other / "lake/raw/2023/02", folder / "lake/raw/2023/02", dirs_exist_ok=True)


@pytest.mark.parametrize("harm", [older_months, forge])
def test_a_lake_that_is_not_as_it_was_left_is_repaired_and_nothing_is_built_on_it(tmp_path, harm):
    older = tmp_path / "older"
    older.mkdir()
    run_ingest(older, write_export(older, *TICKETS[:2], line("T2", "2023-02-02 10:00:00", category="old"), *TICKETS[3:]))  # fmt: skip
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    good = lake_files(tmp_path)
    harm(tmp_path)
    assert lake_files(tmp_path) != good
    delta = write_export(tmp_path, line("T9"), name="delta.csv")
    with pytest.raises(OpsdeskError, match=r"is not as its last ingest left it.*Run a full export, then this delta"):  # fmt: skip
        run_ingest(tmp_path, delta, export_kind="delta")
    with pytest.raises(OpsdeskError, match=r"is not as its last ingest left it.*Run 01_ingest again"):  # fmt: skip
        load(tmp_path)
    # the same export, and one with another day
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    assert lake_files(tmp_path) == good
    assert load(tmp_path).reconciliation["rows"].tolist() == [6, 6, 6, 6]


def test_a_month_removed_by_hand_does_not_leave_the_warehouse(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    load(tmp_path)
    shutil.rmtree(tmp_path / "lake/raw/2023/02")
    with pytest.raises(OpsdeskError, match="a month that was removed by hand"):
        load(tmp_path)
    rows = open_warehouse(f"duckdb:{tmp_path}/w.duckdb").query(
        "SELECT count(*) AS n FROM tickets_raw"
    )
    assert rows["n"].item() == 6


def test_rows_that_another_program_put_into_the_table_are_said(tmp_path):
    import duckdb

    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    load(tmp_path)
    with duckdb.connect(tmp_path / "w.duckdb") as con:
        con.execute("INSERT INTO tickets_raw SELECT * FROM tickets_raw LIMIT 1")
    with pytest.raises(OpsdeskError, match="6 in the ledger of all months, 7 counted in tickets_raw"):  # fmt: skip
        load(tmp_path)


# sources


CHANGES = {
    "shrinks": lambda path: os.truncate(path, path.stat().st_size // 2),
    "is replaced": lambda path: shutil.copy(path.with_name("other.csv"), path),
    "grows": lambda path: path.open("a").write(line("T9") + "\n"),
    "is renamed over": lambda path: path.with_name("other.csv").replace(path),
    "is removed": lambda path: path.unlink(),
    "is replaced by one of its size and time": lambda path: same_size_and_time(path),
}


def same_size_and_time(path: Path) -> None:
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"T1", b"X1"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("when", ["digested", "read"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_an_export_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch, change, when, suffix):  # fmt: skip
    good = run_ingest(tmp_path, write_export(tmp_path, line("T0"), name="first.csv"))
    export = write_export(tmp_path, *TICKETS)
    write_export(tmp_path, *TICKETS[:2], name="other.csv")
    if suffix == ".csv.gz":
        packed = export.with_suffix(suffix)
        packed.write_bytes(gzip.compress(export.read_bytes()))
        export = packed
    read = ExportReader.read
    digest = export_file._digest

    def read_and_change(*arguments):
        found = read(*arguments)
        CHANGES[change](export)
        return found

    def digest_and_change(path):
        found = digest(path)
        if path == export and export.exists():
            CHANGES[change](export)
        return found

    if when == "read":
        monkeypatch.setattr(ExportReader, "read", read_and_change)
    else:
        monkeypatch.setattr(export_file, "_digest", digest_and_change)
    before = lake_files(tmp_path)
    with pytest.raises(OpsdeskError) as refused:
        run_ingest(tmp_path, export)
    if when == "read":
        assert "was changed while it was read. Nothing was written" in str(refused.value)
    assert lake_files(tmp_path) == before
    assert json.loads((tmp_path / "lake/_ingest.json").read_text()) == json.loads(json.dumps(good.record))  # fmt: skip


@pytest.mark.parametrize("role", ["export", "agents"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, role):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    given = {"export": write_export(tmp_path, *TICKETS), "agents": "", role: str(pipe)}
    failed = []

    def attempt():
        try:
            run_ingest(tmp_path, given["export"], agents=given["agents"])
        except OpsdeskError as error:
            failed.append(str(error))

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(20)
    assert failed and "is a pipe, a socket or a device, not a file" in failed[0]


def test_a_gzip_of_zeros_is_refused_at_its_first_bytes(tmp_path, monkeypatch):
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(bytes(100 << 20)))
    written = count_written(monkeypatch)
    with pytest.raises(OpsdeskError, match="it holds zero bytes"):
        run_ingest(tmp_path, bomb)
    assert sum(written) == 0


def test_a_gzip_of_the_same_line_for_ever_is_refused_at_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "SURELY_FINE", 20 << 20)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress((HEADER + "\n").encode() + (line() + "\n").encode() * 1_000_000))
    written = count_written(monkeypatch)
    with pytest.raises(OpsdeskError, match=r"unpacks to more than .* MB, 200 times its size"):
        run_ingest(tmp_path, bomb)
    assert sum(written) < 30 << 20


def count_written(monkeypatch) -> list[int]:
    """The bytes that are unpacked, chunk by chunk."""
    written: list[int] = []
    translate = archives.translate_write_errors
    monkeypatch.setattr(archives, "translate_write_errors", lambda shown: written.append(archives.CHUNK) or translate(shown))  # fmt: skip
    return written


# quiet days, long cells


def test_a_delta_without_rows_is_a_quiet_day(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    before = lake_rows(tmp_path)
    quiet = write_export(tmp_path, name="quiet.csv")
    result = run_ingest(tmp_path, quiet, export_kind="delta")
    assert result.outcome == "A quiet day: the delta has a header and no rows, so no ticket was changed."  # fmt: skip
    assert result.held["rows"].tolist() == [0, 0, 6, 6]
    assert lake_rows(tmp_path) == before
    assert run_ingest(tmp_path, quiet, export_kind="delta").unchanged
    with pytest.raises(OpsdeskError, match="has a header but no rows"):
        run_ingest(tmp_path, quiet)


@pytest.mark.parametrize(
    ("cell", "is_kept"),
    [
        pytest.param('a"' * 300_000, True, id="0.9 MB with its quotes doubled"),
        pytest.param("a" * 1_900_000, True, id="just below the limit"),
        pytest.param('"' + '""' * 900_000 + '"', True, id="doubled already, 1.8 MB"),
        pytest.param('a"' * 800_000, False, id="2.4 MB with its quotes doubled"),
        pytest.param("a" + '"' * 1_500_000, False, id="3 MB with its quotes doubled"),
    ],
)
def test_what_ingest_accepts_backfill_loads(tmp_path, cell, is_kept):
    export = write_export(tmp_path, line("T1"), line("T2", category=cell))
    result = run_ingest(tmp_path, export)
    assert result.record["rejected"] == ({} if is_kept else {"malformed_line": 1})
    if not is_kept:
        assert result.rejects["detail"].item() == "longer than 2 MB when its quotes are doubled"
    assert load(tmp_path).reconciliation["rows"].tolist() == [1 + is_kept] * 4
    run_ingest(tmp_path, write_export(tmp_path, line("T3"), name="d.csv"), export_kind="delta")


def test_a_long_text_is_whole_among_the_rejects_and_short_elsewhere(tmp_path):
    long = "x" * 5_000_000
    export = write_export(tmp_path, line("T1"), long, line("T2", created_at="y" * 1_000_000))
    result = run_ingest(tmp_path, export)
    assert result.rejects["raw"].tolist()[0] == long
    assert (tmp_path / "lake/_ingest.json").stat().st_size < 10_000
    assert result.rejects["detail"].tolist()[1] == "created_at: " + "y" * 188 + "… (1,000,012 characters)"  # fmt: skip
    assert result.examples["detail"].tolist()[1] == "created_at: " + "y" * 68 + "…"


def test_the_store_reads_nothing_where_nothing_is(tmp_path):
    assert FolderStore(tmp_path / "none").names("raw") == []
