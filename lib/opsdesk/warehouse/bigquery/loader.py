"""Loading partitions of the lake into BigQuery: a load job, then one transaction."""

from datetime import datetime

from google.api_core import exceptions as api

from opsdesk.catalogue.tables import catalogue
from opsdesk.lake.names import raw_table
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery import transactions
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.load_jobs import load, staging_name
from opsdesk.warehouse.bigquery.tables import drop
from opsdesk.warehouse.link import TABLE, Link, link_row
from opsdesk.warehouse.protocol import Staged

LOAD_TRIES = 3  # how often a partition is staged in one run, where its staging table vanishes


class BigQueryLoader:
    """Loads partitions into the raw tables; see `protocol.Loader`."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self._from_here: dict[str, str] = {}  # partition: why BigQuery did not read it by itself

    def fingerprints(self) -> dict[str, str]:
        """Return what is loaded: fingerprint by partition. Reading the table bills nothing."""
        loads = self.jobs.client.get_table(self.jobs.place("_loads"), **CALL)
        rows = self.jobs.client.list_rows(loads, **CALL)
        return dict(sorted((row["part"], row["fingerprint"]) for row in rows))

    def replace(self, part: Partition, loaded_at: datetime, staged: Staged | None = None) -> None:
        """Replace what was loaded of `part`; see `protocol.Loader`.

        `staged` is the name of a table of the dataset; it is removed after the commit.
        """
        for left in reversed(range(LOAD_TRIES)):
            try:
                staging = self._stage(part) if staged is None else str(staged)
                part.confirm()
                self._commit(part, loaded_at, staging, is_from_lake=staged is None)
                break
            except api.NotFound:
                # Another backfill stages the same files in the same table: it may have dropped it.
                if self.fingerprints().get(part.name) == part.fingerprint:
                    break
                if staged is not None or not left:
                    raise
        drop(self.jobs, staging_name(part) if staged is None else str(staged))

    def remove(self, name: str) -> None:
        """Remove a partition that the lake no longer has."""
        table = self.jobs.place(raw_table(name))
        script = transactions.remove_script(name, table, self.jobs.place("_loads"))
        self.jobs.query(script, {"part": name, **transactions.month_parameters(name)})

    def link(self, link: Link, linked_at: datetime) -> None:
        """Write down which lake fills the warehouse from now on."""
        row = link_row(link, linked_at)
        self.jobs.query(transactions.link_script(self.jobs.place(TABLE), row), row)

    def remarks(self) -> str:
        """Say which partitions BigQuery could not read by itself, and why."""
        if not self._from_here:
            return ""
        problem = next(iter(self._from_here.values()))
        return (
            f"BigQuery could not read the bucket by itself, so {len(self._from_here)} of its "
            f"partitions went through this machine, which takes longer ({problem}): "
            "docs/google-cloud.md names the roles and places that it needs"
        )

    def _stage(self, part: Partition) -> str:
        staging, why_from_here = load(self.jobs, part)
        if why_from_here:
            self._from_here[part.name] = why_from_here
        return staging

    def _commit(
        self, part: Partition, loaded_at: datetime, staging: str, *, is_from_lake: bool
    ) -> None:
        place = self.jobs.place
        table = catalogue()[part.table]
        select = transactions.lake_columns if is_from_lake else transactions.staged_columns
        script = transactions.replace_script(
            part.name, place(table.name), place(staging), place("_loads"), select(table)
        )
        values = {
            "part": part.name,
            "fingerprint": part.fingerprint,
            "rows": part.rows,
            "bytes": part.bytes,
            "loaded_at": loaded_at,
            **transactions.month_parameters(part.name),
        }
        self.jobs.query(script, values)
