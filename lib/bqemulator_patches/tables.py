"""Tables as the REST API shows them: type names, NOT NULL, expiry, view, current counts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bqemulator import server
from bqemulator.api.routes import tables
from bqemulator.catalog.models import TableFieldSchema, TableMeta
from bqemulator.storage import type_map
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches.queries import column_bytes, one_value
from bqemulator_patches.rest import Json

# BigQuery answers in the old names.
OLD_NAMES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}
context: Any = None  # of the one server in this process

original_parse = tables._parse_schema_fields
original_meta = tables._rest_to_table_meta
original_rest = tables._table_to_rest
original_columns = type_map.bq_schema_to_duckdb_columns


def apply() -> None:
    """Show tables as BigQuery does."""
    server.create_app = _storing_the_context(server.create_app)
    tables._parse_schema_fields = parse_fields
    tables._rest_to_table_meta = _meta
    tables._table_to_rest = _rest
    tables.bq_schema_to_duckdb_columns = typed_columns


def typed_columns(fields: list[Json]) -> list[tuple[str, str]]:
    """Return the names and DuckDB types of a schema; REQUIRED is enforced."""
    kinds = dict(original_columns(fields))
    return [(field["name"], kinds[field["name"]] + _constraint(field)) for field in fields]


def _constraint(field: Json) -> str:
    return " NOT NULL" if field.get("mode") == "REQUIRED" else ""


def milliseconds(text: str | int | None) -> datetime | None:
    """Return the instant that a REST time means."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text else None


# The REST functions get no context, and counting rows needs the connection in it.
def _storing_the_context(create_app: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create(made: Any) -> Any:
        global context
        context = made
        return create_app(made)

    return create


def parse_fields(fields: list[Json]) -> tuple[TableFieldSchema, ...]:
    """Return the fields of a REST schema, their types in the old names."""
    return original_parse([{**field, "type": _type_name(field)} for field in fields])


def _type_name(field: Json) -> str:
    given = field.get("type", "STRING")
    return OLD_NAMES.get(given.upper(), given)


def _meta(
    project_id: str,
    dataset_id: str,
    body: Json,
    clock: Any,
    existing: TableMeta | None = None,
) -> TableMeta:
    meta = original_meta(project_id, dataset_id, body, clock, existing)
    expires = existing.expiration_time if existing else None
    if "expirationTime" in body:
        expires = milliseconds(body["expirationTime"])
    return meta.model_copy(update={"expiration_time": expires})


def _rest(table: TableMeta) -> Json:
    body: Json = original_rest(table)
    if table.expiration_time:
        body["expirationTime"] = str(int(table.expiration_time.timestamp() * 1000))
    if table.view_query:
        body["view"] = {"query": table.view_query, "useLegacySql": False}
    if table.table_type == "TABLE":
        body |= _counts(table)
    dataset = context.catalog.get_dataset(table.project_id, table.dataset_id)
    return body | {"location": dataset.location if dataset else "US"}


def _counts(table: TableMeta) -> dict[str, str]:
    reference = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
    rows = one_value(context, f"SELECT count(*) FROM {reference}")
    size = str(column_bytes(table, context))
    return {"numRows": str(rows), "numBytes": size, "numTotalLogicalBytes": size}
