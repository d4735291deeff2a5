"""A file of any form as a table of texts, all of it, for the questions that guessing asks."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from opsdesk.duckdb_file import quoted, quoted_path
from opsdesk.errors import OpsdeskError
from opsdesk.guess.text_form import guess_reading
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.open_form import open_form
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.work_database import translate_errors, work_database

SAMPLED = 1_000  # rows from all over the file whose cells are looked at one by one
BLANKS = quoted(" \t\r\n\u00a0\ufeff")


@dataclass(frozen=True)
class Column:
    """A column of the file: how many cells are filled, about how many differ, some of them."""

    place: int
    name: str
    filled: int
    different: int
    sample: tuple[str, ...]

    @property
    def examples(self) -> tuple[str, ...]:
        """Return up to three different cells, from all over the file."""
        texts = list(dict.fromkeys(self.sample))
        chosen = (texts[:1], texts[len(texts) // 2 : len(texts) // 2 + 1], texts[-1:])
        return tuple(dict.fromkeys(text for part in chosen for text in part))


@dataclass(frozen=True)
class Table:
    """The cells of a file as texts: columns c0, c1 ... of the table `cells`, trimmed or NULL.

    `broken` lines were left out: they do not have the form of the others. `kind` is what the file
    is, `tables` how many files an archive holds.
    """

    con: duckdb.DuckDBPyConnection
    shown: str
    text: CsvText
    reading: Reading
    rows: int
    broken: int
    columns: tuple[Column, ...]
    kind: str
    tables: int

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self.text.header

    def ask(self, select: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT on `cells`."""
        return self.con.execute(select).fetchall()


@contextmanager
def open_table(path: Path, work: Path, shown: str) -> Iterator[Table]:
    """Open a file for the block; `shown` is what messages call it.

    Of an archive it is the first file.

    Raises:
        OpsdeskError: the file is broken, empty, of a form that is not read, or has no rows.
    """
    kind, reading = guess_reading(path, work, shown)
    texts = open_form(path, reading, work, shown)
    text = texts[0]
    size = text.plain.stat().st_size
    with translate_errors(work, size), work_database(work, size) as con:
        con.execute("SET enable_progress_bar=false")
        broken = _load(con, text, work)
        ((rows,),) = con.execute("SELECT count(*) FROM cells").fetchall()
        if not rows:
            raise _no_rows(shown, broken)
        columns = _columns(con, text.header, rows)
        yield Table(con, shown + text.label, text, reading, rows, broken, columns, kind, len(texts))


def _no_rows(shown: str, broken: int) -> OpsdeskError:
    if broken:
        return OpsdeskError(
            f"No row of {shown} has the form of its header ({broken:,} lines were left out): is a "
            "quote never closed, or the separator of the columns another one? Export it again."
        )
    return OpsdeskError(
        f"{shown} has a header and no rows: its columns cannot be understood without tickets. "
        "Export some."
    )


def _load(con: duckdb.DuckDBPyConnection, text: CsvText, work: Path) -> int:
    """Create the table `cells`; return how many lines could not be read."""
    try:
        _read(con, text, text.plain)
    except duckdb.InvalidInputException:  # line ends of several kinds
        _read(con, text, _with_line_feeds(text.plain, work / "line_feeds.csv"))
    filled = " OR ".join(f"c{place} IS NOT NULL" for place in range(len(text.header)))
    con.execute(f"DELETE FROM cells WHERE NOT ({filled})")
    rejected = "SELECT count(DISTINCT line) FROM reject_errors"
    return int(con.execute(rejected).fetchall()[0][0])


def _with_line_feeds(plain: Path, copy: Path) -> Path:
    """Write a copy of CSV text whose only line end is LF; return it."""
    with (
        plain.open(newline=None, encoding="utf-8", errors="surrogateescape") as text,
        copy.open("w", newline="\n", encoding="utf-8", errors="surrogateescape") as lines,
    ):
        shutil.copyfileobj(text, lines)
    return copy


def _read(con: duckdb.DuckDBPyConnection, text: CsvText, plain: Path) -> None:
    places = range(len(text.header))
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in places)
    trimmed = ", ".join(f"nullif(trim(c{place}, {BLANKS}), '') AS c{place}" for place in places)
    con.execute(f"""CREATE OR REPLACE TABLE cells AS SELECT {trimmed} FROM read_csv(
        {quoted_path(plain)}, columns={{{columns}}}, delim={quoted(text.delimiter)},
        quote='"', escape='"', header=false, skip={text.header_row}, auto_detect=false,
        ignore_errors=true, store_rejects=true)""")


def _columns(
    con: duckdb.DuckDBPyConnection, header: tuple[str, ...], rows: int
) -> tuple[Column, ...]:
    counts = ", ".join(
        f"count(c{place}), approx_count_distinct(c{place})" for place in range(len(header))
    )
    (counted,) = con.execute(f"SELECT {counts} FROM cells").fetchall()
    step = max(1, rows // SAMPLED)
    sampled = con.execute(
        f"SELECT * FROM cells WHERE hash(rowid) % {step} = 0 ORDER BY rowid"
    ).fetchall()
    found = []
    for place, name in enumerate(header):
        sample = tuple(row[place] for row in sampled if row[place] is not None)
        filled = counted[2 * place]
        if filled and not sample:
            sample = _any_cells(con, place)
        found.append(Column(place, name, filled, counted[2 * place + 1], sample))
    return tuple(found)


def _any_cells(con: duckdb.DuckDBPyConnection, place: int) -> tuple[str, ...]:
    """Return some cells of a column that is nearly always blank."""
    column = f"c{place}"
    query = f"SELECT DISTINCT {column} FROM cells WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 3"
    return tuple(text for (text,) in con.execute(query).fetchall())
