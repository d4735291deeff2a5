"""The files that the source URIs of a load job mean."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bqemulator.domain.errors import NotFoundError
from bqemulator.jobs import executor


def find_files(job: Any, ctx: Any) -> list[str]:
    """Return the paths of the files that a load job names.

    Raises:
        NotFoundError: no file matches one of the URIs.
    """
    found: list[str] = []
    for uri in job.source_uris:
        path = executor._resolve_uri(uri, ctx)
        executor._validate_local_path(path)
        matching = _matching(path)
        if not matching:
            raise NotFoundError(f"Not found: URI {uri}")
        found += matching
    return found


def _matching(path: str) -> list[str]:
    """Return the files that `path` means; `*` matches any text, slashes too."""
    if "*" not in path:
        return [path] if Path(path).is_file() else []
    folder = Path(path[: path.index("*")]).parent
    files = [str(file) for file in folder.rglob("*") if file.is_file()]
    return sorted(file for file in files if fnmatchcase(file, path))
