"""What the warehouse bills: every job counted, and shown so that a run can add it up."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock

PRICE_PER_TIB = 6.25  # USD on demand in the US, Google's list price; other regions differ, the first TiB a month is free
PRICE_SINCE = "2023-07-05"
TIB = 1 << 40
LEAST_BILLED = 10 << 20  # bytes: what BigQuery bills at least for each table that a query reads
MIME = "application/vnd.opsdesk.billed+json"
NOTHING = "nothing is billed: DuckDB runs on this machine"


@dataclass
class Billed:
    """A count of jobs with the bytes they processed and billed. `is_free` where nobody bills anything."""

    jobs: int = 0
    bytes_billed: int = 0
    bytes_processed: int = 0
    is_free: bool = False

    def __post_init__(self) -> None:
        self._lock = Lock()

    def add(self, billed: int | None, processed: int | None) -> None:
        """Counts one job; a job that says nothing of bytes (a load) counts as one of none."""
        with self._lock:
            self.jobs += 1
            self.bytes_billed += billed or 0
            self.bytes_processed += processed or 0

    @property
    def says(self) -> str:
        """The count as a sentence."""
        if self.is_free:
            return NOTHING
        return (
            f"{self.jobs:,} jobs, {in_units(self.bytes_processed)} processed, {in_units(self.bytes_billed)} billed: "
            f"{cost(self.bytes_billed)} at {PRICE_PER_TIB} USD per TiB"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {"text/plain": self.says, "text/html": f"<p>{self.says}</p>", MIME: asdict(self)}


def cost(bytes_billed: int) -> str:
    """What so many bytes cost on demand, in USD."""
    return f"{bytes_billed / TIB * PRICE_PER_TIB:,.4f} USD"


def in_units(size: int) -> str:
    """A number of bytes as a person reads it: 10.0 MiB."""
    number, units = float(size), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while number >= 1024 and len(units) > 1:
        number, units = number / 1024, units[1:]
    return f"{number:,.0f} {units[0]}" if units[0] == "bytes" else f"{number:,.1f} {units[0]}"


def read_billed(notebook: Mapping) -> Billed | None:
    """The sum of what the cells of an executed notebook show as billed; None where none does."""
    bundles = (
        output["data"][MIME]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if MIME in output.get("data", {})
    )
    return total(Billed(**bundle) for bundle in bundles)


def total(parts: Iterable[Billed]) -> Billed | None:
    """The sum of several counts, free when all are; None of none."""
    parts = list(parts)
    if not parts:
        return None
    names = ("jobs", "bytes_billed", "bytes_processed")
    sums = {name: sum(getattr(part, name) for part in parts) for name in names}
    return Billed(**sums, is_free=all(part.is_free for part in parts))
