"""opsdesk: ticket exports in, true backlog and SLA trends out.

Read it in the way of the data, half an hour in all:

1. `params`, `mapping`: what a run is told. `project`: where paths start. `instants`, `zones`: times.
2. `steps/ingest` (notebook 01): `export` (files), `records` (lines), `clean` (cells), `steps/days` with `lake` and `store` (what
   is written), `agents`.
3. `steps/backfill` (02): `warehouse/duckdb`, months and their ledger.
4. `steps/transform` (03): `tables.yaml` and `sql/*.sql` are the definitions, `dialect` translates, `steps/checks` must hold.
5. `trends` and `charts` (04), `report`.
6. `pipeline` runs the notebooks; `status`, `session` and `cli` are the doors.
"""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["OpsdeskError", "backfill", "ingest", "open", "open_warehouse", "transform"]

_HOMES = {
    "OpsdeskError": "opsdesk.errors",
    "backfill": "opsdesk.steps.backfill",
    "ingest": "opsdesk.steps.ingest",
    "open": "opsdesk.session",
    "open_warehouse": "opsdesk.warehouse",
    "transform": "opsdesk.steps.transform",
}


def __getattr__(name: str) -> object:
    """Imports each public name when it is first asked for, so that `opsdesk --help` need not wait for pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module 'opsdesk' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
