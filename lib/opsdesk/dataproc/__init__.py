"""Backfill and transform on Dataproc: the commands that bring them there, and the job that runs there.

Read `commands`, then `job`.

May import: `workbench`, and every room below `steps`.
"""
