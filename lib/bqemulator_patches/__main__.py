"""Starts the BigQuery emulator with every mend; its settings come from the environment (BQEMU_..., OPSDESK_TLS)."""

from bqemulator.config import Settings
from bqemulator.server import run_forever

from bqemulator_patches import (
    default_dataset,
    destinations,
    jobs,
    loads,
    one_thread,
    queries,
    scripts,
    storage_read,
    table_ddl,
    tables,
    uploads,
)

for part in (
    one_thread,
    storage_read,
    tables,
    table_ddl,
    default_dataset,
    scripts,
    queries,
    destinations,
    loads,
    jobs,
    uploads,
):
    part.mend()
run_forever(Settings())
