"""Loading parts of the lake into BigQuery: a load job into a staging table, then one transaction with the ledger row."""

import shutil
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from google.api_core import exceptions as api
from google.cloud import bigquery
from google.cloud.bigquery.job import LoadJob

from opsdesk.catalogue.tables import Column, catalogue
from opsdesk.errors import OpsdeskError
from opsdesk.lake.partition import Partition
from opsdesk.warehouse.bigquery import statements as sql
from opsdesk.warehouse.bigquery.jobs import CALL, START, UPLOAD_TRIES, Jobs, is_passing
from opsdesk.warehouse.bigquery.tables import drop, make_staging, rows_of
from opsdesk.warehouse.duckdb.loader import is_added

LOAD_TRIES = 3  # load jobs for one part in one run, where Google lets them fail


class BigQueryLoader:
    """Loads parts into the raw tables, each with its ledger row in the same transaction."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def fingerprints(self) -> dict[str, str]:
        """What is loaded: fingerprint by part. Read as a table, which bills nothing."""
        rows = self.jobs.client.list_rows(
            self.jobs.client.get_table(self.jobs.place("_loads"), **CALL), **CALL
        )
        return dict(sorted((row["part"], row["fingerprint"]) for row in rows))

    def replace(self, part: Partition, loaded_at: datetime, staged: str | None = None) -> None:
        """Puts the files of `part` in the place of what was loaded of it before.

        `staged` names a table of the dataset that another engine has filled with the rows of the part, all columns of
        the raw table; then the lake's files are not read again. It is removed after the commit.

        Raises:
            OpsdeskError: a file that does not fit the schema, or a row count other than the manifest's; nothing of
                the part has changed then.
        """
        table = catalogue()[part.table]
        selected = sql.staged_columns(table) if staged else sql.lake_columns(table)
        for left in reversed(range(LOAD_TRIES)):
            try:
                staging = staged or self._load(part)
                part.confirm()
                self._commit(part, loaded_at, staging, selected)
                break
            except api.NotFound:
                # a backfill beside ours has used and dropped the table in which both stage the same files
                if self.fingerprints().get(part.name) == part.fingerprint:
                    break
                if staged or not left:
                    raise
        drop(self.jobs, staged or _staging(part))

    def remove(self, name: str) -> None:
        """Removes a part that the lake no longer has."""
        table = "agents_raw" if name == "agents" else "tickets_raw"
        script = sql.remove_script(name, self.jobs.place(table), self.jobs.place("_loads"))
        self.jobs.query(script, {"part": name, **sql.month_parameters(name)})

    def _commit(
        self, part: Partition, loaded_at: datetime, staging: str, selected: dict[str, str]
    ) -> None:
        place = self.jobs.place
        script = sql.replace_script(
            part.name, place(part.table), place(staging), place("_loads"), selected
        )
        ledger = {
            "part": part.name,
            "fingerprint": part.fingerprint,
            "rows": part.rows,
            "bytes": part.bytes,
        }
        self.jobs.query(
            script, {**ledger, "loaded_at": loaded_at, **sql.month_parameters(part.name)}
        )

    def _load(self, part: Partition) -> str:
        """The name of a staging table with the rows of the part's files, by a load job of this run or an earlier one."""
        staging, stem = (
            _staging(part),
            f"opsdesk_{self.jobs.dataset}_{_plain(part)}_{part.fingerprint[:16]}",
        )
        make_staging(self.jobs, staging, catalogue()[part.table], _columns(part))
        ways, tries = (
            [self._from_uris, self._from_file] if part.uris else [self._from_file],
            LOAD_TRIES,
        )
        for number in count(1):
            job_id = f"{stem}_{number}"
            job, is_new = self.jobs.begin(job_id, partial(ways[0], part, staging, job_id))
            failure = self.jobs.wait(job)
            rows = rows_of(self.jobs, staging) if failure is None else None
            if rows == part.rows:
                return staging
            if is_new:  # an earlier job that failed, or whose table is gone, only costs its number
                tries -= 1
                self._refuse(part, failure, rows, tries, len(ways))
                ways = ways[1:] if _is_unreadable(failure) else ways
            if rows is None:
                make_staging(self.jobs, staging, catalogue()[part.table], _columns(part))
        raise AssertionError("unreachable")

    def _refuse(
        self, part: Partition, failure: Exception | None, rows: int | None, tries: int, ways: int
    ) -> None:
        """Raises what a load job of ours came to, where another try would not help."""
        if failure is None and rows is not None:
            raise OpsdeskError(
                f"{part.name}: the manifest promises {part.rows:,} rows and {rows:,} were loaded. Run 01_ingest again, then this step."
            )
        if isinstance(failure, api.BadRequest) and not is_passing(failure):
            raise OpsdeskError(
                f"{part.name}: a file of the lake does not fit the schema of {part.table}: {failure.message}"
            ) from failure
        if failure and (
            tries <= 0 or not (is_passing(failure) or (_is_unreadable(failure) and ways > 1))
        ):
            raise failure

    def _from_uris(self, part: Partition, staging: str, job_id: str) -> LoadJob:
        return self.jobs.client.load_table_from_uri(
            part.uris, self.jobs.place(staging), job_id=job_id, location=self.jobs.location, job_config=self._config(part),
            retry=CALL["retry"], timeout=START,
        )  # fmt: skip

    def _from_file(self, part: Partition, staging: str, job_id: str) -> LoadJob:
        joined = _joined(part)
        with joined.open("rb") as content:
            return self.jobs.client.load_table_from_file(
                content, self.jobs.place(staging), rewind=True, size=joined.stat().st_size, num_retries=UPLOAD_TRIES, job_id=job_id,
                location=self.jobs.location, job_config=self._config(part), timeout=START,
            )  # fmt: skip

    def _config(self, part: Partition) -> bigquery.LoadJobConfig:
        return bigquery.LoadJobConfig(
            schema=[bigquery.SchemaField(column.name, column.type) for column in _columns(part)],
            source_format=bigquery.SourceFormat.CSV, skip_leading_rows=1, allow_quoted_newlines=True, encoding="UTF-8",
            preserve_ascii_control_characters=True, write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER, labels=self.jobs.labels,
        )  # fmt: skip


def _plain(part: Partition) -> str:
    return part.name.replace("-", "_")


def _staging(part: Partition) -> str:
    """The table in which the part's files are staged: of the same name for the same content, so that a load is found again."""
    return f"_load_{_plain(part)}_{part.fingerprint[:12]}"


def _columns(part: Partition) -> tuple[Column, ...]:
    return tuple(column for column in catalogue()[part.table].columns if not is_added(column.name))


def _is_unreadable(failure: Exception | None) -> bool:
    """Whether BigQuery cannot get at the lake's objects by itself."""
    return isinstance(failure, api.NotFound | api.Forbidden)


def _joined(part: Partition) -> Path:
    """The part's files as one file, with one header."""
    joined = part.work / f"{part.name}.csv"
    if not joined.exists():
        with joined.open("wb") as whole:
            for number, path in enumerate(part.paths):
                with path.open("rb") as day:
                    header = day.readline()
                    whole.write(header if number == 0 else b"")
                    shutil.copyfileobj(day, whole, 1 << 20)
    return joined
