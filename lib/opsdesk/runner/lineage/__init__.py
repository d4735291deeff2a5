"""What a run says of its data in OpenLineage's words: events to a file, or to an http(s) address.

Read `lineage` first: it is what a run calls. `events` makes the JSON, from `datasets` (what a step
reads and writes, under which names) with the row counts of `counts`, the assertions of `checks` and
the forms of `facets`. `delivery` sends events while the run goes on; `event_file` and `endpoint`
are where to. `interrupted` closes what a killed run has left open.

May import: what `runner` may, and nothing of `runner` but `record` and `state`.
"""
