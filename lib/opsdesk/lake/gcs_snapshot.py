"""What one step knows about a lake's objects in a bucket. Names are without the lake's prefix.

It holds what the step's writes must replace, and what its reads get.
"""

from opsdesk.google.bucket import Bucket, Seen
from opsdesk.lake.names import MARK, is_manifest


class Snapshot:
    """The objects below a prefix, as this step first saw or left them, and as last seen.

    An object that is now neither as first seen nor as we left it was written by another step.
    """

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self._expected: dict[str, Seen | None] = {}
        self._latest: dict[str, Seen] = {}
        self._listed: set[str] = set()
        self._contents: dict[str, tuple[Seen, bytes]] = {}  # of manifests

    def list(self, under: str) -> dict[str, Seen]:
        """Return every object below the folder `under` as it is now, by name."""
        folder = _folder(under)
        listed = self.bucket.list(self.prefix + folder)
        found = {
            name.removeprefix(self.prefix): seen
            for name, seen in listed
            if not name.endswith("/")  # a marker of an empty folder
        }
        # What a later listing adds was not there at first: it must not count as expected.
        if not self._was_listed(folder):
            for name, seen in found.items():
                self._expected.setdefault(name, seen)
        self._latest |= found
        self._listed.add(folder)
        return found

    def look(self, name: str) -> Seen:
        """Return the object as it is now.

        Raises:
            FileNotFoundError: it does not exist.
        """
        seen = self.bucket.look(self.prefix + name)
        if seen is None:
            raise FileNotFoundError(self.bucket.url(self.prefix + name))
        self._latest[name] = seen
        return seen

    def latest(self, name: str) -> Seen:
        """Return the object as last seen; look at it where it was not seen yet.

        Raises:
            FileNotFoundError: it does not exist.
        """
        return self._latest.get(name) or self.look(name)

    def read(self, name: str) -> bytes:
        """Return the content of the object as last seen, or as it is now if it was replaced.

        Raises:
            FileNotFoundError: it does not exist.
        """
        seen = self.latest(name)
        if name in self._contents and self._contents[name][0] == seen:
            return self._contents[name][1]
        try:
            content = self.bucket.get(self.prefix + name, seen)
        except FileNotFoundError:  # replaced since it was listed
            seen = self.look(name)
            content = self.bucket.get(self.prefix + name, seen)
        if is_manifest(name) or name == MARK:  # a run asks for them several times
            self._contents[name] = (seen, content)
        return content

    def expected(self, name: str) -> int:
        """Return the generation that a write of this step replaces, 0 where there is no object."""
        if name not in self._expected and not self._was_listed(name):
            self._expected[name] = self.bucket.look(self.prefix + name)
        return generation(self._expected.get(name))

    def left(self, name: str, seen: Seen | None) -> None:
        """Note how we left an object, None where we removed it."""
        self._expected[name] = seen
        if seen:
            self._latest[name] = seen
        else:
            self._latest.pop(name, None)

    def is_unchanged(self, under: str) -> bool:
        """Return whether every object below `under` is as first seen, or as we left it."""
        found = {name: seen.generation for name, seen in self.list(under).items()}
        expected = {
            name: seen.generation
            for name, seen in self._expected.items()
            if seen and name.startswith(_folder(under))
        }
        return found == expected

    def _was_listed(self, name: str) -> bool:
        return any(name.startswith(folder) for folder in self._listed)


def generation(seen: Seen | None) -> int:
    """Return the generation of an object, 0 where it does not exist."""
    return seen.generation if seen else 0


def _folder(under: str) -> str:
    return under and under.rstrip("/") + "/"
