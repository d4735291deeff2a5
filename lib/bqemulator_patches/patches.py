"""Every patch, in the order in which they build on each other."""

from bqemulator_patches import (
    callers,
    default_dataset,
    destinations,
    expirations,
    jobs,
    loads,
    one_thread,
    queries,
    scripts,
    storage_read,
    table_ddl,
    tables,
    uploads,
)

PATCHES = (
    one_thread,
    storage_read,
    tables,
    table_ddl,
    default_dataset,
    scripts,
    queries,
    destinations,
    loads,
    jobs,
    uploads,
    expirations,
    callers,
)


def apply_all() -> None:
    """Apply every patch, once in a process."""
    for patch in PATCHES:
        patch.apply()
