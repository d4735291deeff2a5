"""Modes of columns: a load job may not append with others than the table has."""

from typing import Any

from bqemulator.catalog.models import TableMeta
from bqemulator.domain.errors import InvalidQueryError


def refuse_other_modes(job: Any, existing: TableMeta | None) -> None:
    """Refuse a schema that calls a column REQUIRED and the table does not, or the other way.

    Raises:
        InvalidQueryError: as BigQuery says it.
    """
    given = (job.raw_config.get("schema") or {}).get("fields") or []
    if existing is None or job.write_disposition == "WRITE_TRUNCATE":
        return
    there = {field.name.lower(): field.mode for field in existing.schema_.fields}
    for field in given:
        mode = field.get("mode", "NULLABLE").upper()
        before = there.get(field["name"].lower(), mode)
        if mode != before:
            name = f"{job.project_id}:{job.dataset_id}.{job.table_id}"
            raise InvalidQueryError(
                f"Provided Schema does not match Table {name}. "
                f"Field {field['name']} has changed mode from {before} to {mode}"
            )
