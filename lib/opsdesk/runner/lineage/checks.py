"""The identities of the tables as OpenLineage's assertions.

The specification has assertions on inputs only. As in dbt, the checks are a job of their own, which
reads the tables that it checks.
"""

from collections.abc import Mapping
from typing import Any

from opsdesk.catalogue.identities import CHECKS, Check
from opsdesk.catalogue.tables import catalogue
from opsdesk.runner.lineage.datasets import Rows, tables_of
from opsdesk.runner.lineage.facets import facet
from opsdesk.runner.lineage.tables_read import tables_read


def violated_check(error: str) -> Check | None:
    """Return the check that an error of a transform names, None where it names none."""
    return next((check for check in CHECKS if f"it must hold that {check.says}," in error), None)


def checked_tables(
    values: Mapping[str, str], rows: Rows, violated: Check | None = None
) -> list[dict[str, Any]]:
    """Return the tables that the checks read, each with its assertions, as inputs of an event.

    All of them hold, or one is violated; the others are not known then.
    """
    checks = (violated,) if violated else CHECKS
    by_table: dict[str, list[dict[str, Any]]] = {}
    for check in checks:
        for name in tables_read(check.counterexamples):
            by_table.setdefault(name, []).append(_assertion(check, violated is None))
    chosen = [table for name, table in catalogue().items() if name in by_table]
    inputs = []
    for table, dataset in zip(chosen, tables_of(values, chosen, rows), strict=True):
        facets = facet("dataQualityAssertions", assertions=by_table[table.name])
        if dataset.rows is not None:
            facets |= facet("dataQualityMetrics", rowCount=dataset.rows, columnMetrics={})
        inputs.append(dataset.as_input(**facets))
    return inputs


def _assertion(check: Check, holds: bool) -> dict[str, Any]:
    return {
        "assertion": "custom_sql",
        "success": holds,
        "severity": "error",
        "name": check.says,
        "content": check.counterexamples,
        "contentType": "sql",
    }
