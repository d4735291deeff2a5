"""Ingesting with the rows of the last export cached gives the same bytes as without."""

import json
import shutil
import weakref
from datetime import datetime
from hashlib import sha512
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from exports import COLUMNS, RUN_AT, lake_files, line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.ingest import work_database
from opsdesk.ingest.reading import cache_file, reuse
from opsdesk.ingest.reading.block_cleaner import BlockCleaner
from opsdesk.ingest.reading.export_reader import ExportReader
from opsdesk.ingest.reading.line_reader import LineReader
from opsdesk.ingest.reading.record_pattern import Limits
from opsdesk.ingest.reading.row_cache import RowCache

TEXTS = st.one_of(
    st.builds(
        lambda number, day, **cells: line(f"T{number}", f"2023-0{1 + day // 28}-{1 + day % 28:02d} 10:00:00", **cells),
        st.integers(0, 40), st.integers(0, 80),
        resolved_at=st.sampled_from(["", "2023-06-01 00:00:00", "2024-03-01 00:00:00", "nonsense"]),
        category=st.sampled_from(["", '"a\nb"', '"a ""b"" c"', '"x\n\ny"', "é"]), status=st.sampled_from(["Open", "Closed"]),
    ),
    st.sampled_from(["", "   ", "broken", 'T7,"torn', 'T8,2023-01-02 10:00:00,"', 'x"y', "T9,2024-02-01 00:00:00,,,,,,,,,,", '"', '""']),
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n"])
EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "delete", "change", "move", "twice"]), st.integers(0, 99), st.integers(0, 99), TEXTS),
    max_size=4,
)  # fmt: skip
MOMENTS = st.sampled_from([RUN_AT, "2024-02-15T00:00:00Z", "2024-06-01T00:00:00Z"])
ANCHOR = line("anchor")
OPENING, CLOSING = (
    'T7,2023-01-02 10:00:00,,,,,Low,"a',
    'b",,,Open,',
)  # not closed at the end of a file; with another line a record


def edited(texts, edits):
    """The lines after someone has worked on the export."""
    texts = list(texts)
    for verb, place, other, text in edits:
        place %= len(texts) + 1
        if verb == "insert" or not texts:
            texts.insert(place, text)
            continue
        place %= len(texts)
        if verb == "delete":
            texts.pop(place)
        elif verb == "change":
            texts[place] = text
        elif verb == "move":
            texts.insert(other % len(texts), texts.pop(place))
        else:
            texts.insert(other % len(texts), texts[place])
    return texts


def outcome(folder, export, run_at):
    """What an ingest leaves: every file and its record (or its error)."""
    try:
        record = run_ingest(folder, export, run_at=run_at).record
    except OpsdeskError as error:
        return str(error)
    compared = {name: value for name, value in record.items() if name != "days_done"}
    return lake_files(folder), json.loads(json.dumps(compared))


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(TEXTS, min_size=1, max_size=40), st.lists(st.tuples(EDITS, ENDS, MOMENTS, st.booleans()), min_size=1, max_size=3), st.integers(1, 6)
)  # fmt: skip
@example(
    [line("A"), OPENING], [([("insert", 2, 0, CLOSING)], "\n", RUN_AT, True)], 1
)  # the end of the file was looked at
@example(
    [line("A"), line("B"), line("B"), line("C")], [([("delete", 2, 0, "")], "\n", RUN_AT, True)], 1
)
@example(  # the last row goes, then an old ticket comes again in its place
    [line("A"), line("B"), line("C")],
    [([("delete", 2, 0, "")], "\n", RUN_AT, True), ([("twice", 0, 2, "")], "\n", RUN_AT, True)],
    1,
)
@example(
    [line("A", resolved_at="2024-03-01 00:00:00")] * 2,
    [([], "\n", "2024-06-01T00:00:00Z", True), ([], "\n", RUN_AT, True)],
    1,
)
def test_the_cache_changes_nothing(tmp_path_factory, texts, rounds, chunk_lines):
    """Random exports, edited at random: lines, duplicates, unclosed quotes, other line ends."""
    kept, end = tmp_path_factory.mktemp("kept"), "\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reuse, "LIMITS", Limits(chunk_lines=chunk_lines))
        outcome(kept, write_export(kept, ANCHOR, *texts, end=end), RUN_AT)
        for edits, end, run_at, is_ended in rounds:
            texts = edited(texts, edits)
            export = write_export(kept, ANCHOR, *texts, end=end)
            if not is_ended:
                export.write_bytes(export.read_bytes().rstrip(b"\r\n"))
            fresh = tmp_path_factory.mktemp("fresh")
            shutil.copy(export, fresh / export.name)
            cached, read_again = (
                outcome(kept, export, run_at),
                outcome(fresh, fresh / export.name, run_at),
            )
            assert cached == read_again


@pytest.fixture
def counted(monkeypatch):
    """How many bytes were handed to DuckDB, an entry an ingest."""
    monkeypatch.setattr(reuse, "LIMITS", Limits(chunk_lines=10))
    found = []
    read, clean = ExportReader.read, BlockCleaner.clean

    def counting_read(self, *rest):
        found.append(0)
        return read(self, *rest)

    def counting_clean(self, block, *rest):
        found[-1] += block.stat().st_size
        return clean(self, block, *rest)

    monkeypatch.setattr(ExportReader, "read", counting_read)
    monkeypatch.setattr(BlockCleaner, "clean", counting_clean)
    return found


MANY = [line(f"T{i}", f"2023-01-{1 + i % 28:02d} 10:00:00") for i in range(300)]
CHANGED = [
    *MANY[:100],
    line("new"),
    *MANY[100:150],
    line("T150", category="other"),
    *MANY[151:200],
    *MANY[210:],
]


