"""Lines of an export: which are records, which are malformed, and where each is."""

import gzip
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.column_plan import plan_columns
from opsdesk.ingest.export_file import open_export
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.mapping import Mapping
from opsdesk.ingest.mapping_sources import ColumnName, Source
from opsdesk.ingest.reading.block_cleaner import BlockCleaner
from opsdesk.ingest.reading.export_reader import ExportReader
from opsdesk.ingest.reading.row_cache import RowCache
from opsdesk.ingest.source_files import LocalFile, find_files
from opsdesk.workbench import Workbench


def select_texts(plan, cells, moment, *, has_newlines):
    """Cells as they were read."""
    return f"SELECT rowid AS record, c0, c1, c2, NULL AS reason FROM {cells}"


def read(tmp_path, content: bytes, name: str = "x.csv", **reading):
    """Records, {line: (what is wrong, text)} and {record: (line, text)} of columns a, b, c."""
    path = tmp_path / name
    path.write_bytes(content)
    [file] = open_export(LocalFile(path), Reading(**reading), tmp_path)
    sources = {column: (Source((ColumnName(column),)),) for column in ("a", "b", "c")}
    plan = plan_columns(Mapping("own", path, columns=sources, timestamps={}), file.header, name)
    with duckdb.connect() as con:
        cache = RowCache(con, Path(":memory:"), "test", MOMENT)
        cleaner = BlockCleaner(con, {file.name: plan}, MOMENT, select_texts)
        layout = ExportReader(cleaner, cache, tmp_path).read([file])[0]
        rows = cache.rows_of([layout]).source
        records = con.execute(f"SELECT c0, c1, c2 FROM {rows} ORDER BY record").fetchall()
    malformed = {line.line: (line.detail, line.raw) for line in layout.malformed}
    with layout.open_texts() as text_of:
        texts = {record: text_of(record) for record in range(len(records))}
    return records, malformed, texts


