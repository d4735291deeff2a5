"""A manifest: the files of one partition, with what each must measure. It commits the partition."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from opsdesk.checksums import Checksum, checksum
from opsdesk.guards.documents import parse_json
from opsdesk.lake.names import day_of, manifest_name


@dataclass(frozen=True)
class DataFile:
    """A file as its manifest describes it: its name without folders, rows, bytes, crc32c."""

    file: str
    rows: int
    bytes: int
    crc32c: str

    @property
    def day(self) -> str:
        """Return the UTC day of its rows, such as 2023-01-31."""
        return day_of(self.file)

    @property
    def checksum(self) -> Checksum:
        """Return what the file's content must measure."""
        return Checksum(self.bytes, self.crc32c)


@dataclass(frozen=True)
class Manifest:
    """The committed content of one partition: "2023-01", "events-2023-01", "agents"."""

    partition: str
    files: tuple[DataFile, ...] = ()

    @property
    def rows(self) -> int:
        """Return the rows of all its files."""
        return sum(file.rows for file in self.files)

    @property
    def size(self) -> int:
        """Return the bytes of all its files."""
        return sum(file.bytes for file in self.files)

    @property
    def content(self) -> bytes:
        """Return the manifest as it is written, one line per file.

        It holds no time of writing, so the same files give the same bytes.
        """
        partition = json.dumps(self.partition)
        files = ",\n".join(json.dumps(vars(file)) for file in self.files)
        text = f'{{"part": {partition}, "rows": {self.rows}, "files": [\n{files}\n]}}\n'
        return text.encode()

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest that differs from that of any other content."""
        return hashlib.sha256(self.content).hexdigest()


def describe_file(file: str, rows: int, content: bytes) -> DataFile:
    """Return what a manifest says of a file with this content."""
    size, crc32c = checksum(content)
    return DataFile(file, rows, size, crc32c)


def read_manifest(name: str, text: bytes) -> Manifest:
    """Return the manifest that the object `name` holds.

    Raises:
        ValueError: it is no manifest, was edited, or is of another partition than its folder.
    """
    try:
        content = parse_json(text)
        files = tuple(DataFile(**file) for file in content["files"])
        manifest = Manifest(content["part"], files)
        is_sound = manifest_name(manifest.partition) == name and content["rows"] == manifest.rows
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(name) from error
    if not is_sound:
        raise ValueError(name)
    return manifest


def fingerprints(manifests: dict[str, Manifest]) -> dict[str, str]:
    """Return the fingerprint of each partition, by its name."""
    return {name: manifest.fingerprint for name, manifest in manifests.items()}


def lake_digest(manifests: dict[str, Manifest]) -> str:
    """Return a digest that differs for any other content of the whole lake."""
    lines = (f"{name} {digest}\n" for name, digest in fingerprints(manifests).items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
