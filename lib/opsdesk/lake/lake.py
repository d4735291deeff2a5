"""The lake: one normalised CSV a day, one manifest a month that is written last, rejects and agents beside them."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property

from opsdesk.checksums import Checksum, checksum
from opsdesk.errors import OpsdeskError
from opsdesk.lake.store import RECORD, Store

COLUMNS = (
    "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached", "priority", "category",
    "channel", "customer_tier", "status", "agent_id", "_issues",
)  # fmt: skip
AGENTS = "agents_data/agents_master.csv"
MISSING = "is missing"
MANIFEST = re.compile(r"(?:raw/\d{4}/\d\d|agents_data)/_manifest\.json")
DAY_FILE = re.compile(r"raw/(\d{4})/(\d\d)/\1-\2-\d\d\.csv")


@dataclass(frozen=True)
class DayFile:
    """One day's file as its manifest knows it."""

    file: str
    rows: int
    bytes: int
    crc32c: str

    @property
    def day(self) -> str:
        """The UTC day of its tickets, such as 2023-01-31."""
        return self.file.removesuffix(".csv")

    @property
    def checksum(self) -> Checksum:
        """What the file's content must measure."""
        return Checksum(self.bytes, self.crc32c)


@dataclass(frozen=True)
class Manifest:
    """The committed content of one part of the lake: a month ("2023-01") or "agents"."""

    part: str
    files: tuple[DayFile, ...]

    @property
    def rows(self) -> int:
        """Rows of all its files."""
        return sum(file.rows for file in self.files)

    @property
    def content(self) -> bytes:
        """The manifest as it is written, a line a file: no clock in it, so the same files give the same bytes."""
        files = ",\n".join(json.dumps(vars(file)) for file in self.files)
        return f'{{"part": {json.dumps(self.part)}, "rows": {self.rows}, "files": [\n{files}\n]}}\n'.encode()

    @cached_property
    def fingerprint(self) -> str:
        """Tells this content from any other."""
        return hashlib.sha256(self.content).hexdigest()


class Lake:
    """Day files and manifests in a store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def manifests(
        self, *, skip_unreadable: bool = False, folders: tuple[str, ...] = ("raw", "agents_data")
    ) -> dict[str, Manifest]:
        """The committed parts below `folders`, months first in order, then agents.

        Raises:
            OpsdeskError: a manifest that cannot be read, unless such are to be skipped.
        """
        names = [
            name
            for folder in folders
            for name in self.store.names(folder)
            if MANIFEST.fullmatch(name)
        ]
        found = {}
        for name, content in self.store.read_all(names).items():
            try:
                manifest = self._read_manifest(name, content)
                found[manifest.part] = manifest
            except OpsdeskError:
                if not skip_unreadable:
                    raise
        return found

    def _read_manifest(self, name: str, text: bytes) -> Manifest:
        try:
            content = json.loads(text)
            manifest = Manifest(
                content["part"], tuple(DayFile(**file) for file in content["files"])
            )
            sound = (
                folder_of(manifest.part) + "/_manifest.json" == name
                and content["rows"] == manifest.rows
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise OpsdeskError(
                f"The manifest {self.store.url}/{name} cannot be read or was edited: run 01_ingest with a full export again."
            )
        return manifest

    def day_files(self) -> list[str]:
        """The names of all day files, sorted; files of other names are nobody's business."""
        return [name for name in self.store.names("raw") if DAY_FILE.fullmatch(name)]

    def faults(self, manifests: dict[str, Manifest]) -> dict[str, str]:
        """What is torn: for each object that is not as its manifest says, or has none, a few words."""
        faults = {}
        actual = self.store.checksums("raw") | self.store.checksums("agents_data")
        for manifest in manifests.values():
            for file in manifest.files:
                name = f"{folder_of(manifest.part)}/{file.file}"
                found = actual.pop(name, None)
                if found != file.checksum:
                    faults[name] = MISSING if found is None else "does not match its manifest"
        strays = (name for name in actual if name == AGENTS or DAY_FILE.fullmatch(name))
        return faults | dict.fromkeys(strays, "is in no manifest")

    def write_manifest(self, manifest: Manifest) -> None:
        """Commits a part whose files are in their places, or removes the manifest of one that holds nothing any more."""
        self.store.settle()
        self.store.ensure_alone()
        name = f"{folder_of(manifest.part)}/_manifest.json"
        if manifest.files:
            self.store.write(name, manifest.content)
        else:
            self.store.delete(name)
        self.store.settle()

    def write_file(self, part: str, file: str, rows: int, content: bytes) -> DayFile:
        """Writes one file of a part and returns its line for the manifest."""
        self.store.write(f"{folder_of(part)}/{file}", content)
        return DayFile(file, rows, *checksum(content))

    def record(self) -> dict:
        """What the last whole ingest left about itself ({} where there was none, or it cannot be read)."""
        try:
            record = json.loads(self.store.read(RECORD))
        except (FileNotFoundError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def write_record(self, record: dict) -> None:
        """Leaves `record` for the next ingest and for `opsdesk status`; the very last write of an ingest."""
        self.store.settle()
        lines = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record.items()
        )
        self.store.write(RECORD, f"{{\n{lines}\n}}\n".encode())


def folder_of(part: str) -> str:
    """The folder of a part: raw/2023/01, or agents_data."""
    return "agents_data" if part == "agents" else f"raw/{part[:4]}/{part[5:7]}"


def day_of(name: str) -> str:
    """The UTC day of a day file's tickets, from its name in the store."""
    return name.rsplit("/", 1)[1].removesuffix(".csv")
