"""Opening the lake that a parameter names."""

from opsdesk import project
from opsdesk.config.locations import is_in_bucket
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection
from opsdesk.lake.folder_store import FolderStore
from opsdesk.lake.lake import Lake


def open_lake(location: str, google: GoogleConnection = ON_THIS_MACHINE) -> Lake:
    """Return the lake at `location`: a folder from the project root, or gs://bucket[/prefix].

    Raises:
        OpsdeskError: a place that cannot be a lake.
    """
    if is_in_bucket(location):
        from opsdesk.lake.gcs_store import GcsStore  # Google's client takes a while to import

        return Lake(GcsStore(location, google))
    if "://" in location:
        raise OpsdeskError(f"lake: {location!r} is neither a folder nor gs://bucket[/prefix].")
    folder = project.resolve(location)
    above = next(place for place in (folder, *folder.parents) if place.exists())
    if not above.is_dir():
        raise OpsdeskError(f"lake: {project.shown(above)} is a file; name a folder.")
    return Lake(FolderStore(folder))
