"""Whether the tables of a dataset are ours, and which lake they are filled from."""

from collections.abc import Mapping

from google.api_core import exceptions as api

from opsdesk.catalogue.tables import catalogue
from opsdesk.marks.mark import foreign_error
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.tables import LABELS
from opsdesk.warehouse.link import TABLE, Link, read_link


def refuse_foreign(jobs: Jobs, url: str) -> None:
    """Refuse a dataset in which a table has one of our names and not our label.

    Other tables may be in the dataset: we do not touch them.

    Raises:
        OpsdeskError: there is such a table. Nothing was written.
    """
    listed = jobs.client.list_tables(jobs.place(), **CALL)
    names = [item.table_id for item in listed if not _is_labelled(item.labels)]
    found = sorted(name for name in names if name in catalogue() and not _is_ours(jobs, name))
    if found:
        remedy = "name another dataset as `warehouse`"
        raise foreign_error(url, "warehouse", found, remedy)


def _is_ours(jobs: Jobs, name: str) -> bool:
    """Return whether a table has our label; a listing need not tell it."""
    return _is_labelled(jobs.client.get_table(jobs.place(name), **CALL).labels)


def _is_labelled(labels: Mapping[str, str]) -> bool:
    return LABELS.items() <= labels.items()


def find_link(jobs: Jobs, url: str) -> Link | None:
    """Return the lake that fills the warehouse. Reading the table bills nothing."""
    if not jobs.has_dataset():
        return None
    try:
        table = jobs.client.get_table(jobs.place(TABLE), **CALL)
    except api.NotFound:
        return None
    rows = jobs.client.list_rows(table, **CALL)
    return read_link((dict(row.items()) for row in rows), url)
