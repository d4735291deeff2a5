"""One file of an export on this machine, with its digest, and its tables as CSV text."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.forms.csv_text import CsvText
from opsdesk.ingest.forms.open_form import open_form
from opsdesk.ingest.forms.reading_options import Reading
from opsdesk.ingest.source_files import SourceFile

CHUNK = 1 << 22  # bytes that are read at a time
AT_A_TIME = 2  # pieces of a file that are read in parallel
Identity = tuple[int, ...]


@dataclass(frozen=True)
class DeliveredFile:
    """A file of an export as it was delivered, on this machine.

    `shown` is what messages call it, `name` is what rejects call it. `identity` is what it was
    before it was read.
    """

    shown: str
    name: str
    path: Path
    digest: str
    identity: Identity

    def ensure_unchanged(self) -> None:
        """Check, after reading, that the file was neither written to nor replaced.

        Raises:
            OpsdeskError: it was.
        """
        if _identity(self.path) != self.identity:
            raise OpsdeskError(
                f"{self.shown} was changed while it was read. Nothing was written; "
                "run this again when it is complete."
            )


@dataclass(frozen=True)
class ExportFile:
    """One table of an export: the delivered file that it is in, and its CSV text."""

    delivered: DeliveredFile
    text: CsvText

    @property
    def shown(self) -> str:
        """Return what messages call it."""
        return self.delivered.shown + self.text.label

    @property
    def name(self) -> str:
        """Return what rejects call it."""
        return self.delivered.name + self.text.label

    @property
    def plain(self) -> Path:
        """Return the file of CSV text to read."""
        return self.text.plain

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of its columns."""
        return self.text.header

    @property
    def delimiter(self) -> str:
        """Return what separates its cells."""
        return self.text.delimiter

    @property
    def is_typed(self) -> bool:
        """Return whether instants and dates were typed cells: then they are ISO 8601."""
        return self.text.is_typed

    def ensure_unchanged(self) -> None:
        """Check, after reading, that the delivered file has not changed; see `DeliveredFile`."""
        self.delivered.ensure_unchanged()


def fetch_export(source: SourceFile, work: Path, name: str = "") -> DeliveredFile:
    """Return one file as delivered; fetch it into `work` if needed.

    Raises:
        OpsdeskError: it cannot be read.
    """
    with _translate_errors(source.shown):
        path = source.fetch(work)
        identity = _identity(path)
        return DeliveredFile(source.shown, name or source.name, path, _digest(path), identity)


def read_tables(delivered: DeliveredFile, reading: Reading, work: Path) -> list[ExportFile]:
    """Return the tables of a delivered file as CSV text, each checked to have a header.

    Raises:
        OpsdeskError: empty, broken, of a form that is not read, or without a header.
    """
    with _translate_errors(delivered.shown):
        texts = open_form(delivered.path, reading, work, delivered.shown)
    return [ExportFile(delivered, text) for text in texts]


def open_export(
    source: SourceFile, reading: Reading, work: Path, name: str = ""
) -> list[ExportFile]:
    """Return the tables of one file: see `fetch_export` and `read_tables`."""
    return read_tables(fetch_export(source, work, name), reading, work)


@contextmanager
def _translate_errors(shown: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OpsdeskError(f"Cannot read the export {shown}: {error.strerror or error}.") from None


def _identity(path: Path) -> Identity:
    """Return what is another when a file was written to or replaced; nothing where it is gone.

    The time of the last change of any kind is a part of it: copying tools set the other one back.
    """
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev


def _digest(path: Path) -> str:
    """Return the BLAKE3 of the BLAKE3 of each piece of CHUNK bytes.

    Pieces, so that several can be computed in parallel.
    """

    def piece(start: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            digest: bytes = blake3(file.read(CHUNK)).digest()
            return digest

    starts = range(0, path.stat().st_size, CHUNK)
    with ThreadPoolExecutor(AT_A_TIME) as workers:
        digests = b"".join(workers.map(piece, starts))
    return str(blake3(digests).hexdigest())
