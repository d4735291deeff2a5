"""Backfill and transform on Dataproc: the commands that bring them there, and the job.

Read `commands`, then `job`. docs/spark.md explains both, with costs.

May import: `workbench`, and every room below `steps`.
"""
