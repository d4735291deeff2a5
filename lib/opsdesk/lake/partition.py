"""What backfill loads at once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from opsdesk.config.locations import is_in_bucket
from opsdesk.lake.lake import Manifest, folder_of
from opsdesk.lake.store import Store

AGENTS = "agents"  # the partition of the agents file; every other one has its month as name


def raw_table(name: str) -> str:
    """Return the raw table that a partition belongs in."""
    return "agents_raw" if name == AGENTS else "tickets_raw"


def partition_of(name: str) -> str:
    """Return the name of the partition that an object of the lake belongs to."""
    folder = name.rpartition("/")[0]
    return AGENTS if folder == folder_of(AGENTS) else folder.removeprefix("raw/").replace("/", "-")


@dataclass(frozen=True)
class Partition:
    """A month of day files ("2023-01"), or "agents": what its manifest says, and its files."""

    manifest: Manifest
    store: Store
    work: Path

    @property
    def name(self) -> str:
        """The month, or "agents"."""
        return self.manifest.part

    @property
    def fingerprint(self) -> str:
        """Tells this content from any other."""
        return self.manifest.fingerprint

    @property
    def rows(self) -> int:
        """How many rows its files hold."""
        return self.manifest.rows

    @property
    def bytes(self) -> int:
        """How large its files are."""
        return sum(file.bytes for file in self.manifest.files)

    @property
    def folder(self) -> str:
        """The folder of its files in the lake."""
        return folder_of(self.name)

    @property
    def names(self) -> list[str]:
        """The names of its files in the lake."""
        return [f"{self.folder}/{file.file}" for file in self.manifest.files]

    @property
    def is_in_bucket(self) -> bool:
        """Whether its files lie in Cloud Storage."""
        return is_in_bucket(self.store.url)

    @property
    def uris(self) -> list[str]:
        """Its files as Google's services read them; none where the lake is a folder."""
        return [f"{self.store.url}/{name}" for name in self.names] if self.is_in_bucket else []

    @cached_property
    def paths(self) -> list[Path]:
        """Its files on this machine, fetched where the lake lies elsewhere."""
        return self.store.local_paths(self.names, self.work)

    def confirm(self) -> None:
        """Check that the files are as they were, between reading them and the commit.

        Raises:
            OpsdeskError: another ingest has changed the lake.
        """
        self.store.ensure_unchanged(self.folder)

    @property
    def table(self) -> str:
        """Return the raw table it belongs in."""
        return raw_table(self.name)

    @property
    def is_month(self) -> bool:
        """Return whether it holds tickets; if not, it is the agents file."""
        return self.name != AGENTS
