"""Exports and mappings that are broken: each ends in counted rows or in a sentence, in bounded time and memory."""

import io
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from exports import run_ingest
from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.guess.map_export import map_export
from opsdesk.ingest.mapping import read_mapping

MAPPING = 'columns: {ticket_id: id, created_at: created, resolved_at: resolved}\ntimestamps: ["%Y-%m-%d %H:%M:%S"]\n'
HEADER = ("id", "created", "resolved")
CREATED = "2023-01-02 10:00:00"
CSV = f"id,created,resolved\nT1,{CREATED},\nT2,{CREATED},\n".encode()
ID = "ticket_id: id"


def workbook(*sheets) -> bytes:
    """Sheets, each a list of cells (row, column, value)."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for number, cells in enumerate(sheets):
            sheet = book.add_worksheet(f"S{number}")
            for cell in cells:
                sheet.write(*cell)
    return content.getvalue()


def cells(*rows) -> list[tuple]:
    return [
        (number, column, cell) for number, row in enumerate(rows) for column, cell in enumerate(row)
    ]


def parquet(**columns) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


TABLE = cells(HEADER, ("T1", CREATED, ""), ("T2", CREATED, ""))
NOT_TEXT = pa.StringArray.from_buffers(
    2, pa.array(["x", "y"]).buffers()[1], pa.py_buffer(b"\xff\xfe")
)
FAR = pa.array([2**62, 1_672_653_600_000_000], pa.timestamp("us"))
MARS = pa.array([1_672_653_600_000_000] * 2, pa.timestamp("us", "Mars/Base"))
NOTHING = pa.array(["", ""])
TWO = pa.array(["T1", "T2"])
NAN = (
    f'[{{"id": NaN, "created": "{CREATED}"}}, {{"id": 1, "created": "{CREATED}", "resolved": NaN}}]'
)
BACK_AND_BACK = "ticket_id: [{pattern: '(a+)+b'}, {pattern: '(a|aa)+'}]"
BLANK_NUMBERS = pa.array([float("nan"), 7.0])


# what is read: rows, kept, rejected
@pytest.mark.parametrize(
    ("content", "mapping", "rows", "kept", "rejected"),
    [
        pytest.param(CSV.replace(b",resolved", b',resolved,"more\r\nwords"').replace(b",\n", b",,\n"), MAPPING, 2, 2, {}, id="a name of two lines"),
        pytest.param(CSV.replace(b"id,", b'"i\nd",'), MAPPING.replace(ID, "ticket_id: i d"), 2, 2, {}, id="a line end is a blank"),
        pytest.param(CSV.replace(b",resolved", b',resolved,5"').replace(b",\n", b',,x"\n'), MAPPING, 2, 2, {}, id="a quote in a name opens nothing"),
        pytest.param(parquet(id=NOT_TEXT, created=[CREATED] * 2, resolved=NOTHING), MAPPING, 2, 2, {}, id="Parquet, not UTF-8"),
        pytest.param(parquet(id=TWO, created=FAR, resolved=NOTHING), MAPPING, 2, 1, {"bad_created_at": 1}, id="Parquet, the year 148108"),
        pytest.param(parquet(id=TWO, created=MARS, resolved=NOTHING), MAPPING, 2, 2, {}, id="Parquet, UTC in an unknown zone"),
        pytest.param(parquet(id=BLANK_NUMBERS, created=[CREATED] * 2, resolved=NOTHING), MAPPING, 2, 1, {"missing_ticket_id": 1}, id="NaN is blank"),
        pytest.param(NAN.encode(), MAPPING, 2, 1, {"missing_ticket_id": 1}, id="NaN of JSON is blank"),
        pytest.param(CSV.replace(b"id,", b"a" * 60 + b","), MAPPING.replace(ID, BACK_AND_BACK), 2, 2, {}, id="a pattern that goes back and back"),
    ],
)  # fmt: skip
def test_rows_are_counted(tmp_path, content, mapping, rows, kept, rejected):
    record = ingest(tmp_path, content, mapping).record
    assert (record["rows"], record["kept"], record["rejected"], record["issues"]) == (
        rows,
        kept,
        rejected,
        {},
    )


def ingest(folder, content: bytes, mapping: str = MAPPING):
    (folder / "x").write_bytes(content)
    (folder / "m.yaml").write_text(mapping)
    return run_ingest(folder, folder / "x", str(folder / "m.yaml"))


@pytest.mark.parametrize(
    ("content", "mapping", "says"),
    [
        pytest.param(workbook([*TABLE, (1_000_000, 200, "x")]), MAPPING, "reaches to row 1,000,001 and column GS", id="a cell far away"),
        pytest.param(workbook([*TABLE, (1_048_575, 16_383, "x")]), MAPPING, "cells far away from its table", id="the last cell of all"),
        pytest.param(parquet(), MAPPING, "has no columns: export it again", id="Parquet without columns"),
        pytest.param(CSV, MAPPING + "encoding: idna", "'idna' is not an encoding of text", id="a codec of names"),
        pytest.param(CSV, MAPPING + "encoding: utf-16", "is not in the encoding utf-16 (UTF-16 stream", id="no mark of UTF-16"),
        pytest.param(CSV, MAPPING + "delimiter: ';'", 'write `delimiter: ","`', id="a comma after all"),
        pytest.param(b'"' + CSV, MAPPING, "has no column 'id', 'created', 'resolved'", id="a quote that is never closed"),
        pytest.param(b"Tickets of May\n" + CSV, MAPPING, "in another row or sheet, say which with `header_row:`", id="a title"),
        pytest.param(b'{\n "id": 1\n}\n{\n "id": 2\n}', MAPPING, "write one object per line, or one list", id="objects over several lines"),
        pytest.param(b"[{}, {}]", MAPPING, "It has no column.", id="objects of nothing"),
        pytest.param(CSV, MAPPING.replace(ID, "ticket_id: {pattern: ''}"), "a pattern is a text in quotes", id="a pattern of nothing"),
        pytest.param(CSV, MAPPING.replace(ID, "ticket_id: {pattern: '(?=i)id'}"), "is not a regular expression", id="a pattern that DuckDB lacks"),
        pytest.param(CSV, MAPPING.replace(ID, "ticket_id: {join: [id, created], with: null}"), "`with` is a text in quotes", id="joined by nothing"),
        pytest.param(CSV, MAPPING.replace(ID, "ticket_id: 123"), "a number, a date, Yes or No is put in quotes", id="a number for a name"),
        pytest.param(CSV, MAPPING.replace("resolved_at: resolved", "resolved_at: created"), "both come from 'created'", id="resolved when created"),
        pytest.param(CSV, MAPPING + "attributes: {team_name: null}", "attributes.team_name must be", id="an attribute of nothing"),
    ],
)  # fmt: skip
def test_a_sentence(tmp_path, content, mapping, says):
    with pytest.raises(OpsdeskError) as error:
        ingest(tmp_path, content, mapping)
    assert says in str(error.value)


def test_an_address_is_no_path(tmp_path):
    with pytest.raises(OpsdeskError, match="is an address: download it"):
        run_ingest(tmp_path, "https://example.com/tickets.csv")


@pytest.mark.parametrize(
    ("different", "says"), [(1, "4 rows have only 1 different ticket_ids"), (3, "")]
)
def test_few_ids_are_said(tmp_path, different, says):
    """As after a spreadsheet has rounded long numbers."""
    lines = [f"{number % different},{CREATED},\n" for number in range(4)]
    odd = ingest(tmp_path, ("id,created,resolved\n" + "".join(lines)).encode()).odd["what"]
    assert any(text.startswith("4 rows") and says in text for text in odd) == bool(says)


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Return what maps a file in an empty project: what was printed."""
    shutil.copytree(project.ROOT / "params/mappings", tmp_path / "params/mappings")
    monkeypatch.setattr(project, "ROOT", tmp_path)

    def look(content: bytes) -> str:
        (tmp_path / "x").write_bytes(content)
        lines: list[str] = []
        map_export(str(tmp_path / "x"), "tried", lines.append)
        return "\n".join(lines)

    return look


TICKETS = [(f"T{n}", CREATED, CREATED.replace("10", "11") if n % 2 else "", "a") for n in range(12)]


def test_line_ends_of_two_kinds_are_mapped(look):
    rows = [("Ticket ID", "Created", "Resolved", "Note"), *TICKETS]
    text = "".join(",".join(row) + ("\r\n" if n % 2 else "\n") for n, row in enumerate(rows))
    assert "12 rows" in look(text.encode()).splitlines()[0]


def test_the_fullest_sheet_is_mapped(look):
    """A pivot table stands before the tickets."""
    tickets = cells(("Ticket ID", "Created", "Resolved", "Note"), *TICKETS)
    printed = look(workbook(cells(("Row Labels", "Count"), ("a", 12)), tickets))
    assert "[S1]: 12 rows" in printed
    assert read_mapping("tried").sheet == "S1"


def test_a_trap_is_not_mapped(look):
    with pytest.raises(OpsdeskError, match="cells far away from its table"):
        look(workbook([*TABLE, (1_000_000, 200, "x")]))
