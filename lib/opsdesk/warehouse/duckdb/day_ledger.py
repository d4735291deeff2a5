"""Which days of a changed month are other ones: kept in `_days`, for a month is replaced whole and rarely changed in every day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import duckdb

from opsdesk.lake.partition import Partition


def remember_loaded(con: duckdb.DuckDBPyConnection, part: Partition) -> None:
    """To be called in the transaction that loads a month."""
    forget_loaded(con, part.name)
    files = {
        "days": [file.day for file in part.manifest.files],
        "bytes": [file.bytes for file in part.manifest.files],
        "sums": [file.crc32c for file in part.manifest.files],
    }
    con.execute(
        "INSERT INTO _days SELECT $part, $fingerprint, unnest($days::DATE[]), unnest($bytes::BIGINT[]), unnest($sums::VARCHAR[]), 'loaded'",
        {"part": part.name, "fingerprint": part.fingerprint, **files},
    )


def forget_loaded(con: duckdb.DuckDBPyConnection, month: str) -> None:
    """To be called in the transaction that removes a month."""
    con.execute("DELETE FROM _days WHERE part = ? AND state = 'loaded'", [month])


def remember_published(con: duckdb.DuckDBPyConnection) -> None:
    """To be called in the transaction that publishes: what is loaded is what the tables are made from."""
    con.execute("DELETE FROM _days WHERE state = 'published'")
    con.execute(
        "INSERT INTO _days SELECT * REPLACE ('published' AS state) FROM _days WHERE state = 'loaded'"
    )


def changed_days(
    con: duckdb.DuckDBPyConnection, months: Mapping[str, str]
) -> dict[str, list[date]]:
    """The days of which the file came, went or is another one since the last publication, by month.

    `months` gives each month's fingerprint of then. A month of which the days are not known is left out: it is gone, was not
    there then, or another version of opsdesk, which kept no `_days`, has loaded or published it.
    """
    found = {"loaded": defaultdict(set), "published": defaultdict(set)}
    fingerprints = {
        "loaded": dict(con.execute("SELECT part, fingerprint FROM _loads").fetchall()),
        "published": months,
    }
    files = con.execute(
        "SELECT state, part, fingerprint, day, bytes, crc32c FROM _days WHERE part IN (SELECT unnest($months))",
        {"months": list(months)},
    ).fetchall()
    for state, part, fingerprint, *file in files:
        if fingerprints[state].get(part) == fingerprint:
            found[state][part].add(tuple(file))
    loaded, published = found.values()
    return {
        month: sorted({day for day, *_ in loaded[month] ^ published[month]})
        for month in loaded.keys() & published.keys()
    }
