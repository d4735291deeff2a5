"""The steps: exactly one module for each notebook, in the order of the data: ingest, backfill, transform.

A step is handed an opened lake and an opened warehouse; what it needs besides lives in the rooms below.

May import: `ingest`, `spark`, and every room below them.
"""
