"""Run the notebooks in sequence, keep what they leave, and show what is there.

Read `run` first: a run from its parameters to its record. Then `notebook`, `failures` and `kernels`
(one notebook in a kernel), `record` (run.json), `lock` and `owners` (who may write), `latest` (which
runs are kept), `state` and `summary` (the figures at the end). `plan` is the dry run, `status` the
look back, `lab` opens JupyterLab.

May import: `workbench`, `steps`, `display`, `trends`, `ingest`, and every room below them.
"""
