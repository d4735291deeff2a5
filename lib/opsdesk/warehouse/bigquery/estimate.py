"""What a run will scan: measured by dry runs of the very queries where the tables exist, else estimated."""

from collections.abc import Mapping
from functools import partial

from google.api_core import exceptions as api

from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.google.errors import translate_errors
from opsdesk.warehouse.bigquery import statements as text
from opsdesk.warehouse.bigquery.jobs import CALL
from opsdesk.warehouse.bigquery.warehouse import BigQueryWarehouse
from opsdesk.warehouse.billing import LEAST_BILLED

STATEMENTS_OF_A_LOAD = 4  # the count, two deletes, one insert: each bills the least at least


def measure_transform(warehouse: BigQueryWarehouse, parameters: Mapping[str, object]) -> int | None:
    """The bytes that computing, checking and publishing all tables would bill now; None where a table is missing."""
    jobs = warehouse.jobs
    places = {name: jobs.place(name) for name in catalogue()}
    queries = [(text.typed_query(table, places), len(text.sources(table))) for table in results()]
    queries += [(text.under_names(check.counterexamples, places), 1) for check in CHECKS]
    with translate_errors(f"measure what {warehouse.url} would scan"):
        try:
            measured = jobs.together(
                *(partial(_processed, warehouse, sql, parameters) for sql, _ in queries)
            )
            sizes = [
                jobs.client.get_table(jobs.place(table.name), **CALL).num_bytes or 0
                for table in results()
            ]
        except api.NotFound:
            return None
    computed = sum(
        max(size, LEAST_BILLED * tables)
        for size, (_, tables) in zip(measured, queries, strict=True)
    )
    return computed + sum(
        max(size, LEAST_BILLED) for size in sizes
    )  # each new table is read once to publish it


def estimate_transform(lake_bytes: int) -> int:
    """The same from the size of the lake: the raw table once, the facts by every table made of them, all once to publish."""
    readers = [table for table in results() if "fact_tickets" in text.sources(table)]
    return max(lake_bytes, LEAST_BILLED) * (1 + len(readers) + len(CHECKS)) + max(
        2 * lake_bytes, LEAST_BILLED * len(results())
    )


def estimate_load(size: int) -> int:
    """The bytes that replacing a part of `size` bytes bills: its old and its new rows are read once."""
    return LEAST_BILLED * STATEMENTS_OF_A_LOAD + 2 * size


def _processed(warehouse: BigQueryWarehouse, sql: str, parameters: Mapping[str, object]) -> int:
    used = {name: value for name, value in parameters.items() if f"@{name}" in sql}
    return warehouse.jobs.start(sql, used, dry_run=True).total_bytes_processed or 0