MOMENT = datetime(2024, 1, 1)
FEW = "too few fields: 2 of 3"
MANY = "too many fields: 4 of 3"
UNCLOSED = "a quote that is not closed"
CASES = [
    pytest.param(b"1,x,y\n2,p,q\n", [("1", "x", "y"), ("2", "p", "q")], {}, {0: 2, 1: 3}, id="plain"),
    pytest.param(b"1,x,y\r\n2,p,q\r\n", [("1", "x", "y"), ("2", "p", "q")], {}, {0: 2, 1: 3}, id="CRLF"),
    pytest.param(b"1,x,y\n2,p,q", [("1", "x", "y"), ("2", "p", "q")], {}, {0: 2, 1: 3}, id="no newline at the end"),
    pytest.param(b"1,x,y\r\n2,p,q\n3,r,s\r\n", [("1", "x", "y"), ("2", "p", "q"), ("3", "r", "s")], {}, {2: 4}, id="CRLF and LF mixed"),
    pytest.param(b"1,x\n2,p,q\n3,r,s,t\n4,u,v\n", [("2", "p", "q"), ("4", "u", "v")], {2: FEW, 4: MANY}, {0: 3, 1: 5}, id="too few, too many"),
    pytest.param(b'1,"x, ""y""",z\n', [("1", 'x, "y"', "z")], {}, {0: 2}, id="comma and quotes in a field"),
    pytest.param(b'1,"x\ny",z\n2,p,q\n', [("1", "x\ny", "z"), ("2", "p", "q")], {}, {0: 2, 1: 4}, id="newline in a field"),
    pytest.param(b'1,"x\ny","z\n\nw"\n', [("1", "x\ny", "z\n\nw")], {}, {0: 2}, id="two fields with newlines"),
    pytest.param(b'1,"x\r\ny",z\r\n2,p,q\r\n', [("1", "x\ny", "z"), ("2", "p", "q")], {}, {0: 2, 1: 4}, id="CRLF in a field"),
    pytest.param(b"1,x,y\n\n  \n2,p,q\n", [("1", "x", "y"), ("2", "p", "q")], {}, {0: 2, 1: 5}, id="blank lines are not rows"),
    pytest.param(
        b"1,x,y\n2,p,q\n3,r,s\n\n \t\n4,a,b\n",
        [("1", "x", "y"), ("2", "p", "q"), ("3", "r", "s"), ("4", "a", "b")], {}, {0: 2, 1: 3, 2: 4, 3: 7}, id="nor after many",
    ),
    pytest.param(b'1,"x,y\n2,p,q\n3,r,s\n', [("2", "p", "q"), ("3", "r", "s")], {2: UNCLOSED}, {0: 3, 1: 4}, id="unclosed, its line only"),
    pytest.param(b'1,"x,y\n2,p,q\n3,"r",s\n', [("2", "p", "q"), ("3", "r", "s")], {2: UNCLOSED}, {0: 3, 1: 4}, id="an unclosed quote, later quotes"),
    pytest.param(b'1,x"y,z\n', [("1", 'x"y', "z")], {}, {0: 2}, id="a quote inside a bare field is text"),
    pytest.param(b'1,"x"y,z\n2,p,q\n', [("2", "p", "q")], {2: "text after a closing quote"}, {0: 3}, id="text after a closing quote"),
    pytest.param(b"1,x\ry,z\n2,p,q\n", [("2", "p", "q")], {2: "a carriage return inside the line"}, {0: 3}, id="a carriage return inside a line"),
    pytest.param(b'1,"x\ry",z\n', [("1", "x\ry", "z")], {}, {0: 2}, id="a carriage return inside quotes"),
    pytest.param(b"1," + b"x" * 2_000_001 + b",z\n2,p,q\n", [("2", "p", "q")], {2: "longer than 2 MB"}, {0: 3}, id="longer than DuckDB reads"),
    pytest.param(b"1,\xe9,z\n2,p,q\n", [("2", "p", "q")], {2: "not UTF-8"}, {0: 3}, id="not UTF-8"),
    pytest.param("1,é,z\n".encode(), [("1", "é", "z")], {}, {0: 2}, id="UTF-8"),
    pytest.param(b'1,"a\n\nb",z\n2,x\n\n3,p,q\n', [("1", "a\n\nb", "z"), ("3", "p", "q")], {5: FEW}, {0: 2, 1: 7}, id="everything at once"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "records", "malformed", "lines"), CASES)
def test_lines_become_records(tmp_path, data, records, malformed, lines):
    got, bad, places = read(tmp_path, b"a,b,c\n" + data)
    assert got == records
    assert {line: detail for line, (detail, _) in bad.items()} == malformed
    assert {record: places[record][0] for record in lines} == lines


def test_a_byte_order_mark_is_not_part_of_the_first_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert open_export(LocalFile(path), Reading(), tmp_path)[0].header == ("a", "b")


def test_raw_text_is_the_line_as_delivered(tmp_path):
    _, bad, places = read(tmp_path, b'a,b,c\n1,"x\ny",z\n2,\xff"p\n')
    assert places == {0: (2, '1,"x\ny",z')}
    assert bad == {4: ("not UTF-8", '2,\\xff"p')}


def test_a_byte_that_the_encoding_does_not_have_rejects_its_line(tmp_path):
    content = b"a;b;c\n1;\xe9;z\n2;\x81;z\n3;x;y;z\n"
    records, bad, places = read(tmp_path, content, encoding="cp1252", delimiter=";")
    assert records == [("1", "é", "z")]
    assert bad == {3: ("not cp1252", "2;\\xff;z"), 4: (MANY, "3;x;y;z")}
    assert places == {0: (2, "1;é;z")}


def test_lines_are_counted_from_the_start_of_the_file_whatever_the_header_row(tmp_path):
    content = b"\xef\xbb\xbfReport\n\na,b,c\n\n1,x,y\n2,p\n"
    records, bad, places = read(tmp_path, content, header_row=3)
    assert (records, bad, places) == ([("1", "x", "y")], {6: (FEW, "2,p")}, {0: (5, "1,x,y")})


