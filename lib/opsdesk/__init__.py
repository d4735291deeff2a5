"""opsdesk: ticket exports in, true backlog and SLA trends out.

`docs/architecture.md` has the rooms in one picture. Each room's `__init__` says what it is for and
in which order to read it. Follow the data: `steps` (ingest, backfill, transform), then `trends` and
`display`, then `runner`.
"""

from importlib import import_module

__version__ = "0.2.0"
__all__ = ["OpsdeskError", "Workbench", "load_ipython_extension", "open", "start_notebook"]

_HOMES = {
    "OpsdeskError": "opsdesk.errors",
    "Workbench": "opsdesk.workbench",
    "load_ipython_extension": "opsdesk.explore.magics",  # %load_ext opsdesk
    "open": "opsdesk.session",
    "start_notebook": "opsdesk.workbench",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `opsdesk --help` does not wait for pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module 'opsdesk' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
