"""The printed rows of `opsdesk query`; tests/test_cli.py has the command itself."""

import pandas as pd
import pytest

from opsdesk.display.query_output import table_text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([" b", "ccc"], "a\n b\nccc\n", id="spaces at the start stay"),
        pytest.param([1, 1000], "   a\n   1\n1000\n", id="whole numbers to the right"),
        pytest.param([0.5, None], "  a\n0.5\n\n", id="an unknown number is empty"),
        pytest.param([1234.56789, 2.0], "         a\n1,234.5679\n         2\n", id="decimals"),
        pytest.param([None, pd.NA], "a\n\n\n", id="unknown is empty"),
        pytest.param(["x", float("nan")], "a\nx\n\n", id="an unknown text is empty"),
        pytest.param([[1, 2], []], "a\n[1, 2]\n[]\n", id="lists"),
        pytest.param([True, False], "a\nTrue\nFalse\n", id="true and false to the left"),
        pytest.param(
            pd.to_datetime(["2024-01-31", "2024-02-01"]), "a\n2024-01-31\n2024-02-01\n", id="days"
        ),
    ],
)
def test_a_column(values, expected):
    assert table_text(pd.DataFrame({"a": values}), None) == f"{expected}(2 rows)\n"


def test_wide_characters_take_two_columns_of_a_terminal():
    rows = pd.DataFrame({"a": ["日本", "x"], "n": [1, 2]})
    assert table_text(rows, None) == "a     n\n日本  1\nx     2\n(2 rows)\n"


def test_texts_under_a_number_as_name_are_not_read_as_numbers():
    rows = pd.DataFrame({1: ["1e5", "1.50"]})
    assert table_text(rows, None) == "1\n1e5\n1.50\n(2 rows)\n"


def test_columns_of_the_same_name_stay_apart():
    rows = pd.DataFrame([[1, "x"]], columns=["a", "a"])
    assert table_text(rows, None) == "a  a\n1  x\n(1 row)\n"


def test_the_limit_is_said():
    rows = pd.DataFrame({"a": range(1_200)})
    last = table_text(rows, 2).splitlines()[-1]
    assert last == "(1,200 rows, the first 2 shown (--limit 0 shows all))"
