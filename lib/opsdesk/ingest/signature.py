"""Telling whether an ingest would change anything: what decides it, and what the last one left in the lake's record."""

import hashlib
from datetime import datetime

import duckdb

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.mapping import Mapping
from opsdesk.lake.lake import MISSING, Lake, Manifest

CLEANING = (
    2  # raise it when the same export would give another lake: then nothing counts as unchanged
)


def sign(files: list[ExportFile], mapping: Mapping, agents: bytes, kind: str) -> dict:
    """All that decides what an ingest writes, but for the moment of the run."""
    return {
        "files": [[file.name, file.digest] for file in files],
        "mapping": [mapping.name, hashlib.sha256(mapping.path.read_bytes()).hexdigest()],
        "agents": hashlib.sha256(agents).hexdigest(),
        "kind": kind,
        "cleaning": [CLEANING, duckdb.__version__],
    }


def still_true(record: dict, signature: dict, moment: datetime, lake: Lake) -> bool:
    """Whether the lake is what ingesting this export at this moment would make it, to the byte."""
    if record.get("signature") != signature or "writing" in record:
        return False
    manifests = lake.manifests(skip_unreadable=True)
    try:
        since, until = record["known"]
        rejects = {name: tuple(sums) for name, sums in record["rejects"].items()}
        whole = (
            record["lake"] == lake_digest(manifests)
            and {"rows", "kept", "examples", "months"} <= record.keys()
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False  # not a record that an ingest of ours has left
    timely = since <= moment.isoformat() and (until is None or moment.isoformat() < until)
    return (
        timely
        and whole
        and not lake.faults(manifests)
        and lake.store.checksums("rejects") == rejects
    )


def trusted_digests(record: dict, signature: dict) -> dict[str, list]:
    """What each day holds, as far as the last ingest can be believed: not one that was interrupted or cleaned otherwise."""
    last = record.get("signature")
    same_rules = isinstance(last, dict) and last.get("cleaning") == signature["cleaning"]
    digests = record.get("digests")
    return digests if same_rules and "writing" not in record and isinstance(digests, dict) else {}


def refuse_torn(lake: Lake, record: dict, signature: dict) -> None:
    """A delta can mend what its own interrupted try has left, and nothing else: it does not hold the other tickets."""
    if record.get("writing", signature) != signature:
        raise OpsdeskError(
            f"An ingest of {record['writing']['files'][0][0]} into the lake {lake.store.url} was interrupted: run it again, "
            "or a full export; then this delta."
        )
    for name, fault in lake.faults(lake.manifests()).items():
        if "writing" not in record or fault == MISSING:
            raise OpsdeskError(
                f"The lake {lake.store.url} is torn: {name} {fault}. Run the ingest that was interrupted again, "
                "or a full export; then this delta."
            )


def lake_digest(manifests: dict[str, Manifest]) -> str:
    """Tells one content of the whole lake from another."""
    return hashlib.sha256(
        "".join(f"{part} {manifest.fingerprint}\n" for part, manifest in manifests.items()).encode()
    ).hexdigest()
