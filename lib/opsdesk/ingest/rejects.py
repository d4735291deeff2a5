"""Rejected rows, kept aside with reason, line number and raw text; streamed, for a wrong date format rejects all rows."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from pathlib import Path

import duckdb
import pandas as pd

from opsdesk.ingest.reading.chunk_layout import Layout
from opsdesk.ingest.reasons import REASONS
from opsdesk.lake.lake import Lake

COLUMNS = ("reason", "detail", "file", "line", "raw")
Reject = tuple[str, str, str, int, str]


def decide(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `decided`: every record of `rows` that is rejected, among them the `older` ones; file, record, reason, detail."""
    con.execute("""CREATE TABLE decided AS
        SELECT file, record, CASE WHEN older.record IS NOT NULL THEN 'duplicate_ticket_id'
                ELSE coalesce(reason, 'closed_without_resolved_at') END AS reason,
            CASE WHEN older.record IS NOT NULL THEN 'ticket_id: ' || ticket_id ELSE coalesce(detail, '') END AS detail
        FROM rows LEFT JOIN older USING (file, record)
        WHERE older.record IS NOT NULL OR reason IS NOT NULL OR closed_without_resolution""")


def collect_rejects(
    con: duckdb.DuckDBPyConnection, layouts: list[Layout], file: Path
) -> tuple[dict[str, int], list[Reject]]:
    """Writes every row that is malformed or `decided` to `file` (CSV); returns rows by reason, and the first row of each."""
    counts: Counter[str] = Counter()
    examples: dict[str, Reject] = {}
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for number, layout in enumerate(layouts):
            for reject in merge(
                _malformed(layout), _decided(con, number, layout), key=itemgetter(3)
            ):
                writer.writerow(reject)
                counts[reject[0]] += 1
                examples.setdefault(reject[0], reject)
    known = [reason for reason in REASONS if reason in counts]
    return {reason: counts[reason] for reason in known}, [examples[reason] for reason in known]


def _malformed(layout: Layout) -> Iterator[Reject]:
    for line in layout.malformed:
        yield "malformed_line", line.detail, layout.file.name, line.line, line.raw


def _decided(con: duckdb.DuckDBPyConnection, number: int, layout: Layout) -> Iterator[Reject]:
    """The records of one file that were read and rejected, in order."""
    of_file = f"FROM decided WHERE file = {number} ORDER BY record"
    records, verdicts = (
        _rows(con, f"SELECT record {of_file}"),
        _rows(con, f"SELECT reason, detail {of_file}"),
    )
    for (_, line, raw), (reason, detail) in zip(
        layout.raw_texts(record for (record,) in records), verdicts, strict=True
    ):
        yield reason, detail, layout.file.name, line, raw


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple]:
    cursor = con.cursor()
    cursor.execute(sql)
    while rows := cursor.fetchmany(10_000):
        yield from rows


def keep_rejects(lake: Lake, file: Path, signature: dict, kind: str) -> dict:
    """Puts the collected rows into the lake; a full export replaces what earlier ones left there."""
    name = _name(signature)
    lake.store.write_from(name, file)
    for other in lake.store.names("rejects") if kind == "full" else []:
        if other != name:
            lake.store.delete(other)
    return lake.store.checksums("rejects")


def read_rejects(lake: Lake, record: dict) -> pd.DataFrame:
    """All rejected rows of the export that left `record`: reason, detail, file, line, raw."""
    content = lake.store.read(_name(record["signature"]))
    return pd.read_csv(io.BytesIO(content), dtype={"line": "int64"}, keep_default_na=False)


def _name(signature: dict) -> str:
    return (
        f"rejects/rejects-{hashlib.sha256(repr(signature['files']).encode()).hexdigest()[:8]}.csv"
    )
