"""Query parameters put into the SQL as typed literals: bqemulator mixes them up, and forgets them in scripts."""

import re

from bqemulator.domain.errors import InvalidQueryError

PIECE = re.compile(
    r"""(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|--[^\n]*|\#[^\n]*|/\*.*?\*/)"""
    r"""|(?P<system>@@[\w.]+)|@(?P<name>\w+)""",
    re.DOTALL,
)
PLAIN = {"DATE", "TIMESTAMP", "DATETIME", "TIME"}
CAST = {"FLOAT64", "FLOAT", "NUMERIC", "BIGNUMERIC"}


def with_literals(sql: str, parameters: list[dict] | None) -> str:
    """`sql` with every @name outside quotes and comments replaced by its value.

    Raises:
        InvalidQueryError: a parameter that has no value, as BigQuery says it.
    """
    values = {each["name"].lower(): each for each in parameters or [] if each.get("name")}

    def replaced(found: re.Match) -> str:
        if found["system"]:
            return "__error_message__" if found["system"].lower() == "@@error.message" else found[0]
        if not found["name"]:
            return found[0]
        given = values.get(found["name"].lower())
        if given is None:
            raise InvalidQueryError(
                f"Query parameter '{found['name']}' not found", location="query"
            )
        return _literal(given["parameterType"], given.get("parameterValue") or {})

    return PIECE.sub(replaced, sql)


def _literal(kind: dict, value: dict) -> str:
    name = kind["type"].upper()
    if name == "ARRAY":
        inner = kind["arrayType"]
        items = ", ".join(_literal(inner, each) for each in value.get("arrayValues") or [])
        return f"CAST([{items}] AS ARRAY<{inner['type']}>)"
    if value.get("value") is None:
        return f"CAST(NULL AS {name})"
    text = str(value["value"])  # clients send numbers, too
    if name in PLAIN:
        return f"{name} {_quoted(text)}"
    if name in CAST:
        return f"CAST({_quoted(text)} AS {name})"
    if name in ("INT64", "INTEGER"):
        return f"({int(text)})" if int(text) < 0 else str(int(text))
    if name in ("BOOL", "BOOLEAN"):
        return text.upper()
    return _quoted(text)


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    )
    return f"'{escaped}'"
