"""The steps: exactly one module for each notebook: ingest, backfill, transform.

A step is handed an opened lake and an opened warehouse. What it needs besides is in the rooms
below.

May import: `ingest`, `spark`, and every room below them.
"""
