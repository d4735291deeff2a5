"""Tables in the emulator's catalogue, as query jobs and load jobs enter them."""

from typing import Any

from bqemulator.catalog.etag import generate_etag
from bqemulator.catalog.models import Clustering, TableMeta, TimePartitioning

from bqemulator_patches.rest import Json

Key = tuple[str, str, str]  # project, dataset, table


def layout(config: Json, existing: TableMeta | None) -> Json:
    """Return the partitioning and clustering that a job asks for, else those the table has."""
    partitioning = existing and existing.time_partitioning
    if given := config.get("timePartitioning"):
        partitioning = TimePartitioning(type=given.get("type", "DAY"), field=given.get("field"))
    clustering = existing and existing.clustering
    if given := config.get("clustering"):
        clustering = Clustering(fields=tuple(given["fields"]))
    return {"time_partitioning": partitioning, "clustering": clustering}


def register(key: Key, existing: TableMeta | None, changes: Json, ctx: Any) -> None:
    """Enter a table with `changes`, in the place of the existing entry."""
    now = ctx.clock.now()
    changes = {**changes, "last_modified_time": now}
    if existing:
        ctx.catalog.update_table(existing.model_copy(update=changes))
        return
    project, dataset, table = key
    made = TableMeta(
        project_id=project,
        dataset_id=dataset,
        table_id=table,
        creation_time=now,
        last_modified_time=now,
        etag=generate_etag(*key, str(now)),
    )
    ctx.catalog.create_table(made.model_copy(update=changes))
