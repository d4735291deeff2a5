"""The plan for the environment of Great Expectations: the warehouse, and all that must be true."""

from pathlib import Path
from typing import Any

from opsdesk import project
from opsdesk.catalogue.constraints import range_of, relations
from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import Table, results
from opsdesk.config.locations import BigQueryLocation
from opsdesk.config.parameters import Parameters
from opsdesk.google.connection import GoogleConnection

Plan = dict[str, Any]
IDENTITIES = "identities"  # the suite of what several tables must satisfy together


def quality_plan(parameters: Parameters, warehouse: dict[str, str]) -> Plan:
    """Return the plan as JSON can hold it: a suite per result table, and one of the identities."""
    return {
        "title": f"{parameters.values['warehouse']} ({project.shown(parameters.path)})",
        "warehouse": warehouse,
        "tables": [*map(_table, results()), _identities()],
    }


def duckdb_place(copy: Path) -> dict[str, str]:
    """Return the warehouse of the plan: a copy of a DuckDB file."""
    return {"kind": "duckdb", "path": str(copy)}


def bigquery_place(place: BigQueryLocation, google: GoogleConnection) -> dict[str, str]:
    """Return the warehouse of the plan: a dataset, and how it is reached."""
    return {
        "kind": "bigquery",
        "project": place.project,
        "dataset": place.dataset,
        "endpoint": google.addresses.get("bigquery", ""),
        "location": google.location,
        "impersonate": google.impersonate,
        "maximum_bytes_billed": google.maximum_bytes_billed,
    }


def _table(table: Table) -> Plan:
    return {
        "name": table.name,
        "key": list(table.key),
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "nullable": column.nullable,
                "values": list(column.values),
                "range": list(range_of(column)),
            }
            for column in table.columns
        ],
        "checks": [check._asdict() for check in relations(table)],
    }


def _identities() -> Plan:
    checks = [check._asdict() for check in CHECKS]
    return {"name": IDENTITIES, "key": [], "columns": [], "checks": checks}
