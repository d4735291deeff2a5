"""The rights of what a run will write to, where it is there from an earlier run or version."""

from collections.abc import Iterator
from pathlib import Path

from opsdesk import project
from opsdesk.config.locations import DuckDBLocation, is_in_bucket, read_warehouse
from opsdesk.config.parameters import Parameters
from opsdesk.duckdb_file import log_of
from opsdesk.guards.file_mode import set_mode
from opsdesk.lake.names import DATA_FOLDERS, MARK, RECORD, REJECTS_FOLDER

CACHE = ".rows.duckdb"
OF_A_LAKE = (
    MARK,
    *DATA_FOLDERS,
    REJECTS_FOLDER,
    RECORD,
    CACHE,
    f"{CACHE}.wal",
    ".lock",
)


def set_modes(parameters: Parameters) -> None:
    """Give what is there the rights that `file_mode` asks for. Only what is ours is touched."""
    set_mode(_places(parameters), parameters.values["file_mode"])


def _places(parameters: Parameters) -> Iterator[Path]:
    yield parameters.outputs
    lake = parameters.values.get("lake", "")
    if lake and not is_in_bucket(lake):
        folder = project.resolve(lake)
        if (folder / RECORD).exists():
            yield from (folder / name for name in OF_A_LAKE)
    warehouse = parameters.values.get("warehouse", "")
    place = read_warehouse(warehouse) if warehouse else None
    if isinstance(place, DuckDBLocation):
        yield from (place.path, log_of(place.path))
