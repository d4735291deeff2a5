"""opsdesk: ticket exports in, true backlog and SLA trends out.

Read it in the way of the data. The first four lines are the core, about half an hour; the rest is looked up.

1. `params`, `mapping`: what a run is told. `project`: where paths start. `instants`, `zones`: times.
2. `steps/ingest` (notebook 01): `export_files`, `export` and `agents` (files), `records` and `lines` (records), `clean` (cells),
   `steps/reading` (both at once) and `steps/remembered` (what was read last time), `steps/rejects`,
   `steps/days` with `lake` and `store` (what is written), `steps/signature` (is there anything to do).
3. `steps/backfill` (02): `warehouse/duckdb` and `warehouse/loader`, months and their ledger; `duckdb_file` opens the file.
4. `steps/transform` (03): `tables.yaml` and `sql/*.sql` are the definitions; `dialect`, `rewrites`, `portability` and `proven`
   translate them, `steps/checks` must hold; `warehouse/changes` and `warehouse/duckdb_build`: what need not be computed again.
5. `trends`, `desk`, `limits` compute for 04; `charts`, `bars`, `style`, `words` show; `report` makes the HTML.
6. `pipeline` runs the notebooks (`declared`, `kernels`, `stepping`, `runs`, `lock`); `status`, `session`, `tickets`,
   `rows_out` and `cli` are the doors; `sample` makes exports.
7. `cloud` says how Google Cloud is reached, `cloud_errors` what it refuses. A lake in a bucket: `gcs` is its store, `gcs_bucket`
   one bucket, `gcs_view` what a step has seen of it, `gcs_uploads` what is under way. The warehouse in BigQuery:
   `warehouse/bigquery` has the verbs, `bigquery_jobs` runs jobs, `bigquery_sql` writes their texts, `bigquery_tables` makes
   tables, `bigquery_loader` loads months; `billed` counts what they cost, `dry_run` with `bigquery_estimate` tells it before,
   `bigquery_state` is what status asks.
8. `engine` says who computes. By Spark: `spark/session` sets it up (`spark/java`, `spark/jars`, `spark/gcloud`), `spark/months`
   stages what `spark/day_files` reads, `spark/tables` what `spark/compute` computes; `spark/handover` brings rows to and from a
   warehouse, as `spark/parquet` in a `spark/scratch` folder or through Google's `spark/connector`; `spark/causes` puts Java's
   errors into words. `dataproc` prints the commands for a cluster, which runs `spark/batch`.
9. `emulators` runs stand-ins of Cloud Storage and BigQuery on this machine, for tests and for trying.
"""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["Cloud", "Engine", "OpsdeskError", "backfill", "ingest", "open", "open_warehouse", "transform"]

_HOMES = {
    "Cloud": "opsdesk.cloud",
    "Engine": "opsdesk.engine",
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
