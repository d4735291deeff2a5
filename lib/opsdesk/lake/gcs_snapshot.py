"""What one step knows of a lake's objects: what its writes replace, and what its reads get. Names are without the prefix."""

from opsdesk.google.bucket import Bucket, Seen


class View:
    """The objects below a prefix of a bucket, as first seen or left by us, and as last seen."""

    def __init__(self, bucket: Bucket, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self._known: dict[
            str, Seen | None
        ] = {}  # as first seen, or as we left it: an object that differs is another's
        self._latest: dict[str, Seen] = {}
        self._listed: set[str] = set()

    def list(self, under: str) -> dict[str, Seen]:
        """Every object below the folder `under` as it is now; markers of empty folders are none."""
        found = {
            name.removeprefix(self.prefix): seen
            for name, seen in self.bucket.list(self.prefix + _folder(under))
            if not name.endswith("/")
        }
        if not self._was_listed(
            _folder(under)
        ):  # what comes later is not ours, and must not pass for known
            for name, seen in found.items():
                self._known.setdefault(name, seen)
        self._latest |= found
        self._listed.add(_folder(under))
        return found

    def look(self, name: str) -> Seen:
        """The object as it is now; FileNotFoundError where there is none."""
        seen = self.bucket.look(self.prefix + name)
        if seen is None:
            raise FileNotFoundError(self.bucket.url(self.prefix + name))
        self._latest[name] = seen
        return seen

    def latest(self, name: str) -> Seen:
        """The object as last seen, looked at where it was not; FileNotFoundError where there is none."""
        return self._latest.get(name) or self.look(name)

    def expected(self, name: str) -> int:
        """The generation of what we take the object to be, 0 where there is none."""
        if name not in self._known and not self._was_listed(name):
            self._known[name] = self.bucket.look(self.prefix + name)
        return generation(self._known.get(name))

    def _was_listed(self, name: str) -> bool:
        return any(name.startswith(folder) for folder in self._listed)

    def left(self, name: str, seen: Seen | None) -> None:
        """Notes how we left an object, None where we removed it."""
        self._known[name] = seen
        if seen:
            self._latest[name] = seen
        else:
            self._latest.pop(name, None)

    def is_unchanged(self, under: str) -> bool:
        """Whether every object below `under` is now as first seen, or as we left it."""
        found = {name: seen.generation for name, seen in self.list(under).items()}
        return found == {
            name: seen.generation
            for name, seen in self._known.items()
            if seen and name.startswith(_folder(under))
        }


def generation(seen: Seen | None) -> int:
    """The generation of an object, 0 where there is none."""
    return seen.generation if seen else 0


def _folder(under: str) -> str:
    return under and under.rstrip("/") + "/"
