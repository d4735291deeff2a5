"""One bucket of Google Cloud Storage: every call bounded in time, every content checked by its crc32c on both ways."""

import base64
import io
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import google_crc32c
from google.api_core import exceptions as api
from google.cloud.storage.retry import DEFAULT_RETRY

from opsdesk.checksums import Checksum
from opsdesk.config.locations import bucket_url
from opsdesk.errors import OpsdeskError
from opsdesk.google import connection as limits
from opsdesk.google.connection import GoogleConnection
from opsdesk.google.errors import translate_errors

if TYPE_CHECKING:
    from google.cloud import storage

FIELDS = "items(name,generation,size,crc32c,metadata),nextPageToken"
WRITER = "opsdesk-writer"
CHUNK = 1 << 20
DAMAGED_TRIES = 3


class Seen(NamedTuple):
    """An object as its metadata describes it; `writer` is who claimed with it, "" for most."""

    generation: int
    checksum: Checksum
    writer: str = ""


class OvertakenError(OpsdeskError):
    """The object is not the one we have seen: somebody else wrote or removed it."""


class Bucket:
    """The objects of one bucket, by their whole names. Nothing is asked before the first verb."""

    def __init__(self, name: str, google: GoogleConnection) -> None:
        self.name = name
        self.google = google

    @cached_property
    def _bucket(self) -> "storage.Bucket":
        client = self.google.storage_client()
        _widen(client, int(self.google.uploads))
        return client.bucket(self.name)

    def url(self, name: str) -> str:
        """The object as a person should read it."""
        return bucket_url(self.name, name)

    def list(self, prefix: str, most: int | None = None) -> Iterator[tuple[str, Seen]]:
        """(name, what it is) of the objects whose names begin with `prefix`, sorted; at most `most`.

        Raises:
            OpsdeskError: there is no such bucket, or it may not be listed.
        """
        with translate_errors(f"list the bucket gs://{self.name}"):
            try:
                for blob in self._bucket.client.list_blobs(
                    self._bucket,
                    prefix=prefix,
                    max_results=most,
                    fields=FIELDS,
                    **bounded(limits.TIMEOUT),
                ):
                    yield blob.name, _seen(blob)
            except api.NotFound:
                raise OpsdeskError(
                    f"There is no bucket gs://{self.name}: make it with `gcloud storage buckets create gs://{self.name} "
                    f"--location={self.google.location or 'US'}`, or correct its name in the params file."
                ) from None

    def look(self, name: str) -> Seen | None:
        """What the object is now, None where there is none."""
        with translate_errors(f"look at {self.url(name)}"):
            blob = self._bucket.get_blob(name, **bounded(limits.TIMEOUT))
        return blob and _seen(blob)

    def get(self, name: str, seen: Seen) -> bytes:
        """The content that `seen` describes; FileNotFoundError where it is there no more."""
        content = io.BytesIO()
        self._download(name, seen, content)
        return content.getvalue()

    def get_file(self, name: str, seen: Seen, path: Path) -> None:
        """Writes the content that `seen` describes into a file, in pieces; FileNotFoundError where it is there no more."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w+b") as file:
            self._download(name, seen, file)

    def _download(self, name: str, seen: Seen, file: BinaryIO) -> None:
        blob = self._bucket.blob(name, generation=seen.generation)
        for _ in range(DAMAGED_TRIES):
            file.seek(0)
            file.truncate()
            with translate_errors(f"read {self.url(name)}"):
                try:
                    blob.download_to_file(
                        file, raw_download=True, checksum=None, **bounded(limits.TRANSFER_TIMEOUT)
                    )
                except api.NotFound:
                    raise FileNotFoundError(self.url(name)) from None
            if _measured(file) == seen.checksum:
                return
        raise OpsdeskError(
            f"Cannot read {self.url(name)}: what arrives is not what the bucket holds (its checksum differs, "
            f"{DAMAGED_TRIES} times). Look at the network, then run it again."
        )

    def put(self, name: str, content: BinaryIO, generation: int, writer: str = "") -> Seen:
        """Writes an object in the place of the one with that generation (0: there must be none); returns what it is now.

        A try whose answer was lost is recognised: then the object is already what it should be.

        Raises:
            OvertakenError: the object has another generation and another content.
            OpsdeskError: Google refuses it or cannot be reached.
        """
        wanted = _measured(content)
        content.seek(0)
        blob = self._bucket.blob(name)
        blob.metadata = {WRITER: writer} if writer else None
        blob.crc32c = base64.b64encode(bytes.fromhex(wanted.crc32c)).decode()
        with translate_errors(f"write {self.url(name)}"):
            try:
                blob.upload_from_file(
                    content, size=wanted.bytes, content_type=_kind(name), if_generation_match=generation, checksum="crc32c",
                    **bounded(limits.TRANSFER_TIMEOUT),
                )  # fmt: skip
                now = _seen(blob)
            except api.PreconditionFailed:
                now = self.look(name)
                if now is None or now.checksum != wanted or now.writer != writer:
                    raise OvertakenError(
                        f"Another ingest wrote {self.url(name)} meanwhile."
                    ) from None
        if now.checksum != wanted:
            raise OpsdeskError(
                f"{self.url(name)} is not what was sent (its checksum differs): run it again."
            )
        return now

    def delete(self, name: str, generation: int) -> None:
        """Removes the object of that generation; one that is not there is fine.

        Raises:
            OvertakenError: the object has another generation.
        """
        with translate_errors(f"remove {self.url(name)}"):
            try:
                self._bucket.blob(name).delete(
                    if_generation_match=generation, **bounded(limits.TIMEOUT)
                )
            except api.NotFound:
                return
            except api.PreconditionFailed:
                raise OvertakenError(f"Another ingest wrote {self.url(name)} meanwhile.") from None


def bounded(timeout: tuple[float, float]) -> dict:
    """The arguments that bound a call: seconds to wait for each answer, and a retry that gives up."""
    return {
        "timeout": timeout,
        "retry": DEFAULT_RETRY.with_timeout(limits.PATIENCE).with_delay(
            initial=limits.FIRST_WAIT, maximum=10.0
        ),
    }


def _widen(client: "storage.Client", connections: int) -> None:
    """Lets the client keep as many connections as there are uploads at a time."""
    from requests.adapters import HTTPAdapter

    for scheme in ("https://", "http://"):
        client._http.mount(scheme, HTTPAdapter(pool_maxsize=max(10, connections)))


def _seen(blob: "storage.Blob") -> Seen:
    crc32c = base64.b64decode(blob.crc32c or "").hex()
    return Seen(
        int(blob.generation),
        Checksum(int(blob.size), crc32c),
        (blob.metadata or {}).get(WRITER, ""),
    )


def _measured(file: BinaryIO) -> Checksum:
    """Size and crc32c of a file from its beginning, in pieces."""
    file.seek(0)
    total, size = google_crc32c.Checksum(), 0
    while chunk := file.read(CHUNK):
        total.update(chunk)
        size += len(chunk)
    return Checksum(size, total.digest().hex())


def _kind(name: str) -> str:
    return "application/json" if name.endswith(".json") else "text/csv"
