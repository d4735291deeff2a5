"""Which days of a changed month changed: `_days` has the checksum of each day's file.

A month is replaced whole, but rarely does every day of it change.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import duckdb

from opsdesk.lake.partition import Partition


def note_loaded(con: duckdb.DuckDBPyConnection, part: Partition) -> None:
    """Write the days of a month into the ledger, within the transaction that loads it."""
    forget_loaded(con, part.name)
    files = {
        "days": [file.day for file in part.manifest.files],
        "bytes": [file.bytes for file in part.manifest.files],
        "sums": [file.crc32c for file in part.manifest.files],
    }
    con.execute(
        """INSERT INTO _days SELECT $part, $fingerprint, unnest($days::DATE[]),
        unnest($bytes::BIGINT[]), unnest($sums::VARCHAR[]), 'loaded'""",
        {"part": part.name, "fingerprint": part.fingerprint, **files},
    )


def forget_loaded(con: duckdb.DuckDBPyConnection, month: str) -> None:
    """Remove the days of a month from the ledger, within the transaction that removes it."""
    con.execute("DELETE FROM _days WHERE part = ? AND state = 'loaded'", [month])


def note_published(con: duckdb.DuckDBPyConnection) -> None:
    """Note that the tables are made from what is loaded, within the transaction that publishes."""
    con.execute("DELETE FROM _days WHERE state = 'published'")
    con.execute(
        """INSERT INTO _days SELECT * REPLACE ('published' AS state)
        FROM _days WHERE state = 'loaded'"""
    )


def changed_days(
    con: duckdb.DuckDBPyConnection, months: Mapping[str, str]
) -> dict[str, list[date]]:
    """Return the days whose file came, went or changed since the last publication, by month.

    `months` has the fingerprint that each month had then. A month whose days are unknown is left
    out: it is gone, was not there then, or an opsdesk without `_days` has loaded or published it.
    """
    loads = dict(con.execute("SELECT part, fingerprint FROM _loads").fetchall())
    loaded = _files(con, "loaded", {month: loads.get(month, "") for month in months})
    published = _files(con, "published", months)
    return {
        month: sorted({day for day, *_ in loaded[month] ^ published[month]})
        for month in loaded.keys() & published.keys()
    }


def _files(
    con: duckdb.DuckDBPyConnection, state: str, fingerprints: Mapping[str, str]
) -> dict[str, set[tuple[date, int, str]]]:
    """Return day, size and checksum of the files of those months that have these fingerprints."""
    found: defaultdict[str, set[tuple[date, int, str]]] = defaultdict(set)
    rows = con.execute(
        """SELECT part, fingerprint, day, bytes, crc32c FROM _days
        WHERE state = $state AND part IN (SELECT unnest($months))""",
        {"state": state, "months": list(fingerprints)},
    ).fetchall()
    for month, fingerprint, *file in rows:
        if fingerprints[month] == fingerprint:
            day, size, crc32c = file
            found[month].add((day, size, crc32c))
    return found
