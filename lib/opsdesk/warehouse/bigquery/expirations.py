"""Expirations: a dataset or a table that deletes rows by itself is refused.

Google counts the expiration of a partition from its month, so rows of an older month are gone the
moment they are committed, and no statement fails.
"""

from google.cloud import bigquery

from opsdesk.errors import OpsdeskError
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.jobs import Jobs

DAY = 86_400_000  # in milliseconds
SANDBOX = "A project without billing cannot remove it: add billing first."


def refuse_expiring(jobs: Jobs) -> None:
    """Look at the dataset, and refuse it as `refuse_expiring_dataset` does."""
    refuse_expiring_dataset(jobs, jobs.client.get_dataset(jobs.place(), **CALL))


def refuse_expiring_dataset(jobs: Jobs, dataset: bigquery.Dataset) -> None:
    """Refuse a dataset that gives its tables an expiration.

    Raises:
        OpsdeskError: it does; the text has the command that removes it.
    """
    kept = {
        "tables": dataset.default_table_expiration_ms,
        "month partitions": dataset.default_partition_expiration_ms,
    }
    found = [f"{what} after {_days(limit)}" for what, limit in kept.items() if limit]
    if found:
        raise OpsdeskError(
            f"The dataset {jobs.place()} deletes {' and '.join(found)}, and so would lose tickets "
            "without an error: type `bq update --default_table_expiration 0 "
            f"--default_partition_expiration 0 {jobs.project}:{jobs.dataset}`, "
            f"or name another dataset as `warehouse`. {SANDBOX}"
        )


def refuse_expiring_table(jobs: Jobs, table: bigquery.Table) -> None:
    """Refuse a published or raw table that is deleted by itself, whole or by partition.

    Raises:
        OpsdeskError: it is; the text has the command that removes the expiration.
    """
    partitions = table.time_partitioning.expiration_ms if table.time_partitioning else None
    found = [f"is deleted on {table.expires:%Y-%m-%d}"] if table.expires else []
    found += [f"loses each month after {_days(partitions)}"] if partitions else []
    if found:
        place = jobs.place(table.table_id)
        raise OpsdeskError(
            f"The table {place} {' and '.join(found)}, and so would lose tickets without an error: "
            f"type `bq query --use_legacy_sql=false 'ALTER TABLE {place} SET OPTIONS ("
            f"{_options(table)})'`, then run 02_backfill, which names months that are gone. "
            f"{SANDBOX}"
        )


def _options(table: bigquery.Table) -> str:
    names = ["expiration_timestamp"] if table.expires else []
    names += ["partition_expiration_days"] if table.time_partitioning else []
    return ", ".join(f"{name} = NULL" for name in names)


def _days(milliseconds: int) -> str:
    days = int(milliseconds) / DAY
    return "1 day" if days == 1 else f"{days:g} days"
