"""The content of an object on its way to a bucket or back, checked by its crc32c."""

import base64
from typing import TYPE_CHECKING, BinaryIO

import google_crc32c
from google.api_core import exceptions as api

from opsdesk.checksums import Checksum
from opsdesk.config.locations import bucket_url
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import transfer_limits
from opsdesk.google.errors import translate_errors

if TYPE_CHECKING:
    from google.cloud.storage import Blob

PIECE = 1 << 20  # bytes read at a time
DAMAGED_TRIES = 3


def measure(file: BinaryIO) -> Checksum:
    """Return size and crc32c of a file from its beginning, read in pieces."""
    file.seek(0)
    crc = 0
    size = 0
    while piece := file.read(PIECE):
        crc = google_crc32c.extend(crc, piece)
        size += len(piece)
    return Checksum(size, f"{crc:08x}")


def download(blob: "Blob", wanted: Checksum, file: BinaryIO) -> None:
    """Write the content of an object into a file, again where it arrives damaged.

    Raises:
        FileNotFoundError: the object is gone, or has another generation.
        OpsdeskError: Google refuses it, cannot be reached, or sends damaged content.
    """
    url = bucket_url(blob.bucket.name, blob.name)
    # A gzipped object arrives as it is in the bucket, and its checksum is checked below.
    unchecked = {"raw_download": True, "checksum": None}
    for _ in range(DAMAGED_TRIES):
        file.seek(0)
        file.truncate()
        with translate_errors(f"read {url}"):
            try:
                blob.download_to_file(file, **unchecked, **transfer_limits())
            except api.NotFound:
                raise FileNotFoundError(url) from None
        if measure(file) == wanted:
            return
    raise OpsdeskError(
        f"Cannot read {url}: what arrives is not what the bucket holds "
        f"(its checksum differs, {DAMAGED_TRIES} times). Look at the network, then run it again."
    )


def upload(blob: "Blob", content: BinaryIO, measured: Checksum, generation: int) -> None:
    """Write a file as an object in place of the one with that generation, which Google checks."""
    content.seek(0)
    blob.crc32c = base64.b64encode(bytes.fromhex(measured.crc32c)).decode()
    blob.upload_from_file(
        content,
        size=measured.bytes,
        content_type="application/json" if blob.name.endswith(".json") else "text/csv",
        if_generation_match=generation,
        checksum="crc32c",
        **transfer_limits(),
    )
