"""Writing the tables of estimates into BigQuery: staged first, then replaced in one transaction."""

import io
import uuid
from functools import partial

import pandas as pd
from google.cloud import bigquery

from opsdesk.catalogue.tables import Table, catalogue, estimates
from opsdesk.warehouse.bigquery.calls import START, UPLOAD_TRIES
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.statements import insert_statement, rows_of_places
from opsdesk.warehouse.bigquery.tables import drop, ensure_table, make_staging
from opsdesk.warehouse.bigquery.transactions import estimates_script
from opsdesk.warehouse.estimates import Estimates, Question

LEDGER = "_foresight"


def write_estimates(jobs: Jobs, new: Estimates) -> dict[str, int]:
    """Replace all tables of estimates and the row of the ledger; return rows by table."""
    tables = estimates()
    mark = uuid.uuid4().hex[:8]  # two runs at once must not fill each other's tables
    staging = {table.name: f"_new_{table.name}_{mark}" for table in tables}
    kept = [*tables, catalogue()[LEDGER]]
    jobs.together(*(partial(ensure_table, jobs, table) for table in kept))
    try:
        calls = [partial(_stage, jobs, table, staging[table.name], new) for table in tables]
        counts = dict(zip(staging, jobs.together(*calls), strict=True))
        queries = rows_of_places({name: jobs.place(place) for name, place in staging.items()})
        places = {name: jobs.place(name) for name in staging}
        row = new.ledger_row(counts)
        jobs.query(estimates_script(queries, places, row, jobs.place(LEDGER)), row)
    finally:
        jobs.together(*(partial(drop, jobs, place) for place in staging.values()))
    return counts


def _stage(jobs: Jobs, table: Table, staging: str, new: Estimates) -> int:
    """Fill a staging table; return its rows."""
    make_staging(jobs, staging, table)
    if table.name in new.questions:
        return _ask_into(jobs, table, staging, new.questions[table.name])
    return _load_into(jobs, table, staging, new.rows[table.name])


def _ask_into(jobs: Jobs, table: Table, staging: str, question: Question) -> int:
    columns = ", ".join(
        f"CAST({each.name} AS {each.type}) AS {each.name}" for each in table.columns
    )
    select = f"SELECT {columns} FROM (\n{question.sql}\n) AS answer"
    job = jobs.query(insert_statement(table, jobs.place(staging), select), question.parameters)
    return job.num_dml_affected_rows or 0


def _load_into(jobs: Jobs, table: Table, staging: str, rows: pd.DataFrame) -> int:
    """Fill a staging table by a load job, which is free; a blank cell is NULL."""
    if rows.empty:
        return 0
    content = rows.to_csv(index=False).encode()
    job_id = f"opsdesk_{uuid.uuid4().hex}"

    def start() -> bigquery.LoadJob:
        return jobs.client.load_table_from_file(
            io.BytesIO(content),
            jobs.place(staging),
            rewind=True,
            size=len(content),
            num_retries=UPLOAD_TRIES,
            job_id=job_id,
            location=jobs.location,
            job_config=_config(jobs, table, list(rows.columns)),
            timeout=START,
        )

    job, _ = jobs.begin(job_id, start)
    failure = jobs.wait(job)
    if failure:
        raise failure
    return len(rows)


def _config(jobs: Jobs, table: Table, columns: list[str]) -> bigquery.LoadJobConfig:
    return bigquery.LoadJobConfig(
        schema=[_field(table, name) for name in columns],
        source_format=bigquery.SourceFormat.CSV,
        skip_leading_rows=1,
        encoding="UTF-8",
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        labels=jobs.labels,
    )


def _field(table: Table, name: str) -> bigquery.SchemaField:
    mode = "REQUIRED" if name in table.key else "NULLABLE"
    return bigquery.SchemaField(name, table.column(name).type, mode)
