"""Rejected rows, kept aside with reason, line number and raw text."""

import csv
import hashlib
import io
from collections.abc import Iterator

import duckdb
import pandas as pd

from opsdesk.lake import Lake
from opsdesk.records import Layout


def list_rejects(con: duckdb.DuckDBPyConnection, layouts: list[Layout]) -> Iterator[tuple[str, str, str, int, str]]:
    """Every rejected row in the order of the files: reason, detail, file, line, raw text."""
    decided = con.execute("""
        SELECT file, record, CASE WHEN older.record IS NOT NULL THEN 'duplicate_ticket_id' ELSE coalesce(reason, 'closed_without_resolved_at') END,
            CASE WHEN older.record IS NOT NULL THEN 'ticket_id: ' || ticket_id ELSE coalesce(detail, '') END
        FROM rows LEFT JOIN older USING (file, record)
        WHERE older.record IS NOT NULL OR reason IS NOT NULL OR closed_without_resolution
        ORDER BY file, record""").fetchall()
    for number, layout in enumerate(layouts):
        verdicts = {record: (reason, detail) for file, record, reason, detail in decided if file == number}
        found = [("malformed_line", line.detail, layout.file.name, line.line, line.raw) for line in layout.malformed]
        for record, (line, raw) in layout.raw_texts(verdicts).items():
            found.append((*verdicts[record], layout.file.name, line, raw))
        yield from sorted(found, key=lambda row: row[3])


def write_rejects(lake: Lake, rejects: list, signature: dict, kind: str) -> dict:
    """Keeps the rejected rows aside; a full export replaces what earlier ones left there."""
    key = hashlib.sha256(repr(signature["files"]).encode()).hexdigest()[:8]
    name = f"rejects/rejects-{key}.csv"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("reason", "detail", "file", "line", "raw"), *rejects])
    lake.store.write(name, text.getvalue().encode())
    for other in lake.store.names("rejects") if kind == "full" else []:
        if other != name:
            lake.store.delete(other)
    return lake.store.checksums("rejects")


def read_rejects(lake: Lake, record: dict) -> pd.DataFrame:
    """The rejects of this export: reason, detail, file, line, raw."""
    key = hashlib.sha256(repr(record["signature"]["files"]).encode()).hexdigest()[:8]
    content = lake.store.read(f"rejects/rejects-{key}.csv")
    return pd.read_csv(io.BytesIO(content), dtype={"line": "int64"}, keep_default_na=False)
