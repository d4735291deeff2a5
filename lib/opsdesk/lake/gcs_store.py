"""The lake in a bucket: a `Store` that notices other writers by the record instead of a lock.

An ingest claims the lake by writing its record, and stops as soon as the record is not its own
(`ensure_alone`). Every write and delete names the generation it replaces. docs/decisions.md goes
through what two writers can do to each other. No file-system library does this: gcsfs and fsspec
write without such preconditions, so the later of two ingests would win silently.
"""

import io
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from opsdesk.checksums import Checksum
from opsdesk.config.locations import bucket_url, read_bucket
from opsdesk.errors import OpsdeskError
from opsdesk.google.bucket import Bucket, OvertakenError, Seen
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.bounded_uploads import Uploads
from opsdesk.lake.gcs_snapshot import Snapshot, generation
from opsdesk.lake.names import RECORD


class GcsStore:
    """A lake in a bucket, below a prefix."""

    or_at_work = " or is still at work"  # the record of an unfinished ingest does not tell which
    cache_folder = None  # a run in the cloud starts on a new machine

    def __init__(self, url: str, google: GoogleConnection) -> None:
        place = read_bucket(url)
        self.prefix = place.path.strip("/") and place.path.strip("/") + "/"
        self.bucket = Bucket(place.bucket, google)
        self.at_a_time = int(google.uploads)
        self._writer = uuid.uuid4().hex
        self._start_again()

    def _start_again(self) -> None:
        self._snapshot = Snapshot(self.bucket, self.prefix)
        self._claim: Seen | None = None

    @cached_property
    def _uploads(self) -> Uploads:
        return Uploads(self.at_a_time)

    @property
    def url(self) -> str:
        """Return gs://bucket/prefix."""
        return bucket_url(self.bucket.name, self.prefix)

    @property
    def place(self) -> str:
        """Return gs://bucket/prefix."""
        return self.url

    @property
    def exists(self) -> bool:
        """Return whether there is any object below the prefix."""
        return any(True for _ in self.bucket.list(self.prefix, 1))

    # other steps

    @contextmanager
    def locked(self, wait: float = 0) -> Iterator[None]:
        """Note the record as it is now; others are not kept away, `ensure_alone` notices them."""
        self._start_again()
        self._claim = dict(self.bucket.list(self.prefix + RECORD)).get(self.prefix + RECORD)
        self._snapshot.left(RECORD, self._claim)
        try:
            yield
        finally:
            self._uploads.close()

    def ensure_alone(self) -> None:
        """Check that the record in the bucket is the one noted, or our own."""
        if generation(self.bucket.look(self.prefix + RECORD)) != generation(self._claim):
            raise self._overtaken("Another ingest wrote to the lake during this step.")

    def ensure_unchanged(self, under: str) -> None:
        """Check the generations of all objects below `under`, then the record."""
        self.settle()
        if not self._snapshot.is_unchanged(under):
            raise self._overtaken("Another ingest wrote to the lake during this step.")
        self.ensure_alone()

    def _overtaken(self, cause: str) -> OpsdeskError:
        return OvertakenError(
            f"{cause} This step on {self.url} stops, and what it has not finished does not count. "
            "Wait until the other has ended, then run 01_ingest and what follows again."
        )

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Say what it means for this step that an object is another one, or gone."""
        try:
            yield
        except OvertakenError as error:
            raise self._overtaken(str(error)) from None
        except FileNotFoundError as error:
            cause = f"{error} was replaced or removed during this step."
            raise self._overtaken(cause) from None

    # reading

    def first_names(self, most: int) -> list[str]:
        """Return the first names below the prefix, but for the markers of empty folders."""
        listed = (name.removeprefix(self.prefix) for name, _ in self.bucket.list(self.prefix))
        return list(islice((name for name in listed if name and not name.endswith("/")), most))

    def names(self, under: str) -> list[str]:
        """Return the names of all objects below `under`, sorted."""
        return sorted(self._snapshot.list(under))

    def checksums(self, under: str) -> dict[str, Checksum]:
        """Return size and crc32c of every object below `under`, as the listing says."""
        return {name: seen.checksum for name, seen in self._snapshot.list(under).items()}

    def read(self, name: str) -> bytes:
        """Return the content of one object, as last seen or as it is now."""
        return self._snapshot.read(name)

    def read_all(self, names: list[str]) -> dict[str, bytes]:
        """Return the contents of several objects, several at a time."""
        with ThreadPoolExecutor(self.at_a_time) as pool, self._translate_errors():
            return dict(zip(names, pool.map(self.read, names), strict=True))

    def local_paths(self, names: list[str], work: Path) -> list[Path]:
        """Fetch the objects into `work`, several at a time."""
        objects = [self.prefix + name for name in names]
        paths = [work / name for name in names]
        with ThreadPoolExecutor(self.at_a_time) as pool, self._translate_errors():
            seen = [self._snapshot.latest(name) for name in names]
            list(pool.map(self.bucket.get_file, objects, seen, paths))
        return paths

    # writing

    @contextmanager
    def work_folder(self) -> Iterator[Path]:
        """Give a folder of the system for temporary files."""
        with tempfile.TemporaryDirectory(prefix="opsdesk-") as folder:
            yield Path(folder)

    def write(self, name: str, content: bytes) -> None:
        """Send `content` in the background; the record is sent at once, after all others."""
        if name == RECORD:
            self.settle()
            self._claim = self._put(name, io.BytesIO(content), self._writer)
        else:
            self._uploads.start(partial(self._put, name, io.BytesIO(content)))

    def settle(self) -> None:
        """Wait for the uploads."""
        self._uploads.settle()

    def write_from(self, name: str, file: Path) -> None:
        """Send the content of a local file at once and remove it."""
        with file.open("rb") as content:
            self._put(name, content)
        file.unlink()

    def delete(self, name: str) -> None:
        """Remove one object, if it is the one we expect and no other ingest has begun."""
        self.settle()
        if expected := self._snapshot.expected(name):
            # the generation guards this object only; another ingest may count on it as it is
            self.ensure_alone()
            with self._translate_errors():
                self.bucket.delete(self.prefix + name, expected)
        self._snapshot.left(name, None)

    def _put(self, name: str, content: BinaryIO, writer: str = "") -> Seen:
        with self._translate_errors():
            expected = self._snapshot.expected(name)
            seen = self.bucket.put(self.prefix + name, content, expected, writer)
        self._snapshot.left(name, seen)
        return seen
