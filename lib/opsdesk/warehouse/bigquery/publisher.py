"""Computing the result tables in BigQuery, and replacing the published ones by them at once.

A query bills the columns that it reads, in full and in each statement again. So a table of tickets
that is made of fact_tickets alone is not staged: staging it would only mean to read it once more.
It is computed where it is published, and where another table reads it.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from opsdesk.catalogue.tables import Table, catalogue
from opsdesk.googlesql.definition import given_rules
from opsdesk.googlesql.references import sources
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.statements import (
    Queries,
    insert_statement,
    rows_of_places,
    typed_query,
    waves,
)
from opsdesk.warehouse.bigquery.tables import make_staging
from opsdesk.warehouse.bigquery.transactions import publish_script

FACT = "fact_tickets"


def is_staged(table: Table) -> bool:
    """Return whether a table is computed before it is published; else it has one row per ticket."""
    return not (table.is_per_ticket and sources(table).keys() == {FACT})


def new_rows(
    jobs: Jobs,
    tables: Iterable[Table],
    staging: Mapping[str, str],
    parameters: Mapping[str, object],
) -> Queries:
    """Return what each name means until the publication: raw tables are as they are.

    `staging` names the staging tables; a table without one means its SELECT.
    """
    raw = [table.name for table in catalogue().values() if table.kind == "raw"]
    places = {name: jobs.place(name) for name in raw}
    places |= {name: jobs.place(table) for name, table in staging.items()}
    queries = dict(rows_of_places(places))
    for table in tables:
        if table.name not in queries:
            queries[table.name] = typed_query(table, queries, given_rules(parameters))
    return queries


def build_tables(
    jobs: Jobs,
    tables: Iterable[Table],
    staging: Mapping[str, str],
    queries: Queries,
    parameters: Mapping[str, object],
) -> dict[str, int]:
    """Fill the staging table of each of `tables`; return rows by table.

    Those that do not need each other are filled at once.
    """
    tables = list(tables)
    jobs.together(*(partial(make_staging, jobs, staging[table.name], table) for table in tables))
    rules = given_rules(parameters)
    rows: dict[str, int] = {}
    for wave in waves(tables):
        statements = [
            insert_statement(
                table, jobs.place(staging[table.name]), typed_query(table, queries, rules)
            )
            for table in wave
        ]
        done = jobs.together(
            *(partial(jobs.query, sql, used_parameters(sql, parameters)) for sql in statements)
        )
        for table, job in zip(wave, done, strict=True):
            rows[table.name] = job.num_dml_affected_rows or 0
    return rows


def commit_tables(
    jobs: Jobs,
    tables: Iterable[Table],
    queries: Queries,
    parameters: Mapping[str, object],
    run: Mapping[str, object],
) -> None:
    """Replace every published table by its new rows, and write the row of `_runs`."""
    new = {table.name: queries[table.name] for table in tables}
    old = {name: jobs.place(name) for name in new}
    script = publish_script(new, old, run, jobs.place("_runs"))
    jobs.query(script, {**used_parameters(script, parameters), **run})


def used_parameters(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that a query uses; BigQuery refuses others. Rules are in its text."""
    return {
        name: value for name, value in parameters.items() if name != "rules" and f"@{name}" in sql
    }
