"""Starts the BigQuery emulator with every mend; its settings come from the environment (BQEMU_..., OPSDESK_TLS)."""

from bqemulator.config import Settings
from bqemulator.server import run_forever

from opsdesk.emulators.mended import storage_read

storage_read.mend()
run_forever(Settings())
