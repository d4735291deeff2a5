"""Expirations: tables inherit a dataset's defaults, and what has expired is gone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bqemulator import server
from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.catalog.models import DatasetMeta, TableMeta
from bqemulator.storage.sql_identifiers import quoted_table_ref

from bqemulator_patches.one_job import LOCK
from bqemulator_patches.registry import Key

EXPIRING: dict[Key, TableMeta] = {}  # tables that will lose rows, or vanish, as they are now

original_create = MemoryCatalogRepository.create_table
original_update = MemoryCatalogRepository.update_table


def apply() -> None:
    """Let new tables inherit defaults, and remove before each request what has expired."""
    MemoryCatalogRepository.create_table = _create_table
    MemoryCatalogRepository.update_table = _update_table
    server.create_app = _expiring(server.create_app)


def _create_table(self: MemoryCatalogRepository, table: TableMeta) -> TableMeta:
    dataset = self.get_dataset(table.project_id, table.dataset_id)
    return _noted(original_create(self, with_defaults(table, dataset)))


def _update_table(self: MemoryCatalogRepository, table: TableMeta) -> TableMeta:
    return _noted(original_update(self, table))


def _noted(table: TableMeta) -> TableMeta:
    key = (table.project_id, table.dataset_id, table.table_id)
    EXPIRING.pop(key, None)
    if table.expiration_time or _partition_life(table):
        EXPIRING[key] = table
    return table


def with_defaults(table: TableMeta, dataset: DatasetMeta | None) -> TableMeta:
    """Return a new table with the dataset's expirations, where it has none of its own."""
    if dataset is None or table.table_type != "TABLE":
        return table
    partitions = dataset.default_partition_expiration_ms
    if table.time_partitioning and partitions:
        life = table.time_partitioning.expiration_ms or partitions
        changed = table.time_partitioning.model_copy(update={"expiration_ms": life})
        return table.model_copy(update={"time_partitioning": changed})
    whole = dataset.default_table_expiration_ms
    if whole and not table.expiration_time:
        ends = table.creation_time + timedelta(milliseconds=int(whole))
        return table.model_copy(update={"expiration_time": ends})
    return table


def _partition_life(table: TableMeta) -> int | None:
    partitioning = table.time_partitioning
    return partitioning.expiration_ms if partitioning and partitioning.field else None


def _expiring(create_app: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create(context: Any) -> Any:
        app = create_app(context)
        app.add_middleware(_Expirations, ctx=context)
        return app

    return create


class _Expirations:
    def __init__(self, app: Any, ctx: Any) -> None:
        self.app = app
        self.ctx = ctx

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and EXPIRING:
            async with LOCK:
                _expire(self.ctx)
        await self.app(scope, receive, send)


def _expire(ctx: Any) -> None:
    now = ctx.clock.now()
    for key, table in list(EXPIRING.items()):
        if ctx.catalog.get_table(*key) is None:
            del EXPIRING[key]
        elif table.expiration_time and table.expiration_time <= now:
            ctx.engine.execute(f"DROP TABLE IF EXISTS {quoted_table_ref(*key)}")
            ctx.catalog.delete_table(*key)
            del EXPIRING[key]
        elif life := _partition_life(table):
            _expire_partitions(key, table, now - timedelta(milliseconds=int(life)), ctx)


def _expire_partitions(key: Key, table: TableMeta, last: datetime, ctx: Any) -> None:
    """Delete the partitions whose life, counted from their beginning, is over."""
    partitioning = table.time_partitioning
    begins = f"date_trunc('{partitioning.type}', \"{partitioning.field}\")"
    sql = f"DELETE FROM {quoted_table_ref(*key)} WHERE {begins} <= $last"
    ctx.engine.execute(sql, {"last": last})
