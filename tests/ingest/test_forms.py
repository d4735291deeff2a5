"""Every form of an export: the same tickets in each give the same lake; what is broken says so."""

import csv
import gzip
import io
import json
import random
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from exports import COLUMNS, lake_files, run_ingest
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_file import open_export
from opsdesk.ingest.forms import archives, spool
from opsdesk.ingest.forms.places import Places
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.forms.typed_cells import cell_text
from opsdesk.ingest.source_files import LocalFile

# what a case does not care about is blank
TICKETS = [
    {"ticket_id": "90071992547409931", "created_at": "2023-01-02T10:00:00", "priority": "Low", "status": "Open"},
    {"ticket_id": "T2", "created_at": "2023-01-02T00:00:00", "resolved_at": "2023-01-03T23:59:59", "status": "Closed", "sla_hours": "8", "sla_breached": "false"},  # noqa: E501
    {"ticket_id": "T3", "created_at": "2023-01-03T11:30:00", "category": 'a "quoted", part', "status": "Open"},
    {"ticket_id": "T4", "created_at": "2023-01-03T12:00:00", "category": "two\nlines", "channel": "بريد", "status": "Open"},
    {"ticket_id": "", "created_at": "2023-01-03T12:00:00", "category": "no id"},
    {"ticket_id": "T5", "created_at": "2023-01-04T12:00:00", "resolved_at": "2023-01-05T00:00:00", "sla_hours": "0.5", "status": "Resolved", "customer_tier": "Größe"},  # noqa: E501
]  # fmt: skip
CELLS = [[ticket.get(column, "") for column in COLUMNS] for ticket in TICKETS]
TIMES = ("created_at", "resolved_at")
NUMBERS = ("sla_hours",)


def as_csv(cells=CELLS, delimiter=",", header=COLUMNS) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *cells])
    return text.getvalue().encode()


def as_zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def typed(column: str, text: str):
    """The cell of a workbook or a Parquet file that an export with types would hold."""
    if not text:
        return None
    if column in TIMES:
        return datetime.fromisoformat(text)
    if column in NUMBERS:
        return float(text)
    return text == "true" if column == "sla_breached" else text


TYPED = [[typed(*pair) for pair in zip(COLUMNS, row, strict=True)] for row in CELLS]


