"""What a run will scan.

It is measured by dry runs of the very queries where the tables exist, else estimated.
"""

from collections.abc import Mapping
from functools import partial

from google.api_core import exceptions as api

from opsdesk.catalogue.identities import numbers_of_violated
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.google.errors import translate_errors
from opsdesk.googlesql.definition import given_rules
from opsdesk.googlesql.references import sources
from opsdesk.warehouse.bigquery.calls import CALL
from opsdesk.warehouse.bigquery.jobs import Jobs
from opsdesk.warehouse.bigquery.publisher import FACT, is_staged, used_parameters
from opsdesk.warehouse.bigquery.statements import (
    Places,
    rows_of_places,
    typed_query,
    under_names,
)
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse
from opsdesk.warehouse.billing import LEAST_BILLED

STATEMENTS_OF_A_LOAD = 4  # the count, two deletes, one insert: each bills the least at least


def measure_transform(warehouse: BigQueryWarehouse, parameters: Mapping[str, object]) -> int | None:
    """Return the bytes that a transform would bill now; None where a table is missing.

    It computes, checks and publishes all tables.
    """
    jobs = warehouse.jobs
    places = {name: jobs.place(name) for name in catalogue()}
    staged = [table for table in results() if is_staged(table)]
    selects = _selects(places, given_rules(parameters))
    with translate_errors(f"measure what {warehouse.url} would scan"):
        try:
            measured = jobs.together(
                *(partial(_processed, jobs, sql, parameters) for sql in selects)
            )
            sizes = [
                jobs.client.get_table(places[table.name], **CALL).num_bytes or 0 for table in staged
            ]
        except api.NotFound:
            return None
    computed = sum(
        max(size, LEAST_BILLED * _tables_in(sql, places))
        for size, sql in zip(measured, selects, strict=True)
    )
    published = sum(max(size, LEAST_BILLED) for size in sizes)  # each staging table is read once
    return computed + published


def estimate_transform(lake_bytes: int) -> int:
    """Return the same from the size of the lake.

    The raw table is read once, the facts by every table made of them and by the checks, and what is
    staged once to publish it.
    """
    readers = [table for table in results() if FACT in sources(table)]
    computed = max(lake_bytes, LEAST_BILLED) * (2 + len(readers))
    published = max(2 * lake_bytes, LEAST_BILLED * len(results()))
    return computed + published


def estimate_load(size: int) -> int:
    """Return the bytes that replacing `size` bytes bills: old and new rows are read once."""
    return LEAST_BILLED * STATEMENTS_OF_A_LOAD + 2 * size


def _selects(places: Places, rules: Mapping[str, str]) -> list[str]:
    """Return what a transform computes, each once, and the query of its checks."""
    queries = dict(rows_of_places(places))
    for table in results():
        if not is_staged(table):
            queries[table.name] = typed_query(table, queries, rules)
    checks = under_names(numbers_of_violated(), queries)
    return [*(typed_query(table, queries, rules) for table in results()), checks]


def _tables_in(sql: str, places: Places) -> int:
    return sum(f"`{place}`" in sql for place in places.values())


def _processed(jobs: Jobs, sql: str, parameters: Mapping[str, object]) -> int:
    job = jobs.start(sql, used_parameters(sql, parameters), dry_run=True)
    size: int | None = job.total_bytes_processed
    return size or 0
