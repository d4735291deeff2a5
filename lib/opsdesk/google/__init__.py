"""How Google Cloud is reached, and what it refuses.

Read `connection`, `errors`, `bucket`.

May import: `config` and the ground.
"""
