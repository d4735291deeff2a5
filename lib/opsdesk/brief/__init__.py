"""The morning brief: what moved and why, signal or noise, on or off target, what to do first.

Read `facts` (all that it knows, as values), `briefing` (its sentences), `figures`, `ladders`,
`quality`, `day_charts` and `week_charts` (its parts), `page` (the report) and `mail` (the digest),
in this order. It draws from frames, never from the outputs of notebooks.

May import: trends, foresight, display, ingest, and everything below them.
"""
