"""CREATE TABLE and ALTER TABLE: PARTITION BY, CLUSTER BY and OPTIONS are stored with the table."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import sqlglot
from bqemulator.catalog import ddl_sync
from bqemulator.catalog.models import Clustering, TableMeta, TimePartitioning
from bqemulator.jobs import executor
from bqemulator.scripting import interpreter
from sqlglot import exp

from bqemulator_patches.expirations import with_defaults
from bqemulator_patches.rest import Json

original_sync = ddl_sync.sync_created_table


def apply() -> None:
    """Enter a table that SQL made with everything its statement says."""
    executor.sync_created_table = _sync
    interpreter.sync_created_table = _sync


def _sync(bq_sql: str, project_id: str, ctx: Any) -> None:
    original_sync(bq_sql, project_id, ctx)
    target = ddl_sync._detect_plain_create_table(bq_sql)
    if target is None:
        return
    table = ctx.catalog.get_table(*ddl_sync._split_target(target, project_id))
    if table is not None:
        tree = sqlglot.parse_one(bq_sql, read="bigquery")
        changed = table.model_copy(update=_changes(tree, table, ctx))
        dataset = ctx.catalog.get_dataset(table.project_id, table.dataset_id)
        ctx.catalog.update_table(with_defaults(changed, dataset))


def _changes(tree: exp.Create, table: TableMeta, ctx: Any) -> Json:
    """Return the fields of the table's entry that the statement sets."""
    properties = tree.args["properties"].expressions if tree.args.get("properties") else []
    changes = _options(properties, ctx) | _layout(properties)
    descriptions = _column_descriptions(tree)
    fields = tuple(
        field.model_copy(update={"description": descriptions.get(field.name.lower())})
        for field in table.schema_.fields
    )
    return changes | {"schema_": table.schema_.model_copy(update={"fields": fields})}


def _options(properties: list[exp.Expression], ctx: Any) -> Json:
    given = {
        each.name.lower(): each.args["value"] for each in properties if type(each) is exp.Property
    }
    changes: Json = {
        "description": _text(given.get("description")),
        "labels": _labels(given.get("labels")),
    }
    if expires := given.get("expiration_timestamp"):
        changes["expiration_time"] = _instant(expires, ctx)
    return changes


def _layout(properties: list[exp.Expression]) -> Json:
    changes: Json = {}
    for each in properties:
        if isinstance(each, exp.PartitionedByProperty):
            changes["time_partitioning"] = _partitioning(each.this)
        if isinstance(each, exp.Cluster | exp.ClusterProperty):
            columns = tuple(column.name for column in each.expressions)
            changes["clustering"] = Clustering(fields=columns)
    return changes


def _partitioning(by: exp.Expression) -> TimePartitioning | None:
    column = by if isinstance(by, exp.Identifier) else by.find(exp.Column)
    if not column:
        return None
    unit = by.args.get("unit")
    return TimePartitioning(type=unit.name.upper() if unit else "DAY", field=column.name)


def _column_descriptions(tree: exp.Create) -> dict[str, str | None]:
    """Return the descriptions by name of the column, in lower case."""
    return {
        column.name.lower(): _text(option.args["value"])
        for column in _columns(tree)
        for option in column.find_all(exp.Property)
        if option.name.lower() == "description"
    }


def _columns(tree: exp.Create) -> Iterator[exp.ColumnDef]:
    if isinstance(tree.this, exp.Schema):
        yield from tree.this.find_all(exp.ColumnDef)


def _labels(value: exp.Expression | None) -> dict[str, str]:
    if value is None:
        return {}
    entries = (entry.expressions for entry in value.expressions)
    return {key.name: label.name for key, label in entries}


def _text(value: exp.Expression | None) -> str | None:
    return value.name if isinstance(value, exp.Literal) else None


def _instant(value: exp.Expression, ctx: Any) -> datetime | None:
    sql = value.sql(dialect="duckdb").replace(" UTC'", "+00'")
    try:
        found: datetime = ctx.engine.execute(f"SELECT CAST({sql} AS TIMESTAMPTZ)").fetchone()[0]
    except duckdb.Error:
        return None
    return found
