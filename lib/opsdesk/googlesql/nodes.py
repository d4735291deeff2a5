"""Short ways to write the nodes that the rewrites are made of."""

from typing import Literal

from sqlglot import exp

Dialect = Literal["duckdb", "spark"]


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a function call that sqlglot writes as it is."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def cast(node: exp.Expr, kind: str) -> exp.Cast:
    """Return `node` cast to a type."""
    return exp.cast(node, exp.DataType.build(kind))


def text(value: str) -> exp.Literal:
    """Return a string literal."""
    return exp.Literal.string(value)
