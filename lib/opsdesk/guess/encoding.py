"""Which encoding a text has that does not say it."""

import codecs
import re
from collections import Counter
from pathlib import Path

from opsdesk.ingest.forms.encodings import MARKS

WESTERN = "cp1252"  # what Excel in western Europe writes where it does not write UTF-8
BLOCK = 1 << 22
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
ESCAPED = re.compile("[\udc80-\udcff]")  # a byte that is not UTF-8, as Python keeps it


def guess_encoding(path: Path, first: bytes) -> str:
    """Return the codec of a text, "" where it is UTF-8."""
    if has_mark(first):
        return ""  # reading sees it
    if b"\0" in first:
        zeros = Counter(place % 2 for place, byte in enumerate(first) if not byte)
        if max(zeros.values()) < 2 * len(first) // 10 or min(zeros[0], zeros[1]) > len(first) // 10:
            return ""
        return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    return "" if _is_mostly_utf8(path) else WESTERN


def has_mark(first: bytes) -> bool:
    """Return whether a text begins with the mark of its encoding."""
    return first.startswith(tuple(MARKS))


def _is_mostly_utf8(path: Path) -> bool:
    """Return whether the letters beyond ASCII are UTF-8, but for a few that are broken."""
    broken = 0
    fine = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            text = decoder.decode(block)
            if text.isascii() or (not broken and _is_plain_text(text)):
                continue
            escaped = len(ESCAPED.findall(text))
            broken += escaped
            fine += len(BEYOND_ASCII.findall(text)) - escaped
    return fine >= broken


def _is_plain_text(text: str) -> bool:
    """Return whether every byte of a text was UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
