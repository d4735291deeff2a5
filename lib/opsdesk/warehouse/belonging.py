"""Whether a lake may fill a warehouse: each warehouse belongs to one lake.

A warehouse holds what its lake holds, so a lake with other tickets would empty it.
"""

from collections.abc import Mapping
from datetime import datetime

from opsdesk.errors import OpsdeskError
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import AGENTS
from opsdesk.warehouse.link import Link
from opsdesk.warehouse.protocol import Loader, Warehouse


def join(
    lake: Lake,
    manifests: Mapping[str, Manifest],
    warehouse: Warehouse,
    loader: Loader,
    moment: datetime,
) -> str:
    """Let the lake fill the warehouse from now on; return what is to be said about it, mostly "".

    Raises:
        OpsdeskError: the warehouse was filled from another lake. Nothing was written.
    """
    mark = lake.mark()
    link = warehouse.linked_lake()
    ours = Link(mark.id, lake.place) if mark else None
    if link and ours and link.lake_id == ours.lake_id:
        return ""
    loaded = {name: digest for name, digest in loader.fingerprints().items() if name != AGENTS}
    said = ""
    if link:
        if ours is None or link.lake != ours.lake or not is_whole(lake):
            raise _another_lake(lake, warehouse, link)
        said = f"The lake {lake.store.url} was made again by a full export: it replaces the old"
    elif loaded and not _is_known(manifests, loaded) and not is_whole(lake):
        raise _another_lake(lake, warehouse, None)
    if ours:
        loader.link(ours, moment)
    return said


def adopt(lake: Lake, warehouse: Warehouse, moment: datetime) -> str:
    """Let a lake fill a warehouse that was filled from another; return what was done, in words.

    Raises:
        OpsdeskError: the lake holds nothing yet, or what is in the warehouse is not ours.
    """
    mark = lake.mark()
    if mark is None or not lake.manifests():
        raise OpsdeskError(
            f"The lake {lake.store.url} holds nothing yet, so no warehouse can be filled from it: "
            "run 01_ingest first (`opsdesk run PARAMS --only ingest`)."
        )
    with warehouse.loading() as loader:
        loader.link(Link(mark.id, lake.place), moment)
    return (
        f"{warehouse.url} is filled from the lake {lake.store.url} from now on: the next backfill "
        "removes what this lake does not hold."
    )


def refuse_lone_delta(lake: Lake, warehouse: Warehouse) -> None:
    """Refuse a delta before it is written, where the warehouse holds tickets of another lake.

    Raises:
        OpsdeskError: the lake holds nothing, or is another one.
    """
    if not warehouse.exists() or not warehouse.has_tickets():
        return
    mark = lake.mark()
    link = warehouse.linked_lake()
    if not lake.manifests(skip_unreadable=True):
        raise OpsdeskError(
            f"The lake {lake.store.url} holds nothing and {warehouse.url} holds tickets: after "
            "this delta it would hold the tickets of the delta alone. Name the lake it was filled "
            f"from{_was(link)}, or run a full export."
        )
    if link and mark and mark.id != link.lake_id and not is_whole(lake):
        raise _another_lake(lake, warehouse, link)


def is_whole(lake: Lake) -> bool:
    """Return whether the lake began with a full export, which is the whole truth."""
    record = lake.record()
    signature = record.get("signature")
    before = signature.get("kind") if isinstance(signature, dict) else None
    return record.get("began", before) == "full"


def _is_known(manifests: Mapping[str, Manifest], loaded: Mapping[str, str]) -> bool:
    """Return whether a month is loaded as this lake has it: the warehouse was filled from it."""
    return any(loaded.get(name) == found.fingerprint for name, found in manifests.items())


def _another_lake(lake: Lake, warehouse: Warehouse, link: Link | None) -> OpsdeskError:
    return OpsdeskError(
        f"{warehouse.url} was filled from another lake than {lake.store.url}{_was(link)}: what "
        "this one does not hold would be removed, so nothing was loaded. Correct `lake` or "
        "`warehouse`; or, if this lake is to fill it from now on, type `opsdesk adopt PARAMS`."
    )


def _was(link: Link | None) -> str:
    return f" ({link.lake})" if link else ""
