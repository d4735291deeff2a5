"""Our mark: how opsdesk knows that a place is its own, and what it says where that is not so.

Read `mark` (what a mark holds, and the rule for a place without one), then `folder` (folders of
this machine). Lakes, warehouses, outputs, Spark's folders, emulators and samples all bear a mark.

May import: the ground.
"""
