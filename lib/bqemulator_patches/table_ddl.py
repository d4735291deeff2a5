"""CREATE TABLE and ALTER TABLE: what PARTITION BY, CLUSTER BY and OPTIONS say is kept with the table."""

from datetime import datetime
from typing import Any

import duckdb
import sqlglot
from bqemulator.catalog import ddl_sync
from bqemulator.catalog.models import Clustering, TimePartitioning
from bqemulator.jobs import executor
from bqemulator.scripting import interpreter
from sqlglot import exp

original_sync = ddl_sync.sync_created_table


def mend() -> None:
    """Apply what is in this module."""
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
        ctx.catalog.update_table(table.model_copy(update=_said(tree, table, ctx)))


def _said(tree: exp.Create, table: Any, ctx: Any) -> dict[str, Any]:
    properties = tree.args["properties"].expressions if tree.args.get("properties") else []
    options = {
        each.name.lower(): each.args["value"] for each in properties if type(each) is exp.Property
    }
    said = {
        "description": _text(options.get("description")),
        "labels": _labels(options.get("labels")),
    }
    if expires := options.get("expiration_timestamp"):
        said["expiration_time"] = _instant(expires, ctx)
    for each in properties:
        if isinstance(each, exp.PartitionedByProperty):
            said["time_partitioning"] = _partitioning(each.this)
        if isinstance(each, exp.Cluster | exp.ClusterProperty):
            said["clustering"] = Clustering(
                fields=tuple(column.name for column in each.expressions)
            )
    descriptions = _column_descriptions(tree)
    fields = tuple(
        f.model_copy(update={"description": descriptions.get(f.name.lower())})
        for f in table.schema_.fields
    )
    return said | {"schema_": table.schema_.model_copy(update={"fields": fields})}


def _partitioning(by: exp.Expression) -> TimePartitioning | None:
    column = by if isinstance(by, exp.Identifier) else by.find(exp.Column)
    unit = by.args.get("unit")
    return (
        TimePartitioning(type=unit.name.upper() if unit else "DAY", field=column.name)
        if column
        else None
    )


def _column_descriptions(tree: exp.Create) -> dict[str, str | None]:
    said = {}
    for column in tree.this.find_all(exp.ColumnDef) if isinstance(tree.this, exp.Schema) else []:
        for option in column.find_all(exp.Property):
            if option.name.lower() == "description":
                said[column.name.lower()] = _text(option.args["value"])
    return said


def _labels(value: exp.Expression | None) -> dict[str, str]:
    return (
        {pair.expressions[0].name: pair.expressions[1].name for pair in value.expressions}
        if value
        else {}
    )


def _text(value: exp.Expression | None) -> str | None:
    return value.name if isinstance(value, exp.Literal) else None


def _instant(value: exp.Expression, ctx: Any) -> datetime:
    sql = value.sql(dialect="duckdb").replace(" UTC'", "+00'")
    try:
        return ctx.engine.execute(f"SELECT CAST({sql} AS TIMESTAMPTZ)").fetchone()[0]
    except duckdb.Error:
        return None
