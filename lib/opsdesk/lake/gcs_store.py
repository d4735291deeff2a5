"""The lake in a bucket: the verbs of FolderStore, kept against other writers by the record instead of a lock.

An ingest claims the lake by writing its record, and stops as soon as the record is not its own any more (`ensure_alone`).
Every write and delete names the generation it replaces. docs/decisions.md goes through what two writers can do to each other.
"""

import io
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from opsdesk.checksums import Checksum
from opsdesk.config.locations import bucket_url, read_bucket
from opsdesk.errors import OpsdeskError
from opsdesk.google.bucket import Bucket, OvertakenError, Seen
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.bounded_uploads import Uploads
from opsdesk.lake.gcs_snapshot import View, generation
from opsdesk.lake.store import RECORD


class GcsStore:
    """A lake in a bucket, below a prefix. `write` may return before the object is there: `settle` waits for it."""

    or_at_work = " or is still at work"  # the record of an ingest that has not ended tells no more

    def __init__(self, url: str, google: GoogleConnection) -> None:
        place = read_bucket(url)
        self.prefix = place.path.strip("/") and place.path.strip("/") + "/"
        self.bucket = Bucket(place.bucket, google)
        self.at_a_time = int(google.uploads)
        self._writer = uuid.uuid4().hex
        self._forget()

    def _forget(self) -> None:
        self._view = View(self.bucket, self.prefix)
        self._kept: dict[str, tuple[Seen, bytes]] = {}
        self._claim: Seen | None = None

    @cached_property
    def _uploads(self) -> Uploads:
        return Uploads(self.at_a_time)

    @property
    def url(self) -> str:
        """The place as a params file names it."""
        return bucket_url(self.bucket.name, self.prefix)

    @property
    def exists(self) -> bool:
        """Whether anything was ever put there."""
        return any(True for _ in self.bucket.list(self.prefix, 1))

    # other steps

    @contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """Looks at the record as it is now; nobody is kept away, but `ensure_alone` notices who comes."""
        self._forget()
        self._claim = dict(self.bucket.list(self.prefix + RECORD)).get(self.prefix + RECORD)
        self._view.left(RECORD, self._claim)
        try:
            yield
        finally:
            self._uploads.close()

    def ensure_alone(self) -> None:
        """An OpsdeskError where another ingest has begun or ended since `locked`, or since our own claim."""
        if generation(self.bucket.look(self.prefix + RECORD)) != generation(self._claim):
            raise self._overtaken()

    def ensure_unchanged(self, under: str) -> None:
        """An OpsdeskError where an object below `under` is not as this step has seen or left it."""
        self.settle()
        if not self._view.is_unchanged(under):
            raise self._overtaken()
        self.ensure_alone()

    def _overtaken(
        self, what: str = "Another ingest has written to the lake meanwhile."
    ) -> OpsdeskError:
        return OvertakenError(
            f"{what} This step on {self.url} stops, and what it has not ended does not count. Wait until the other has ended, "
            "then run 01_ingest and what follows again."
        )

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Says what an object that is another one, or gone, means for this step."""
        try:
            yield
        except OvertakenError as error:
            raise self._overtaken(str(error)) from None
        except FileNotFoundError as error:
            raise self._overtaken(f"{error} was replaced or removed meanwhile.") from None

    # reading

    def names(self, under: str) -> list[str]:
        """The names of all objects below the folder `under`, sorted."""
        return sorted(self._view.list(under))

    def checksums(self, under: str) -> dict[str, Checksum]:
        """Size and crc32c of every object below `under`, as the bucket's listing says."""
        return {name: seen.checksum for name, seen in self._view.list(under).items()}

    def read(self, name: str) -> bytes:
        """The content of one object; FileNotFoundError where there is none."""
        seen = self._view.latest(name)
        if name in self._kept and self._kept[name][0] == seen:
            return self._kept[name][1]
        try:
            content = self.bucket.get(self.prefix + name, seen)
        except FileNotFoundError:  # replaced since it was listed
            seen = self._view.look(name)
            content = self.bucket.get(self.prefix + name, seen)
        if name.endswith("_manifest.json"):
            self._kept[name] = (seen, content)  # they are asked for several times a run
        return content

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """The contents of several objects that were listed."""
        with ThreadPoolExecutor(self.at_a_time) as pool, self._noticing():
            return dict(zip(names, pool.map(self.read, names), strict=True))

    def local_paths(self, names: list[str], work: Path) -> list[Path]:
        """Files below `work` with the content that the objects had when they were listed."""
        paths = [work / name for name in names]
        with ThreadPoolExecutor(self.at_a_time) as pool, self._noticing():
            seen = [self._view.latest(name) for name in names]
            list(
                pool.map(self.bucket.get_file, [self.prefix + name for name in names], seen, paths)
            )
        return paths

    # writing

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        """A temporary folder of this machine for what ingest needs on disk."""
        with tempfile.TemporaryDirectory(prefix="opsdesk-") as folder:
            yield Path(folder)

    def write(self, name: str, content: bytes) -> None:
        """Sends `content` to the object's place, beside what the caller does next; the record is sent at once.

        Raises:
            OpsdeskError: this or an earlier object was refused, or another ingest wrote there meanwhile.
        """
        if name == RECORD:
            self.settle()
            self._claim = self._put(name, io.BytesIO(content), self._writer)
        else:
            self._uploads.start(partial(self._put, name, io.BytesIO(content)))

    def settle(self) -> None:
        """Waits until everything written is in its place; raises the first failure."""
        self._uploads.settle()

    def write_from(self, name: str, file: Path) -> None:
        """Sends the content of a local file, which may be large and is used up, to the object's place."""
        with file.open("rb") as content:
            self._put(name, content)
        file.unlink()

    def delete(self, name: str) -> None:
        """Removes one object; one that is not there is fine. Nothing is removed once another ingest has begun."""
        self.settle()
        if there := self._view.expected(name):
            self.ensure_alone()
            with self._noticing():
                self.bucket.delete(self.prefix + name, there)
        self._view.left(name, None)

    def _put(self, name: str, content: io.BufferedIOBase, writer: str = "") -> Seen:
        with self._noticing():
            seen = self.bucket.put(self.prefix + name, content, self._view.expected(name), writer)
        self._view.left(name, seen)
        return seen
