"""The definitions' language: GoogleSQL, checked to mean the same everywhere, translated for DuckDB and Spark.

Read `translate`, `rewrites` (what sqlglot gets wrong), `lint` and `allowlist` (what is refused, what was proven).

May import: `catalogue` and the ground.
"""
