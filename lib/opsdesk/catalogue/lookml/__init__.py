"""LookML for Looker, made from tables.yaml: a view of each published table, and a model.

`python -m opsdesk.catalogue.lookml deploy/looker` writes it. Read `sums` (the SQL of the measures),
`fields`, `view`, `model`, then `__main__`. Nothing else of opsdesk imports this.

May import: the catalogue.
"""
