"""Tables as the REST API shows them: type names, NOT NULL, expiry, view, and rows and bytes counted when asked."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bqemulator import server
from bqemulator.api.routes import tables
from bqemulator.catalog.models import TableFieldSchema, TableMeta
from bqemulator.storage import type_map
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches.queries import column_bytes, one_value

NAMES = {
    "INT64": "INTEGER",
    "FLOAT64": "FLOAT",
    "BOOL": "BOOLEAN",
    "STRUCT": "RECORD",
}  # BigQuery answers in the old names
context: Any = None

original_parse = tables._parse_schema_fields
original_meta = tables._rest_to_table_meta
original_rest = tables._table_to_rest
original_columns = type_map.bq_schema_to_duckdb_columns


def mend() -> None:
    """Apply what is in this module."""
    server.create_app = _remembering_the_context(server.create_app)
    tables._parse_schema_fields = _fields
    tables._rest_to_table_meta = _meta
    tables._table_to_rest = _rest
    tables.bq_schema_to_duckdb_columns = typed_columns


def typed_columns(fields: list[dict]) -> list[tuple[str, str]]:
    """Names and DuckDB types of a schema; REQUIRED is enforced."""
    kinds = dict(original_columns(fields))
    return [
        (f["name"], kinds[f["name"]] + (" NOT NULL" if f.get("mode") == "REQUIRED" else ""))
        for f in fields
    ]


def milliseconds(text: str | int | None) -> datetime | None:
    """The instant that a REST time means."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text else None


def _remembering_the_context(create_app: Callable) -> Callable:
    def create(made: Any) -> Any:
        global context
        context = made
        return create_app(made)

    return create


def _fields(raw: list[dict]) -> tuple[TableFieldSchema, ...]:
    renamed = [
        field
        | {"type": NAMES.get(field.get("type", "STRING").upper(), field.get("type", "STRING"))}
        for field in raw
    ]
    return original_parse(renamed)


def _meta(
    project_id: str, dataset_id: str, body: dict, clock: Any, existing: TableMeta | None = None
) -> TableMeta:
    meta = original_meta(project_id, dataset_id, body, clock, existing)
    kept = existing.expiration_time if existing else None
    expires = milliseconds(body["expirationTime"]) if "expirationTime" in body else kept
    return meta.model_copy(update={"expiration_time": expires})


def _rest(table: TableMeta) -> dict[str, Any]:
    body = original_rest(table)
    if table.expiration_time:
        body["expirationTime"] = str(int(table.expiration_time.timestamp() * 1000))
    if table.view_query:
        body["view"] = {"query": table.view_query, "useLegacySql": False}
    if table.table_type == "TABLE":
        reference = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
        body["numRows"] = str(one_value(context, f"SELECT count(*) FROM {reference}"))
        body["numBytes"] = body["numTotalLogicalBytes"] = str(column_bytes(table, context))
    dataset = context.catalog.get_dataset(table.project_id, table.dataset_id)
    return body | {"location": dataset.location if dataset else "US"}
