"""Text that is not UTF-8: decoded into a copy, block by block."""

import codecs
import tempfile
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.spool import translate_write_errors

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8",
}
BLOCK = 1 << 20  # bytes that are decoded at a time
BYTE_ORDER_MARK = "\ufeff"
# A byte that the codec cannot read becomes one that is never UTF-8: so its line is rejected.
NOT_UTF8 = "\udcff"
ON_ERROR = "opsdesk-not-utf8"


def encoding_of(first: bytes, named: str, shown: str) -> str:
    """Return the codec of a text that begins with `first`, "" where it is UTF-8.

    A byte order mark proves it; else it is the one that the mapping names.

    Raises:
        OpsdeskError: there is no such codec.
    """
    marked = next((codec for mark, codec in MARKS.items() if first.startswith(mark)), "")
    codec = marked or named or "utf-8"
    try:
        found = codecs.lookup(codec)
        codecs.getincrementaldecoder(codec)
        "".encode(codec)  # refuses codecs that do not make bytes of text
        _decoder(codec).decode(b"a")  # and those that cannot go on after a wrong byte
    except (LookupError, UnicodeError):
        raise OpsdeskError(
            f"{shown}: encoding: {named!r} is not an encoding of text: write one such as cp1252, "
            "iso-8859-1, utf-16 or shift_jis."
        ) from None
    return "" if found.name in ("utf-8", "utf-8-sig") else codec


def decode(path: Path, encoding: str, work: Path, shown: str) -> Path:
    """Return a copy of a text in UTF-8, with the same lines.

    Raises:
        OpsdeskError: it is not in that encoding at all.
    """
    decoder = _decoder(encoding)
    is_first = True
    with (
        path.open("rb") as stream,
        tempfile.NamedTemporaryFile("wb", dir=work, suffix=".utf8", delete=False) as copy,
    ):
        while True:
            block = stream.read(BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeError as error:
                raise OpsdeskError(
                    f"{shown} is not in the encoding {encoding} ({error}): leave `encoding:` out "
                    "of the mapping if it is UTF-8, or name the right one."
                ) from None
            if is_first and text:
                text = text.removeprefix(BYTE_ORDER_MARK)
                is_first = False
            with translate_write_errors(shown):
                copy.write(text.encode("utf-8", "surrogateescape"))
            if not block:
                return Path(copy.name)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    codecs.register_error(ON_ERROR, lambda error: (NOT_UTF8, getattr(error, "end", 0)))
    return codecs.getincrementaldecoder(encoding)(ON_ERROR)