def test_rows_of_a_spool_are_told_by_their_places(tmp_path):
    """Among records of several lines, a row too long for the spool, and lines that are not JSON."""
    lines = [
        {"a": "1", "b": "x\ny", "c": 'q"'},
        "{",
        {"a": "l" * 2_000_001, "b": "", "c": ""},
        {"a": "2", "b": "x\ry"},
    ]
    content = "\n\n".join(line if line == "{" else json.dumps(line) for line in lines)
    records, bad, places = read(tmp_path, content.encode(), "x.json", wanted=("a", "b", "c"))
    assert records == [("1", "x\ny", 'q"'), ("2", "x\ry", None)]
    assert {line: detail for line, (detail, _) in bad.items()} == {
        3: "not JSON: Expecting property name enclosed in double quotes (character 2)",
        5: "longer than 2 MB",
    }
    assert places == {0: (1, '1,"x\ny","q"""'), 1: (7, '2,"x\ry",')}


def test_large_file_with_quoted_newlines_and_unclosed_quotes(tmp_path):
    """Past the size that DuckDB reads in parallel; every record and bad line is where it was put."""
    lines, records, malformed, places, number = [], [], [], {}, 2
    for i in range(60_000):
        if i % 1000 == 7:
            lines.append(f'{i},"torn,{"x" * 40}')
            malformed.append(number)
        else:
            spans = i % 10 == 3
            text = f"a\n{i}" if spans else f"a {i}" + "x" * 40
            lines.append(f'{i},"{text}",z')
            places[len(records)] = number
            records.append((str(i), text, "z"))
            number += spans
        number += 1
    got, bad, found = read(tmp_path, ("a,b,c\n" + "\n".join(lines) + "\n").encode())
    assert got == records
    assert list(bad) == malformed
    assert {record: line for record, (line, _) in found.items()} == places


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("x.csv", b"", "is empty", id="empty"),
        pytest.param("x.csv", b"\n \n", "is empty", id="blank lines only"),
        pytest.param("x.csv", b"PK\x03\x04abc", "not a complete zip archive", id="incomplete zip"),
        pytest.param(
            "x.csv", "a,b\n1,2\n".encode("utf-16-le"), "zero bytes", id="UTF-16 without mark"
        ),
        pytest.param(
            "x.csv.gz",
            gzip.compress(b"a,b\n" * 999)[:-9],
            "not a complete gzip file",
            id="incomplete gzip",
        ),
        pytest.param("x.csv", b"a,b\r1,2\r", "bare CR", id="old Mac"),
        pytest.param("x.csv", b"a,\xe9\n1,2\n", "header of", id="header not UTF-8"),
        pytest.param("x.csv", b"\na,b\n1,2\n", "first line", id="header not on the first line"),
    ],
)
def test_what_is_not_csv_text_is_refused(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(OpsdeskError, match=says):
        open_export(LocalFile(path), Reading(), tmp_path)


@pytest.mark.parametrize(
    ("export", "says"),
    [
        pytest.param("", "is a folder", id="folder"),
        pytest.param("nothing.csv", "There is no file", id="missing"),
        pytest.param("*.csv", "No file matches", id="glob without match"),
    ],
)
def test_what_is_not_there_is_reported(tmp_path, export, says):
    with pytest.raises(OpsdeskError, match=says):
        find_files(f"{tmp_path}/{export}")


@pytest.mark.parametrize("parameter", ["export", "agents", "events"])
@pytest.mark.parametrize("name", ["nothing.csv", "*.csv"])
def test_the_parameter_that_names_nothing_is_the_one_to_set(tmp_path, parameter, name):
    (tmp_path / "tickets.txt").write_text("ticket_id,created_at\n")
    places = {"export": f"{tmp_path}/tickets.txt", "agents": "", "events": ""}
    places[parameter] = f"{tmp_path}/{name}"
    bench = Workbench("2024-01-01T00:00:00Z")
    with pytest.raises(OpsdeskError, match=f"set `{parameter}` in your params file"):
        bench.ingest(mapping="ops_tickets", export_kind="full", lake=f"{tmp_path}/lake", **places)
