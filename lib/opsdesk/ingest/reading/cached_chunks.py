"""Chunks as rows of the cache's table `cache.chunks`."""

import json
from array import array
from typing import Any

import duckdb

from opsdesk.ingest.reading.chunk import Chunk, Malformed

BATCH = 100  # chunks inserted at a time: DuckDB takes many times the memory of a list it is given
CREATE_CHUNKS = """CREATE OR REPLACE TABLE cache.chunks (
    number BIGINT, digest VARCHAR, head VARCHAR, bytes BIGINT, lines BIGINT, records BIGINT,
    is_closed BOOLEAN, ends BLOB, runs BLOB, malformed VARCHAR)"""


def select_chunks(con: duckdb.DuckDBPyConnection) -> list[Chunk]:
    """Return the cached chunks in the order in which they were found.

    Raises:
        ValueError, TypeError, KeyError: the table was damaged or edited.
    """
    found = con.execute("SELECT * FROM cache.chunks ORDER BY number")
    names = [name for name, *_ in found.description]
    rows = found.fetchall()
    return [_read_chunk(dict(zip(names, row, strict=True))) for row in rows]


def _read_chunk(row: dict[str, Any]) -> Chunk:
    return Chunk(
        start=0,  # `reuse` finds where it is now
        size=row["bytes"],
        lines=row["lines"],
        records=row["records"],
        runs=array("I", row["runs"]),
        malformed=[Malformed(*line) for line in json.loads(row["malformed"])],
        ends=row["ends"],
        digest=row["digest"],
        head=row["head"],
        is_closed=row["is_closed"],
        number=row["number"],
    )


def insert_chunks(con: duckdb.DuckDBPyConnection, chunks: list[Chunk]) -> None:
    """Add chunks to the table."""
    for start in range(0, len(chunks), BATCH):
        columns = _columns(chunks[start : start + BATCH])
        values = ", ".join(f"unnest(${name})" for name in columns)
        con.execute(f"INSERT INTO cache.chunks SELECT {values}", columns)


def _columns(chunks: list[Chunk]) -> dict[str, list[object]]:
    return {
        "number": [chunk.number for chunk in chunks],
        "digest": [chunk.digest for chunk in chunks],
        "head": [chunk.head for chunk in chunks],
        "bytes": [chunk.size for chunk in chunks],
        "lines": [chunk.lines for chunk in chunks],
        "records": [chunk.records for chunk in chunks],
        "is_closed": [chunk.is_closed for chunk in chunks],
        "ends": [chunk.ends for chunk in chunks],
        "runs": [chunk.runs.tobytes() for chunk in chunks],
        "malformed": [json.dumps(chunk.malformed) for chunk in chunks],
    }
