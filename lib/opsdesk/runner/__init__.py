"""Run the notebooks in sequence, keep what they leave, and say what there is.

Read `run` first (a run from its parameters to its record), then `notebook` and `kernels` (one notebook in a kernel),
`record` (run.json), `lock`; `plan` is the dry run, `status` the look back.

May import: `workbench`, `steps`, `display`, `trends`, `ingest`, and every room below them.
"""
