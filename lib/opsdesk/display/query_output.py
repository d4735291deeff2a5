"""The rows of `opsdesk query` as text, for people and for programs: an aligned table, CSV."""

from typing import Any
from unicodedata import category

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype, is_scalar
from tabulate import tabulate

from opsdesk.guards.texts import one_line

# Also in the full width of Chinese and Japanese texts, which spreadsheets read as the same signs.
FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
QUOTES = "\"'`\u2018\u2019\u201c\u201d"
UNSEEN = ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")  # Unicode's classes of what takes no ink
WIDEST = 60  # characters of a cell in the printed table


def neutralised(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with an apostrophe before each text that a spreadsheet would run."""
    safe = rows.map(_neutral)
    return safe.rename(columns=_neutral)


def csv_text(rows: pd.DataFrame) -> str:
    """Return `rows` as CSV with a header; NULL is an empty field."""
    return rows.to_csv(index=False, lineterminator="\n")


def table_text(rows: pd.DataFrame, limit: int | None) -> str:
    """Return the first `limit` rows as an aligned table, numbers to the right.

    The last line has the number of all rows. None is no limit.
    """
    shown = rows if limit is None else rows.head(limit)
    cells = [[_cut(str(name)) for name in shown]]
    for row in shown.itertuples(index=False, name=None):
        cells.append([_cell(value) for value in row])
    table = tabulate(
        cells,  # the names as a row, because tabulate pads headers
        tablefmt="plain",
        colalign=[_side(column) for _, column in shown.items()],
        disable_numparse=True,  # a text such as 1e5 stays what it is
        preserve_whitespace=True,
    )
    lines = [line.rstrip() for line in table.split("\n")]
    lines.append(_count(len(rows), len(shown)))
    return "\n".join(lines) + "\n"


def _neutral(value: object) -> object:
    if isinstance(value, str) and _is_formula(value):
        return f"'{value}"
    return value


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet may run a text; many drop blanks and quotes before it."""
    return text.startswith(FORMULA_STARTS) or _first_signs(text).startswith(FORMULA_STARTS)


def _first_signs(text: str) -> str:
    """Return a text without what a person does not see, and without quotes, at its start."""
    for place, sign in enumerate(text):
        if sign not in QUOTES and not sign.isspace() and category(sign) not in UNSEEN:
            return text[place:]
    return ""


def _side(column: pd.Series) -> str:
    is_number = is_numeric_dtype(column) and not is_bool_dtype(column)
    return "right" if is_number else "left"


def _count(rows: int, shown: int) -> str:
    plural = "" if rows == 1 else "s"
    count = f"{rows:,} row{plural}"
    if shown == rows:
        return f"({count})"
    return f"({count}, the first {shown:,} shown (--limit 0 shows all))"


def _cell(value: Any) -> str:
    """Return a value as one line of at most WIDEST characters, without control characters."""
    if is_scalar(value) and pd.isna(value):  # a list is never unknown as a whole
        return ""
    if isinstance(value, pd.Timestamp):
        return _moment(value)
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return _cut(str(value))


def _cut(text: str) -> str:
    clean = one_line(text)
    if len(clean) <= WIDEST:
        return clean
    return clean[: WIDEST - 1] + "…"


def _moment(moment: pd.Timestamp) -> str:
    """Return a midnight without a zone as its date: DuckDB gives a DATE in this form."""
    is_day = moment == moment.normalize() and moment.tzinfo is None
    return str(moment.date() if is_day else moment)
