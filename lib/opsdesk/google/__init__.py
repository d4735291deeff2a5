"""How Google Cloud is reached, and what it refuses.

Read `connection` (settings, clients, time limits), then `bucket` with `content`. `errors` makes a
sentence of what Google's clients raise; it reads their answers with `answers` and names missing
roles with `roles`.

May import: `config` and the ground.
"""
