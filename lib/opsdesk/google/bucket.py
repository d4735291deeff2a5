"""One bucket of Google Cloud Storage: calls end in time, contents are checked on both ways."""

import base64
import io
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from google.api_core import exceptions as api

from opsdesk.checksums import Checksum
from opsdesk.config.locations import bucket_url
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection, call_limits
from opsdesk.google.content import download, measure, upload
from opsdesk.google.errors import translate_errors

if TYPE_CHECKING:
    from google.cloud.storage import Blob
    from google.cloud.storage import Bucket as StorageBucket

FIELDS = "items(name,generation,size,crc32c,metadata,timeCreated),nextPageToken"
WRITER = "opsdesk-writer"  # key of the metadata that says who wrote an object


class Seen(NamedTuple):
    """An object as its metadata describes it; `writer` is who claimed with it, "" for most.

    `made_at` is when this generation was made, None where the answer does not say it.
    """

    generation: int
    checksum: Checksum
    writer: str = ""
    made_at: datetime | None = None


class OvertakenError(OpsdeskError):
    """The object is not the one that we saw: another process wrote or removed it."""


class Bucket:
    """The objects of one bucket, by their whole names. The first call opens the connection."""

    def __init__(self, name: str, google: GoogleConnection) -> None:
        self.name = name
        self.google = google

    @cached_property
    def _bucket(self) -> "StorageBucket":
        return self.google.storage_client().bucket(self.name)

    def url(self, name: str) -> str:
        """Return the object's gs:// address."""
        return bucket_url(self.name, name)

    def list(self, prefix: str, most: int | None = None) -> Iterator[tuple[str, Seen]]:
        """Yield (name, what it is) of the objects that begin with `prefix`, sorted; at most `most`.

        Raises:
            OpsdeskError: there is no such bucket, or it may not be listed.
        """
        listed = {"prefix": prefix, "max_results": most, "fields": FIELDS}
        with translate_errors(f"list the bucket gs://{self.name}"):
            try:
                client = self._bucket.client
                for blob in client.list_blobs(self._bucket, **listed, **call_limits()):
                    yield blob.name, _seen(blob)
            except api.NotFound:
                raise self._missing() from None

    def _missing(self) -> OpsdeskError:
        location = self.google.location or "US"
        return OpsdeskError(
            f"There is no bucket gs://{self.name}: make it with "
            f"`gcloud storage buckets create gs://{self.name} --location={location}`, "
            "or correct its name in the params file."
        )

    def look(self, name: str) -> Seen | None:
        """Return what the object is now, None where it does not exist.

        Raises:
            OpsdeskError: Google refuses it or cannot be reached.
        """
        with translate_errors(f"look at {self.url(name)}"):
            blob = self._bucket.get_blob(name, **call_limits())
        return _seen(blob) if blob else None

    def get(self, name: str, seen: Seen) -> bytes:
        """Return the content that `seen` describes.

        Raises:
            FileNotFoundError: the object is gone, or another one.
            OpsdeskError: Google refuses it, cannot be reached, or sends damaged content.
        """
        content = io.BytesIO()
        download(self._blob(name, seen), seen.checksum, content)
        return content.getvalue()

    def get_file(self, name: str, seen: Seen, path: Path) -> None:
        """Write the content that `seen` describes into a file, in pieces; raise as `get` does."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w+b") as file:
            download(self._blob(name, seen), seen.checksum, file)

    def _blob(self, name: str, seen: Seen) -> "Blob":
        return self._bucket.blob(name, generation=seen.generation)

    def put(self, name: str, content: BinaryIO, generation: int, writer: str = "") -> Seen:
        """Write an object in place of the one with that generation; return what it is now.

        Generation 0: there must be no object. A try whose answer was lost is recognised: the object
        is then already what it should be.

        Raises:
            OvertakenError: the object has another generation and another content.
            OpsdeskError: Google refuses it or cannot be reached.
        """
        wanted = measure(content)
        blob = self._bucket.blob(name)
        blob.metadata = {WRITER: writer} if writer else None
        with translate_errors(f"write {self.url(name)}"):
            try:
                upload(blob, content, wanted, generation)
                now = _seen(blob)
            except api.PreconditionFailed:
                now = self._already_there(name, wanted, writer)
        if now.checksum != wanted:
            raise OpsdeskError(
                f"{self.url(name)} is not what was sent (its checksum differs): run it again."
            )
        return now

    def _already_there(self, name: str, wanted: Checksum, writer: str) -> Seen:
        """Return the object if an earlier try has written it."""
        now = self.look(name)
        if now is None or now.checksum != wanted or now.writer != writer:
            raise self._overtaken(name) from None
        return now

    def delete(self, name: str, generation: int) -> None:
        """Remove the object of that generation; one that is not there is fine.

        Raises:
            OvertakenError: the object has another generation.
            OpsdeskError: Google refuses it or cannot be reached.
        """
        with translate_errors(f"remove {self.url(name)}"):
            try:
                blob = self._bucket.blob(name)
                blob.delete(if_generation_match=generation, **call_limits())
            except api.NotFound:
                return
            except api.PreconditionFailed:
                raise self._overtaken(name) from None

    def _overtaken(self, name: str) -> OvertakenError:
        return OvertakenError(f"Another ingest wrote {self.url(name)} at the same time.")


def _seen(blob: "Blob") -> Seen:
    crc32c = base64.b64decode(blob.crc32c or "").hex()
    checksum = Checksum(int(blob.size), crc32c)
    writer = (blob.metadata or {}).get(WRITER, "")
    return Seen(int(blob.generation), checksum, writer, blob.time_created)
