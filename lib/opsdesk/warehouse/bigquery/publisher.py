"""Computing the result tables in BigQuery, and replacing the published ones by them at once."""

from collections.abc import Mapping, Sequence
from functools import partial

from opsdesk.catalogue.tables import Table, catalogue
from opsdesk.googlesql.definition import given_rules
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.statements import Places, build_statement, waves
from opsdesk.warehouse.bigquery.tables import ensure_table, make_staging
from opsdesk.warehouse.bigquery.transactions import publish_script


def build_tables(
    jobs: Jobs, tables: Sequence[Table], new: Mapping[str, str], parameters: Mapping[str, object]
) -> dict[str, int]:
    """Fill a staging table for each of `tables`; return rows by table.

    `new` names the staging tables of all result tables. Those that do not need each other are
    filled at once. Published tables that are missing are made, empty.
    """
    raw = [table.name for table in catalogue().values() if table.kind == "raw"]
    places = {name: jobs.place(name) for name in raw}
    places |= {name: jobs.place(staging) for name, staging in new.items()}
    jobs.together(
        *(partial(ensure_table, jobs, catalogue()[name]) for name in new),
        *(partial(make_staging, jobs, new[table.name], table) for table in tables),
    )
    rules = given_rules(parameters)
    rows: dict[str, int] = {}
    for wave in waves(tables):
        statements = [build_statement(table, places[table.name], places, rules) for table in wave]
        done = jobs.together(
            *(partial(jobs.query, sql, used_parameters(sql, parameters)) for sql in statements)
        )
        for table, job in zip(wave, done, strict=True):
            rows[table.name] = job.num_dml_affected_rows or 0
    return rows


def commit_tables(jobs: Jobs, new: Places, run: Mapping[str, object]) -> None:
    """Replace every published table by the new one, and write the row of `_runs`."""
    old = {name: jobs.place(name) for name in new}
    jobs.query(publish_script(new, old, run, jobs.place("_runs")), run)


def used_parameters(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that a query uses; BigQuery refuses others. Rules are in its text."""
    return {
        name: value for name, value in parameters.items() if name != "rules" and f"@{name}" in sql
    }
