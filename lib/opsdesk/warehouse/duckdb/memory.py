"""How much memory DuckDB may take: little to begin with, more only where the work needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from opsdesk.warehouse.duckdb.tables import one_row

MB = 10**6
SHARE = 0.8  # of the memory that is free
UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Memory:
    """Megabytes that DuckDB may take: for most files, and for files above a size that need more.

    DuckDB takes what it may, needed or not. So all of the machine is only allowed after less was
    too little, and never more than `most`; None for a share of what is free.
    """

    usual: int = 600
    large: int = 2000
    most: int | None = None

    def limits(self, con: duckdb.DuckDBPyConnection, *, is_large: bool) -> Iterator[int]:
        """Yield the limits to try, in megabytes, while the one before was too little."""
        first = self.large if is_large else self.usual
        first = min(first, self.most or first)
        yield first
        most = self.most or free_megabytes(con)
        if most > first:
            yield most


def set_limit(con: duckdb.DuckDBPyConnection, megabytes: int) -> None:
    """Set what DuckDB may take from now on."""
    con.execute(f"SET memory_limit='{megabytes}MB'")


def free_megabytes(con: duckdb.DuckDBPyConnection) -> int:
    """Return the share of the free memory of this machine, or of its container, in megabytes."""
    con.execute("RESET memory_limit")  # then it is a share of what the machine or container has
    (shown,) = one_row(con, "SELECT current_setting('memory_limit')")
    number, unit = shown.split()
    limit = float(number) * UNITS[unit]
    return int(min(limit, _available_bytes() or limit) / MB)


def _available_bytes() -> float | None:
    """Return the share of what Linux calls available; None elsewhere."""
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    amounts = dict(line.split(":", 1) for line in lines)
    return int(amounts["MemAvailable"].split()[0]) * 1024 * SHARE
