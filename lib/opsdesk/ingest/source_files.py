"""Which files `export`, `agents` or `events` names, here or in a bucket; how to get them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from opsdesk import project
from opsdesk.config.locations import is_in_bucket, read_bucket, split_patterns
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection

if TYPE_CHECKING:
    from opsdesk.google.bucket import Bucket, Seen

WILD = "*?["


class SourceFile(Protocol):
    """A file of an export, wherever it is."""

    @property
    def name(self) -> str:
        """Return its name without folders."""

    @property
    def shown(self) -> str:
        """Return what messages call it."""

    def fetch(self, work: Path) -> Path:
        """Return a local path; a file that is elsewhere is copied into the folder `work`.

        Raises:
            OpsdeskError: it was replaced or removed since it was found.
        """


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine."""

    path: Path

    @property
    def name(self) -> str:
        """Return its name without folders."""
        return self.path.name

    @property
    def shown(self) -> str:
        """Return the path, from the project root where it is below it."""
        return project.shown(self.path)

    def fetch(self, work: Path) -> Path:
        """Return the file itself."""
        return self.path


@dataclass(frozen=True)
class CloudFile:
    """An object of a bucket, as it was when it was found."""

    bucket: "Bucket"
    object: str
    seen: "Seen"

    @property
    def name(self) -> str:
        """Return its name without folders."""
        return self.object.rsplit("/", 1)[-1]

    @property
    def shown(self) -> str:
        """Return its gs:// address."""
        return self.bucket.url(self.object)

    def fetch(self, work: Path) -> Path:
        """Return a verified copy, in a folder of its own below `work`."""
        path = Path(tempfile.mkdtemp(dir=work)) / self.name  # two files may have the same name
        try:
            self.bucket.get_file(self.object, self.seen, path)
        except FileNotFoundError:
            raise OpsdeskError(
                f"{self.shown} was replaced or removed while it was read: run this again when the "
                "export is complete."
            ) from None
        return path


def find_files(
    export: str, google: GoogleConnection = ON_THIS_MACHINE, parameter: str = "export"
) -> list[SourceFile]:
    """Return the files that `export` names: paths or globs, local or gs://, with ` | ` between.

    Those of a glob are sorted by name. A file that is named twice is read once. `parameter` is
    what a user would correct.

    Raises:
        OpsdeskError: nothing is there for one of them, or a folder.
    """
    found: dict[str, SourceFile] = {}
    for pattern in split_patterns(export):
        for file in _find(pattern, google, parameter):
            if isinstance(file, LocalFile):
                project.refuse_pipe("The export", file.path)
            found.setdefault(file.shown, file)
    return list(found.values())


def _find(pattern: str, google: GoogleConnection, parameter: str) -> Sequence[SourceFile]:
    if is_in_bucket(pattern):
        return _find_objects(pattern, google, parameter)
    return _find_paths(pattern, parameter)


def _find_paths(export: str, parameter: str) -> list[LocalFile]:
    if "://" in export:
        raise OpsdeskError(
            f"The export {export[:200]} is an address: download it, and write the path of the file."
        )
    pattern = project.resolve(export)
    if pattern.is_dir():
        raise _folder(export)
    try:
        if pattern.exists():
            return [LocalFile(pattern)]
        base = _literal_part(pattern)
        found = base.glob(str(pattern.relative_to(base)))
        paths = sorted(path for path in found if not path.is_dir())
    except (ValueError, OSError) as error:
        raise OpsdeskError(f"The export {export[:200]!r} cannot be looked up: {error}.") from None
    for path in paths:
        project.refuse_unusable(path)
    if not paths:
        cause = f"{_none(export)} {export} (looked for {pattern})"
        raise OpsdeskError(f"{cause}; set `{parameter}` in your params file.")
    return [LocalFile(path) for path in paths]


def _literal_part(pattern: Path) -> Path:
    """Return the folders at the beginning of a pattern that are there under that very name."""
    return next(folder for folder in pattern.parents if folder.is_dir())


def _find_objects(export: str, google: GoogleConnection, parameter: str) -> list[CloudFile]:
    from opsdesk.google.bucket import Bucket  # Google's client takes a while to import

    place = read_bucket(export)
    bucket = Bucket(place.bucket, google)
    pattern = place.path
    objects = dict(bucket.list(_fixed_part(pattern)))
    # an object whose name has a wildcard in it is that object
    if pattern in objects:
        return [CloudFile(bucket, pattern, objects[pattern])]
    chosen = sorted(name for name in objects if _matches(name, pattern))
    if chosen:
        return [CloudFile(bucket, name, objects[name]) for name in chosen]
    folder = pattern.rstrip("/") + "/"
    if objects and (not pattern or any(name.startswith(folder) for name in objects)):
        raise _folder(export)
    raise OpsdeskError(f"{_none(export)} {export}; set `{parameter}` in your params file.")


def _fixed_part(pattern: str) -> str:
    """Return what comes before the first wildcard: only objects that begin with it are listed."""
    ends = [pattern.find(sign) for sign in WILD if sign in pattern]
    return pattern[: min(ends, default=len(pattern))]


def _matches(name: str, pattern: str) -> bool:
    """Return whether an object's name fits; as on a disk, * ends at a slash and ** does not."""
    if "**" in pattern:
        return fnmatchcase(name, pattern.replace("**/", "*"))
    parts = name.split("/")
    wanted = pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _none(export: str) -> str:
    has_wildcard = any(sign in export for sign in WILD)
    return "No file matches the pattern" if has_wildcard else "There is no file"


def _folder(export: str) -> OpsdeskError:
    pattern = f"{export.rstrip('/')}/*.csv"
    return OpsdeskError(
        f"The export {export} is a folder: name a file in it, or a pattern such as {pattern}."
    )
