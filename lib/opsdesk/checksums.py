"""Size and crc32c of a content; Cloud Storage keeps the same checksum."""

from typing import NamedTuple

import google_crc32c


class Checksum(NamedTuple):
    """What tells one content from another: size in bytes and crc32c as 8 hex digits."""

    bytes: int
    crc32c: str


def checksum(content: bytes) -> Checksum:
    """Return size and crc32c of `content`."""
    return Checksum(len(content), f"{google_crc32c.value(content):08x}")
