"""Where the lake's objects lie. Objects are named from the lake's root, with slashes."""

from typing import TYPE_CHECKING, Union

from opsdesk.lake.folder_store import FolderStore

if TYPE_CHECKING:
    from opsdesk.lake.gcs_store import GcsStore

RECORD = "_ingest.json"  # what an ingest leaves about itself
Store = Union["FolderStore", "GcsStore"]  # the same verbs; what each promises stands at FolderStore
