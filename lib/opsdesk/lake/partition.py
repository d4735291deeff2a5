"""A partition of the lake with its files: what backfill loads at once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from opsdesk.config.locations import is_in_bucket
from opsdesk.lake.manifest import Manifest
from opsdesk.lake.names import folder_of, raw_table, series_of
from opsdesk.lake.store import Store


@dataclass(frozen=True)
class Partition:
    """A month of day files, or the agents: what its manifest promises, and its store.

    `work` is a local folder for files that must be fetched.
    """

    manifest: Manifest
    store: Store
    work: Path

    @property
    def name(self) -> str:
        """Return its name, such as "2023-01", "events-2023-01" or "agents"."""
        return self.manifest.partition

    @property
    def is_month(self) -> bool:
        """Return whether it is a month of day files; if not, it is the list of agents."""
        return series_of(self.name) is not None

    @property
    def table(self) -> str:
        """Return the raw table it is loaded into."""
        return raw_table(self.name)

    @property
    def fingerprint(self) -> str:
        """Return a digest that differs from that of any other content."""
        return self.manifest.fingerprint

    @property
    def rows(self) -> int:
        """Return how many rows its files hold."""
        return self.manifest.rows

    @property
    def bytes(self) -> int:
        """Return how large its files are."""
        return self.manifest.size

    @property
    def folder(self) -> str:
        """Return the folder of its files in the lake."""
        return folder_of(self.name)

    @property
    def names(self) -> list[str]:
        """Return the names of its files in the lake."""
        return [f"{self.folder}/{file.file}" for file in self.manifest.files]

    @property
    def is_in_bucket(self) -> bool:
        """Return whether its files are in Cloud Storage."""
        return is_in_bucket(self.store.url)

    @property
    def uris(self) -> list[str]:
        """Return its files as Google's services read them; none where the lake is a folder."""
        return [f"{self.store.url}/{name}" for name in self.names] if self.is_in_bucket else []

    @cached_property
    def paths(self) -> list[Path]:
        """Return its files on this machine; they are fetched where the lake is elsewhere."""
        return self.store.local_paths(self.names, self.work)

    def confirm(self) -> None:
        """Check that the lake has not changed; call it after reading and before the commit.

        Raises:
            OpsdeskError: it has changed.
        """
        self.store.ensure_unchanged(self.folder)
