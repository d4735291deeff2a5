"""The files of `opsdesk query --output`; tests/test_cli.py has the command itself."""

import datetime as dt
import zipfile
from decimal import Decimal

import pandas as pd
import pytest
from python_calamine import load_workbook

from opsdesk.display import query_sheet
from opsdesk.display.query_files import form_of, in_zone, write_rows
from opsdesk.errors import OpsdeskError

NIGHT = pd.to_datetime(
    ["2023-03-26 00:30:00", None], utc=True
)  # 01:30 in Berlin, before the clocks change


def sheet_of(rows, folder):
    path = folder / "x.xlsx"
    write_rows(pd.DataFrame(rows), path, "xlsx")
    (sheet,) = [load_workbook(path).get_sheet_by_index(0)]
    with zipfile.ZipFile(path) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")  # no formula, ever
    return sheet.to_python()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("=1+1", "=1+1", id="a formula is text"),
        pytest.param("{=1}", "{=1}", id="an array formula is text"),
        pytest.param("https://x.example", "https://x.example", id="an address is text"),
        pytest.param("007", "007", id="digits stay text"),
        pytest.param("_x0041_\x1b", "_x0041_\x1b", id="signs that a sheet escapes"),
        pytest.param(True, True, id="true"),
        pytest.param(12.5, 12.5, id="a number"),
        pytest.param(Decimal("0.25"), 0.25, id="a decimal"),
        pytest.param(2**53, float(2**53), id="the largest whole number"),
        pytest.param(2**53 + 1, "9007199254740993", id="its digits would change"),
        pytest.param(float("inf"), "inf", id="no number of Excel"),
        pytest.param(None, "", id="unknown"),
        pytest.param([1, 2], "[1, 2]", id="a list"),
        pytest.param(pd.Timestamp("2023-01-02"), dt.date(2023, 1, 2), id="a day"),
        pytest.param(dt.date(2023, 1, 2), dt.date(2023, 1, 2), id="a day of BigQuery"),
        pytest.param(pd.Timestamp("2023-01-02 03:04:05"), dt.datetime(2023, 1, 2, 3, 4, 5), id="a time"),
        pytest.param(pd.Timestamp("1899-12-31"), "1899-12-31 00:00:00", id="before the first day of Excel"),
    ],
)  # fmt: skip
def test_a_cell_of_a_sheet(tmp_path, value, expected):
    assert sheet_of({"a": pd.Series([value, None], dtype=object), "b": "x"}, tmp_path)[1] == [
        expected,
        "x",
    ]


def test_days_of_duckdb_are_days(tmp_path):
    days = pd.to_datetime(["2023-01-02", "2023-01-03"])
    assert sheet_of({"day": days, "at": days + pd.Timedelta("1s")}, tmp_path)[1] == [
        dt.date(2023, 1, 2), dt.datetime(2023, 1, 2, 0, 0, 1)
    ]  # fmt: skip


def test_the_times_of_a_sheet_say_their_zone_in_the_header(tmp_path):
    rows = pd.DataFrame({"=at": NIGHT, "n": [1, 2]})
    assert sheet_of(rows, tmp_path)[:2] == [
        ["=at (UTC)", "n"],
        [dt.datetime(2023, 3, 26, 0, 30), 1.0],
    ]
    local = in_zone(rows, "Europe/Berlin", "xlsx")
    assert sheet_of(local, tmp_path)[:2] == [
        ["=at (Europe/Berlin)", "n"], [dt.datetime(2023, 3, 26, 1, 30), 1.0]
    ]  # fmt: skip


def test_local_times_in_csv_and_parquet(tmp_path):
    rows = pd.DataFrame({"at": NIGHT})
    write_rows(in_zone(rows, "Europe/Berlin", "csv"), tmp_path / "x.csv", "csv", bom=True)
    assert (
        tmp_path / "x.csv"
    ).read_bytes() == b'\xef\xbb\xbfat (Europe/Berlin)\n2023-03-26 01:30:00\n""\n'
    write_rows(in_zone(rows, "Europe/Berlin", "parquet"), tmp_path / "x.parquet", "parquet")
    read = pd.read_parquet(tmp_path / "x.parquet")["at (Europe/Berlin)"]
    assert str(read[0]) == "2023-03-26 01:30:00+01:00"


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        pytest.param("x.CSV", None, "csv", id="by the ending"),
        pytest.param("x.xlsx", "xlsx", "xlsx", id="both say the same"),
        pytest.param("x.txt", "table", "table", id="another ending, and a form"),
        pytest.param("x.txt", None, "let it end in .csv, .parquet or .xlsx", id="another ending"),
        pytest.param("x.csv", "parquet", "x.csv ends in .csv, and --format says parquet", id="they disagree"),
    ],
)  # fmt: skip
def test_the_form_of_a_file(tmp_path, name, form, expected):
    try:
        assert form_of(tmp_path / name, form) == expected
    except OpsdeskError as error:
        assert expected in str(error)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param({"a": ["x", "x" * 32_768]}, "Row 3 has a text of 32,768 characters", id="a long text"),
        pytest.param({"a": range(5)}, "The answer has 5 rows, and an Excel sheet holds 4", id="many rows"),
    ],
)  # fmt: skip
def test_what_a_sheet_cannot_hold_leaves_what_was_there(tmp_path, monkeypatch, rows, says):
    monkeypatch.setattr(query_sheet, "MOST_ROWS", 4)
    output = tmp_path / "x.xlsx"
    output.write_text("what was there")
    with pytest.raises(OpsdeskError, match=says):
        write_rows(pd.DataFrame(rows), output, "xlsx")
    assert output.read_text() == "what was there" and len(list(tmp_path.iterdir())) == 1


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_rows(pd.DataFrame({"a": [1]}), tmp_path / "link.csv", "csv")
    assert (tmp_path / "real.csv").read_text() == "a\n1\n" and (tmp_path / "link.csv").is_symlink()