def as_workbook(*sheets, before: int = 0) -> bytes:
    """Sheets (name, rows), the first of them hidden where its name begins with a point."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"default_date_format": "dd.mm.yyyy hh:mm"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        if name.startswith("."):
            sheet.hide()
        else:
            sheet.activate()
            sheet.set_first_sheet()
        for number, row in enumerate(rows, before):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return content.getvalue()


def as_parquet(rows=TYPED) -> bytes:
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    for name, cells in columns.items():
        if not any(cell is not None for cell in cells):
            columns[name] = pa.array(cells, pa.string())
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content, row_group_size=2)
    return content.getvalue()


def as_objects() -> list[dict[str, object]]:
    """Tickets as an API gives them: blank is null, numbers and truth values are such."""
    kinds = {"sla_hours": float, "sla_breached": lambda text: text == "true"}
    return [
        {name: kinds.get(name, str)(text) if text else None for name, text in zip(COLUMNS, row, strict=True)}
        for row in CELLS
    ]  # fmt: skip


PLAIN = as_csv()
BY_LINE = "\n".join(json.dumps(ticket) for ticket in as_objects()).encode()
FORMS = {
    "x.csv.gz": gzip.compress(PLAIN),
    "gzip under a plain name.csv": gzip.compress(PLAIN),
    "plain under a gzip name.csv.gz": PLAIN,
    "marked.csv": b"\xef\xbb\xbf" + PLAIN,
    "utf16.csv": PLAIN.decode().encode("utf-16"),
    "parts.zip": as_zip(
        {
            "__MACOSX/._a.csv": b"junk",
            "2023/": b"",
            "2023/a.csv": as_csv(CELLS[:2]),
            "../../b.csv": as_csv(CELLS[2:]),
        }
    ),
    "book.xlsx": as_workbook((".hidden", [["ticket_id"]]), ("Tickets", [COLUMNS, *TYPED])),
    "book in a zip.zip": as_zip({"t.xlsx": as_workbook(("T", [COLUMNS, *TYPED]))}),
    "list.json": json.dumps(as_objects(), indent=2).encode(),
    "answer.json": json.dumps({"tags": ["a"], "tickets": as_objects(), "count": 6}).encode(),
    "lines.ndjson": BY_LINE,
    "lines.json.gz": gzip.compress(b"\xef\xbb\xbf" + BY_LINE + b"\n\n"),
    "t.parquet": as_parquet(),
}


def days_of(folder) -> dict[str, bytes]:
    return {name: text for name, text in lake_files(folder).items() if "rejects" not in name}


def test_the_same_tickets_in_every_form_give_the_same_lake(tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_bytes(PLAIN)
    plain = run_ingest(tmp_path, tmp_path / "x.csv")
    expected = days_of(tmp_path)
    assert plain.record["rejected"] == {"missing_ticket_id": 1}
    assert b"90071992547409931" in b"".join(expected.values())
    for name, content in FORMS.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(content)
        found = run_ingest(folder, folder / name)
        assert (name, days_of(folder)) == (name, expected)
        assert (name, found.record["rows"], found.record["kept"]) == (name, 6, 5)
        ((_, _, file, line, raw),) = found.record["examples"]
        assert (name, file, line) == (name, *PLACES.get(name, (name, 7)))
        assert raw.startswith(",2023-01-03T12:00:00,,,,,,no id")
        # unchanged: nothing is converted again
        with monkeypatch.context() as patched:
            patched.setattr("opsdesk.ingest.export_file.open_form", None)
            assert run_ingest(folder, folder / name).unchanged


# of the ticket without an id; in CSV the fifth is on line 7, as the fourth takes two
PLACES = {
    "parts.zip": ("parts.zip: ../../b.csv", 5),
    "book.xlsx": ("book.xlsx [Tickets]", 6),
    "book in a zip.zip": ("book in a zip.zip: t.xlsx [T]", 6),
    "list.json": ("list.json", 5),
    "answer.json": ("answer.json", 5),
    "lines.ndjson": ("lines.ndjson", 5),
    "lines.json.gz": ("lines.json.gz", 5),
    "t.parquet": ("t.parquet", 5),
}


def tables(tmp_path, content: bytes, name: str = "x", **reading):
    """Header, {place: cells} and [(place, what is wrong, text)] of every table in a file."""
    path = tmp_path / name
    path.write_bytes(content)
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    found = []
    for file in open_export(LocalFile(path), Reading(**reading), work):
        rows = {}
        with file.plain.open(encoding="utf-8", newline="") as text:
            reader = csv.reader(text, delimiter=file.delimiter)
            line = 1
            for row in reader:
                if line > file.text.header_row:
                    rows[file.text.places.of(line)] = row
                line = reader.line_num + 1
        found.append((file, rows, list(file.text.unread)))
    return found


def table(tmp_path, content: bytes, **reading):
    ((file, rows, unread),) = tables(tmp_path, content, **reading)
    return file.header, rows, [tuple(row) for row in unread]


DAY = date(2023, 5, 1)
NESTED = {
    "id": 4711,
    "metric_set": {"solved_at": "2023-05-01T09:30:00Z", "deep": {"er": 1.50}},
    "assignees": [{"login": "ann"}, {"login": "bob"}],
    "labels": ["bug", "ui"],
    "via.channel": "web",
    "comments": [{"body": "x"}],
    "open": True,
}
PATHS = ("id", "metric_set.solved_at", "assignees.login", "labels", "via.channel", "open")
ROWS = [
    pytest.param(
        as_workbook(
            (
                "S",
                [
                    ["id", "day", "at", "n"],
                    ["a", DAY, DAY, 1e15],
                    [],
                    ["b", DAY, datetime(2023, 5, 1, 9, 30), 0.25],
                    ["c", "1 May", "now", True],
                ],
            )
        ),
        {},
        ("id", "day", "at", "n"),
        {
            2: ["a", "2023-05-01", "2023-05-01T00:00:00", "1000000000000000"],
            4: ["b", "2023-05-01", "2023-05-01T09:30:00", "0.25"],
            5: ["c", "1 May", "now", "true"],
        },
        [],
        id="typed cells, blank rows, a date among times",
    ),
    pytest.param(
        as_workbook(("S", [["Report"], [], ["id", "Created\nat"], ["a", 1], ["Total: 1"]])),
        {"header_row": 3},
        ("id", "Created at"),
        {4: ["a", "1"], 5: ["Total: 1", ""]},
        [],
        id="a title, a header of two lines, a footer",
    ),
    pytest.param(
        as_workbook(("A", [["x"]]), ("B", [["id"], ["b"]])),
        {"sheet": "B"},
        ("id",),
        {2: ["b"]},
        [],
        id="the sheet that is named",
    ),
    pytest.param(
        as_workbook(("A", [["x"]]), ("B", [["id"], ["b"]])),
        {"wanted": ("id",)},
        ("id",),
        {2: ["b"]},
        [],
        id="the sheet with the columns",
    ),
    pytest.param(
        as_workbook(("S", [["id", "n"], ["=A1", "=1/0"]])),
        {},
        ("id", "n"),
        {2: ["0", "0"]},
        [],
        id="formulas are their stored values",
    ),
    pytest.param(
        json.dumps(
            [NESTED, {"id": None, "metric_set": None, "assignees": []}, 7, {"id": "x\0"}]
        ).encode(),
        {"wanted": (*PATHS, "nowhere")},
        (*PATHS, ""),
        {1: ["4711", "2023-05-01T09:30:00Z", "ann", "bug ui", "web", "true", ""], 2: [""] * 7},
        [(3, "not an object", "7"), (4, spool.NO_TEXT, "x\\x00,,,,,,")],
        id="nested JSON, by paths",
    ),
    pytest.param(
        json.dumps([NESTED]).encode(),
        {},
        (
            "id",
            "metric_set.solved_at",
            "metric_set.deep.er",
            "assignees.login",
            "labels",
            "via.channel",
            "comments.body",
            "open",
        ),
        {1: ["4711", "2023-05-01T09:30:00Z", "1.5", "ann", "bug ui", "web", "x", "true"]},
        [],
        id="nested JSON, all of it",
    ),
    pytest.param(
        b'{"a": 1}\n{"a": 2\n\n{"a": "\xff"}\n[1]\n{"a": 12345678901234567890.10}\n'
        + b'{"a": '
        + b"[" * 200_000
        + b"\n",
        {"wanted": ("a",)},
        ("a",),
        {1: ["1"], 6: ["12345678901234567890.10"]},
        [
            (2, "not JSON: Expecting ',' delimiter (character 8)", '{"a": 2'),
            (4, "not UTF-8", '{"a": "\\xff"}'),
            (5, "not an object", "[1]"),
            (7, "nested too deeply", '{"a": ' + "[" * 200_000),
        ],
        id="broken lines",
    ),
    pytest.param(
        b'{"a": 1\n{"a": 2}\n{"a": 3}\n',
        {"wanted": ("a",)},
        ("a",),
        {2: ["2"], 3: ["3"]},
        [(1, "not JSON: Expecting ',' delimiter (character 8)", '{"a": 1')],
        id="the first line is broken",
    ),
    pytest.param(
        b'{"id": 1, "comments": [{"id": 2}]}',
        {"wanted": ("id",)},
        ("id",),
        {1: ["1"]},
        [],
        id="one ticket",
    ),
    pytest.param(
        b'{"result": [\n{"id": 1}\n]}',
        {"wanted": ("id",)},
        ("id",),
        {1: ["1"]},
        [],
        id="one ticket in an answer",
    ),
    pytest.param(
        b'[{"a": null}, {"a": [], "b": 1}]',
        {"wanted": ("a.at", "b.at")},
        ("a.at", ""),
        {1: ["", ""], 2: ["", ""]},
        [],
        id="below null all is there and blank",
    ),
    pytest.param(
        b'{"issues": []}', {"wanted": ("id",)}, ("id",), {}, [], id="no tickets in an answer"
    ),
    pytest.param(
        b'[{"id": "' + b"a\\n" * 1_000 + b'"}, {"id": 2}]',
        {"wanted": ("id",)},
        ("id",),
        {2: ["2"]},
        [(1, spool.TOO_MANY_LINES, '"' + "a\n" * 1_000 + '"')],
        id="a cell of too many lines",
    ),
    pytest.param(
        "Grüße;€\na;b\n".encode("cp1252"),
        {"encoding": "cp1252", "delimiter": ";"},
        ("Grüße", "€"),
        {2: ["a", "b"]},
        [],
        id="cp1252",
    ),
    pytest.param(
        "a,b\n1,ü\n".encode("utf-16-le"),
        {"encoding": "utf-16-le"},
        ("a", "b"),
        {2: ["1", "ü"]},
        [],
        id="UTF-16 without a mark",
    ),
    pytest.param(
        "\ufeffa,b\n1,ü\n".encode(),
        {"encoding": "cp1252"},
        ("a", "b"),
        {2: ["1", "ü"]},
        [],
        id="a mark proves UTF-8",
    ),
    pytest.param(
        b"Report of May\n\na,b\n1,2\n\n3,4\n",
        {"header_row": 3},
        ("a", "b"),
        {4: ["1", "2"], 5: [], 6: ["3", "4"]},
        [],
        id="CSV with a title",
    ),
]


@pytest.mark.parametrize(("content", "reading", "header", "rows", "unread"), ROWS)
def test_rows_and_their_places(tmp_path, content, reading, header, rows, unread):
    assert table(tmp_path, content, **reading) == (header, rows, unread)


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def encrypted(content: bytes) -> bytes:
    """A zip that says its entries are encrypted (flag bit 0 of every header)."""
    changed = bytearray(content)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(sign) + place] |= 1
    return bytes(changed)


BOOK = as_workbook(("Übersicht", [["Report"]]), ("Tickets", [["id"], ["a"]]))
LINES = "".join(f"{random.Random(n).random()},b\n" for n in range(9_000)).encode()
BROKEN = [
    pytest.param(
        cut(gzip.compress(b"a,b\n" + LINES)), {}, "x is not a complete gzip file", id="cut gz"
    ),
    pytest.param(
        cut(as_zip({"a.csv": LINES})),
        {},
        "x is not a complete zip archive or workbook (File is not a zip file): fetch it again.",
        id="cut zip",
    ),
    pytest.param(
        as_zip({"a.csv": b"a,b\n" * 9}).replace(b"a.csv", b"b.csv", 1),
        {},
        "x is not a complete zip archive",
        id="damaged zip",
    ),
    pytest.param(cut(BOOK), {}, "x is not a complete zip archive or workbook", id="cut xlsx"),
    pytest.param(cut(as_parquet()), {}, "x is not a complete Parquet file", id="cut Parquet"),
    pytest.param(
        encrypted(as_zip({"a.csv": b"a,b\n1,2\n"})),
        {},
        "The zip archive x is encrypted: unpack it, or pack it without a password.",
        id="encrypted zip",
    ),
    pytest.param(
        as_zip({"a.zip": as_zip({"b.csv": b"a\n"})}),
        {},
        "x: a.zip is an archive inside an archive: unpack the outer one",
        id="zip in zip",
    ),
    pytest.param(
        as_zip({"d/": b"", "__MACOSX/x": b"1"}),
        {},
        "The zip archive x holds no file: export it again.",
        id="empty zip",
    ),
    pytest.param(
        as_zip({"a.csv": b"a\n1\n", "read me.pdf": b"%PDF-1"}),
        {},
        "The export x: read me.pdf is a PDF: export the tickets as CSV or .xlsx.",
        id="a PDF in a zip",
    ),
    pytest.param(
        BOOK,
        {"sheet": "tickets"},
        "x has no sheet 'tickets'; its sheets are: 'Übersicht', 'Tickets'. Correct `sheet:` in the mapping.",
        id="wrong sheet",
    ),
    pytest.param(
        BOOK,
        {"sheet": "Tickets", "header_row": 9},
        "x [Tickets] has no header in row 9: name the row",
        id="header_row beyond the end of a sheet",
    ),
    pytest.param(
        BOOK,
        {"header_row": 9},
        "x has no sheet with a header in row 9; its sheets are:",
        id="in no sheet",
    ),
    pytest.param(
        b"a,b\n1,2\n",
        {"header_row": 9},
        "x has 2 lines, so no header on line 9: correct `header_row:`",
        id="header_row beyond the end of CSV",
    ),
    pytest.param(
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        {},
        "The export x is an old Excel workbook (.xls), or an encrypted one: save it as .xlsx or CSV UTF-8.",
        id="xls",
    ),
    pytest.param(
        b"  <html><table><tr><td>id",
        {},
        "The export x is a web page or XML, whatever its name says: open it in Excel and save it as .xlsx or CSV UTF-8.",
        id="HTML as xls",
    ),
    pytest.param(
        b"7z\xbc\xaf\x27\x1c",
        {},
        "The export x is a 7z archive: unpack it, or pack it as .zip.",
        id="7z",
    ),
    pytest.param(
        "a,é\n1,2\n".encode("cp1252"),
        {},
        "The header of x is not UTF-8 (byte 3 of line 1): save the export as CSV UTF-8, or name its encoding in the mapping, such as",
        id="not UTF-8",
    ),
    pytest.param(
        "a,b\n".encode("utf-16-be"), {}, "such as `encoding: utf-16-le`", id="UTF-16 without a mark"
    ),
    pytest.param(
        b"a,b\n",
        {"encoding": "klingon"},
        "x: encoding: 'klingon' is not an encoding of text",
        id="unknown encoding",
    ),
    pytest.param(
        b"a,b\n",
        {"encoding": "base64"},
        "x: encoding: 'base64' is not an encoding of text",
        id="a codec that is none of text",
    ),
    pytest.param(b"a,b\r1,2\r", {}, "ends its lines with a bare CR (old Mac)", id="bare CR"),
    pytest.param(
        b'[{"a": 1}, {"a": 2',
        {},
        "x is incomplete JSON: the file ends in element 2. Fetch it again.",
        id="cut list",
    ),
    pytest.param(
        b'[{"a": 1}, {"a": "tex',
        {},
        "x is incomplete JSON: the file ends in element 2. Fetch it again.",
        id="cut in a text",
    ),
    pytest.param(
        b'[{"a": 1},\n',
        {},
        "x is incomplete JSON: the file ends in element 2. Fetch it again.",
        id="cut after a comma",
    ),
    pytest.param(
        b'[{"a": 1}\n{"a": 2}]',
        {},
        "x is broken JSON in element 1, character 11: ',' was expected, not '{'. Export it again.",
        id="a comma is missing",
    ),
    pytest.param(
        b'[{"a": 1}, {"a": tru}, {}]',
        {},
        "x is broken JSON in element 2, character 18: Expecting value. Export it again.",
        id="broken element",
    ),
    pytest.param(
        b'[{"a": 1}][]',
        {},
        "x is broken JSON in the text after the last element, character 11",
        id="text after the list",
    ),
    pytest.param(
        b'[{"a": ' + b"[" * 200_000,
        {},
        "x is broken JSON in element 1, character 2: nested too deeply. Export it again.",
        id="endless nesting",
    ),
    pytest.param(
        b'{"error": "no rights"}\n{', {"wanted": ("id",)}, "", id="an answer with an error, by line"
    ),
    pytest.param(
        b'{\n"error": {"code": 7}}',
        {},
        "x is JSON, but holds no list: is it an answer without tickets",
        id="an answer with an error",
    ),
    pytest.param(
        b'{"tickets": [{"a": 1}], "users": [{"b": 1}]}',
        {},
        "x holds two lists of objects, 'tickets' and 'users': export the tickets alone.",
        id="two lists",
    ),
]


@pytest.mark.parametrize(("content", "reading", "says"), BROKEN)
def test_what_is_broken_ends_in_a_sentence(tmp_path, content, reading, says):
    if not says:
        assert table(tmp_path, content, **reading)[2]
        return
    with pytest.raises(OpsdeskError) as caught:
        tables(tmp_path, content, **reading)
    assert says in str(caught.value).replace(str(tmp_path / "x"), "x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["gz", "zip", "xlsx", "parquet"])
def test_what_unpacks_to_far_too_much_is_not_read(tmp_path, monkeypatch, form):
    monkeypatch.setattr(spool, "SURELY_FINE", 1 << 20)
    monkeypatch.setattr(spool, "LARGEST_RATIO", 10)
    monkeypatch.setattr(archives, "CHUNK", 1 << 16)
    text = b"a\n" + b"0" * 78 + b"\n"
    content = io.BytesIO()
    pq.write_table(pa.table({"a": ["0" * 78] * 40_000}), content)
    bombs = {
        "gz": gzip.compress(text * 20_000),
        "zip": as_zip({f"{n}.csv": text * 2_000 for n in range(10)}),
        "xlsx": as_workbook(("S", [["0" * 78] * 20] * 2_000)),
        "parquet": content.getvalue(),
    }
    with pytest.raises(OpsdeskError, match="unpacks to more than 1 MB, 10 times its size"):
        tables(tmp_path, bombs[form])


def test_a_workbook_says_what_was_assumed(tmp_path):
    content = as_workbook(("A", [["id", "b"], ["x", 1, "remark"]]), ("B", [["id"]]))
    ((file, _, _),) = tables(tmp_path, content)
    assert [note.replace(str(tmp_path), "") for note in file.text.notes] == [
        "/x [A]: this sheet was read, of 'A', 'B'; `sheet:` in the mapping names another.",
        "/x [A]: cells to the right of the last column name were left out, in 1 rows.",
    ]


def test_merged_cells_are_their_first_cell(tmp_path):
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "team"])
    sheet.merge_range(1, 1, 2, 1, "merged")
    sheet.write_column(1, 0, ["a", "b"])
    book.close()
    assert table(tmp_path, content.getvalue())[1] == {2: ["a", "merged"], 3: ["b", ""]}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param(timedelta(hours=30, seconds=5), "30:00:05", id="duration"),
        pytest.param(1e22, "10000000000000000000000", id="no exponent"),
        pytest.param(Decimal("1E+3"), "1000", id="decimal"),
        pytest.param(["a", 1.0], "a 1", id="list"),
        pytest.param(datetime.fromisoformat("2023-05-01T09:30:00.5+02:00"), "2023-05-01T07:30:00.500000Z", id="UTC"),
    ],
)  # fmt: skip
def test_typed_cells(cell, text):
    assert cell_text(cell) == text


def test_places_are_runs():
    places = Places()
    assert places.of(7) == 7
    for line, place in ((2, 3), (3, 4), (4, 5), (9, 6), (10, 8)):
        places.add(line, place)
    assert [places.of(line) for line in (2, 3, 4, 9, 10)] == [3, 4, 5, 6, 8]
    assert len(places._lines) == 3


def test_an_export_of_a_round_number_of_rows_looks_cut(tmp_path):
    rows = [[f"T{n}", "2023-01-02T10:00:00", *[""] * 10] for n in range(1_000)]
    for count, says in ((999, ""), (1_000, "cut.csv has exactly 1,000 rows")):
        (tmp_path / "cut.csv").write_bytes(as_csv(rows[:count]))
        found = run_ingest(tmp_path, tmp_path / "cut.csv")
        assert " ".join(found.record["looks_cut"])[: len(says) or 1] == says
        assert says in " ".join(found.odd["what"])


def test_several_files_are_one_export_and_every_row_of_them_counts(tmp_path):
    lines = [*map(json.dumps, as_objects()[2:]), '{"ticket_id": "T9", "crea']
    (tmp_path / "a.csv").write_bytes(as_csv(CELLS[:2]))
    (tmp_path / "b.json").write_text("\n".join(lines))
    found = run_ingest(tmp_path, f"{tmp_path}/a.csv | {tmp_path}/*.json | {tmp_path}/a.*")
    assert (found.record["rows"], found.record["kept"]) == (7, 5)
    assert found.record["rejected"] == {"malformed_line": 1, "missing_ticket_id": 1}
    rejects = found.rejects[["file", "line", "raw"]].to_numpy().tolist()
    assert rejects[1] == ["b.json", 5, '{"ticket_id": "T9", "crea']
