"""Run the notebooks in sequence, keep what they leave, and show what is there.

Read `run` first: a run from its parameters to its record. `sequence` has its notebooks one after
the other; `notebook`, `failures` and `kernels` one of them in a kernel. `record` is run.json,
`lock` and `owners` say who may write, `latest` which runs are kept. `state` and `summary` are the
figures at the end. `plan` is the dry run, `status` the look back, `lab` opens JupyterLab.
`lineage/` has the events of a run for OpenLineage.

May import: `workbench`, `steps`, `display`, `trends`, `foresight`, `ingest`, and every room below
them.
"""
