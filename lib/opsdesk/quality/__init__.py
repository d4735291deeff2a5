"""`opsdesk quality`: the published tables checked by Great Expectations, in its own environment.

Read `check`, then `plan`, which the other environment works off, and `environment`, which is
where it is. Its program is deploy/quality: nothing of Great Expectations is imported here.

May import: `runner`, and every room below it.
"""
