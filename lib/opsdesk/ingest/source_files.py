"""Which files the parameter `export` or `agents` names, on this machine or in a bucket, and how each comes here."""

import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from opsdesk import project
from opsdesk.config.locations import is_in_bucket, read_bucket
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection

if TYPE_CHECKING:
    from opsdesk.google.bucket import Bucket, Seen

WILD = "*?["


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine."""

    path: Path

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.name

    @property
    def shown(self) -> str:
        """How messages call it."""
        return project.shown(self.path)

    def fetch(self, work: Path) -> Path:
        """The file itself; `work` is for those that must be fetched."""
        return self.path


@dataclass(frozen=True)
class CloudFile:
    """An object of a bucket, as it was when it was found."""

    bucket: "Bucket"
    object: str
    seen: "Seen"

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.object.rsplit("/", 1)[-1]

    @property
    def shown(self) -> str:
        """How messages call it."""
        return self.bucket.url(self.object)

    def fetch(self, work: Path) -> Path:
        """A verified copy in a folder of its own below `work`; an OpsdeskError where it was replaced meanwhile."""
        path = Path(tempfile.mkdtemp(dir=work)) / self.name
        try:
            self.bucket.get_file(self.object, self.seen, path)
        except FileNotFoundError:
            raise OpsdeskError(
                f"{self.shown} was replaced or removed while it was read: run this again when the export is whole."
            ) from None
        return path


SourceFile = LocalFile | CloudFile


def find_files(export: str, google: GoogleConnection = ON_THIS_MACHINE) -> list[SourceFile]:
    """The files that `export` (a path or a glob, local or gs://) names, sorted by name.

    Raises:
        OpsdeskError: nothing there, a folder, or a file that is neither .csv nor .csv.gz.
    """
    found = _find_objects(export, google) if is_in_bucket(export) else _find_paths(export)
    for file in found:
        if not file.name.lower().endswith((".csv", ".csv.gz")):
            raise OpsdeskError(f"The export {file.shown} does not end in .csv or .csv.gz.")
    return found


def _find_paths(export: str) -> list[LocalFile]:
    pattern = project.resolve(export)
    if pattern.is_dir():
        raise _folder(export)
    try:
        found = (
            [pattern]
            if pattern.exists()
            else Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
        )
        paths = sorted(path for path in found if not path.is_dir())
    except (ValueError, OSError) as error:
        raise OpsdeskError(f"The export {export[:200]!r} cannot be looked up: {error}.") from None
    if not paths:
        raise OpsdeskError(
            f"{_none(export)} {export} (looked for {pattern}); set `export` in your params file."
        )
    return [LocalFile(path) for path in paths]


def _find_objects(export: str, google: GoogleConnection) -> list[CloudFile]:
    from opsdesk.google.bucket import Bucket

    place = read_bucket(export)
    bucket, pattern = Bucket(place.bucket, google), place.path
    fixed = pattern[
        : min((pattern.find(sign) for sign in WILD if sign in pattern), default=len(pattern))
    ]
    objects = dict(bucket.list(fixed))
    chosen = (
        [pattern] if pattern in objects else [each for each in objects if _matches(each, pattern)]
    )
    if not chosen and any(
        each.startswith(pattern.rstrip("/") + "/") or not pattern for each in objects
    ):
        raise _folder(export)
    if not chosen:
        raise OpsdeskError(f"{_none(export)} {export}; set `export` in your params file.")
    return [CloudFile(bucket, each, objects[each]) for each in sorted(chosen)]


def _matches(name: str, pattern: str) -> bool:
    """Whether an object's name fits the pattern; as on a disk, * ends at a slash, and ** does not."""
    if "**" in pattern:
        return fnmatchcase(name, pattern.replace("**/", "*"))
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _none(export: str) -> str:
    return (
        "No file matches the pattern"
        if any(sign in export for sign in WILD)
        else "There is no file"
    )


def _folder(export: str) -> OpsdeskError:
    return OpsdeskError(
        f"The export {export} is a folder: name a file in it, or a pattern such as {export.rstrip('/')}/*.csv."
    )