def test_only_what_changed_is_read(tmp_path, counted):
    run_ingest(tmp_path, write_export(tmp_path, *MANY))
    run_ingest(tmp_path, write_export(tmp_path, *CHANGED))
    whole, part = counted
    assert part < whole / 5


DAMAGES = [
    pytest.param(lambda path: path.unlink(), id="gone"),
    pytest.param(lambda path: path.write_bytes(b"x" * 9000), id="not a database"),
    pytest.param(
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), id="cut"
    ),
    pytest.param(
        lambda path: change(path, "UPDATE made_by SET maker = 'another version'"),
        id="of another version",
    ),
    pytest.param(lambda path: change(path, "DELETE FROM rows WHERE record = 3"), id="rows missing"),
    pytest.param(lambda path: change(path, "DROP TABLE rows"), id="table missing"),
    pytest.param(
        lambda path: change(path, "UPDATE chunks SET malformed = '{'"), id="layout incomplete"
    ),
    pytest.param(
        lambda path: change(path, "ALTER TABLE rows DROP COLUMN known_from"), id="column missing"
    ),
    pytest.param(lambda path: change(path, "DROP TABLE repeated"), id="repeated ids missing"),
]


def change(path, sql):
    with duckdb.connect(path) as con:
        con.execute(sql)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_costs_time_only(tmp_path, counted, damage):
    run_ingest(tmp_path, write_export(tmp_path, *MANY))
    change(tmp_path / "lake/.rows.duckdb", "CHECKPOINT")
    damage(tmp_path / "lake/.rows.duckdb")
    run_ingest(tmp_path, write_export(tmp_path, *CHANGED))
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    run_ingest(fresh, write_export(fresh, *CHANGED))
    assert lake_files(tmp_path) == lake_files(fresh)
    assert counted[1] > counted[0] * 0.9


BLOCK, HEADERS = 1 << 18, 3 << 12  # bytes of DuckDB's blocks, and of what is before the first
LONG = [
    line(
        f"T{i}{sha512(b'id%d' % i).hexdigest() * 14}",
        MANY[i].split(",")[1],
        category=sha512(b"%d" % i).hexdigest() * 14,
    )
    for i in range(300)
]


def damage_block(path, column):
    """Overwrites a block that holds one column of `rows` and nothing else."""
    with duckdb.connect(path) as con:
        blocks = dict(
            con.execute(
                "SELECT block_id, list(DISTINCT column_name) FROM pragma_storage_info('rows') GROUP BY ALL"
            ).fetchall()
        )
    block = next(block for block, columns in blocks.items() if columns == [column])
    with path.open("r+b") as file:
        file.seek(HEADERS + block * BLOCK)
        file.write(b"x" * BLOCK)


@pytest.mark.parametrize("column", ["ticket_id", "category"])
@pytest.mark.parametrize("small", [0, work_database.SMALL], ids=["on disk", "in memory"])
def test_a_block_that_turns_out_to_be_damaged_costs_time_only(
    tmp_path, monkeypatch, counted, column, small
):
    """The ids are read to find those that repeat, the categories only when day files are written."""
    monkeypatch.setattr(work_database, "SMALL", small)
    run_ingest(tmp_path, write_export(tmp_path, *LONG))
    change(tmp_path / "lake/.rows.duckdb", "CHECKPOINT")
    damage_block(tmp_path / "lake/.rows.duckdb", column)
    run_ingest(tmp_path, write_export(tmp_path, *CHANGED[100:101], *LONG))
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    run_ingest(fresh, write_export(fresh, *CHANGED[100:101], *LONG))
    assert lake_files(tmp_path) == lake_files(fresh)
    assert len(counted) == 4
    assert counted[1] < counted[0] / 5 < counted[2]


def test_another_mapping_or_a_delta_does_not_use_it(tmp_path, counted):
    run_ingest(tmp_path, write_export(tmp_path, *MANY))
    run_ingest(
        tmp_path,
        write_export(tmp_path, line("T0", category="late"), name="d.csv"),
        export_kind="delta",
    )
    run_ingest(tmp_path, write_export(tmp_path, *CHANGED))
    assert counted[2] < counted[0] / 5  # the delta left it alone
    reordered = write_export(
        tmp_path, *CHANGED, header=",".join(COLUMNS).replace("category,channel", "channel,category")
    )
    run_ingest(tmp_path, reordered)
    assert counted[3] > counted[0] * 0.9


def test_a_line_that_is_not_utf8_costs_no_more_than_itself(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n" + b"1\n" * 1500 + b"\xff\n" + b"2\n" * 10)
    with path.open("rb") as stream:
        reader = LineReader(stream, ",", 1)
        chunk = reader.chunk(reader.after_header())
    assert (chunk.records, [line.line for line in chunk.malformed]) == (1510, [1500])
    assert list(chunk.runs) == [0, 0, 1, 1500, 1501, 1]


def test_cleaned_rows_are_let_go_before_the_commit():
    """Else the whole export would be in memory by then."""
    with duckdb.connect() as con:
        cache = RowCache(con, Path(":memory:"), "maker", datetime(2026, 1, 1))
        for _ in range(2):
            rows = pa.table({"chunk": [0], "record": [0]})
            held = weakref.ref(rows)
            cache.add(rows)
            del rows
            assert held() is None


@pytest.mark.parametrize(("smallest", "is_there"), [(0, False), (8 << 20, True)])
def test_a_cache_that_is_large_for_its_export_is_removed(tmp_path, monkeypatch, smallest, is_there):
    monkeypatch.setattr(cache_file, "SMALLEST", smallest)
    run_ingest(tmp_path, write_export(tmp_path, line("T1")))
    assert (tmp_path / "lake/.rows.duckdb").exists() == is_there
