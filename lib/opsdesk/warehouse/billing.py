"""What the warehouse bills: every job counted, and shown so that a run can add it up."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

# USD on demand in the US, Google's list price. Other regions differ, the first TiB a month is free.
PRICE_PER_TIB = 6.25
PRICE_SINCE = "2023-07-05"
TIB = 1 << 40
LEAST_BILLED = 10 << 20  # bytes that BigQuery bills at least for each table that a query reads
UNITS = ("KiB", "MiB", "GiB", "TiB")
MIME = "application/vnd.opsdesk.billed+json"
NOTHING = "nothing is billed: DuckDB runs on this machine"


@dataclass
class Billed:
    """A count of jobs with the bytes they processed and billed; `is_free` if nothing is billed."""

    jobs: int = 0
    bytes_billed: int = 0
    bytes_processed: int = 0
    is_free: bool = False

    def __post_init__(self) -> None:
        self._lock = Lock()

    def add(self, billed: int | None, processed: int | None) -> None:
        """Count one job; a load has no bytes."""
        with self._lock:
            self.jobs += 1
            self.bytes_billed += billed or 0
            self.bytes_processed += processed or 0

    @property
    def says(self) -> str:
        """Return the count as a sentence."""
        if self.is_free:
            return NOTHING
        return (
            f"{self.jobs:,} jobs, {in_units(self.bytes_processed)} processed, "
            f"{in_units(self.bytes_billed)} billed: {cost(self.bytes_billed)} "
            f"at {PRICE_PER_TIB} USD per TiB"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {"text/plain": self.says, "text/html": f"<p>{self.says}</p>", MIME: asdict(self)}


def cost(bytes_billed: int) -> str:
    """Return what that many bytes cost on demand, in USD."""
    return f"{bytes_billed / TIB * PRICE_PER_TIB:,.4f} USD"


def in_units(size: int) -> str:
    """Return a number of bytes as people write it: 10.0 MiB."""
    if size < 1024:
        return f"{size:,} bytes"
    power = min((size.bit_length() - 1) // 10, len(UNITS))
    return f"{size / 1024**power:,.1f} {UNITS[power - 1]}"


def read_billed(notebook: Mapping[str, Any]) -> Billed | None:
    """Return the sum of what the cells of an executed notebook show as billed, None without any."""
    outputs = (output for cell in notebook["cells"] for output in cell.get("outputs", ()))
    bundles = (output.get("data", {}).get(MIME) for output in outputs)
    return total(Billed(**bundle) for bundle in bundles if bundle)


def total(counts: Iterable[Billed]) -> Billed | None:
    """Return the sum of several counts, free when all are; None without any."""
    counts = list(counts)
    if not counts:
        return None
    return Billed(
        jobs=sum(count.jobs for count in counts),
        bytes_billed=sum(count.bytes_billed for count in counts),
        bytes_processed=sum(count.bytes_processed for count in counts),
        is_free=all(count.is_free for count in counts),
    )
