"""Query parameters as typed literals in the SQL.

bqemulator mixes them up, and ignores them in scripts.
"""

import re

from bqemulator.domain.errors import InvalidQueryError

from bqemulator_patches.rest import Json

PIECE = re.compile(
    r"""
    (?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`  # quoted
      |--[^\n]*|\#[^\n]*|/\*.*?\*/)                                           # comments
    |(?P<system>@@[\w.]+)
    |@(?P<tick>`?)(?P<name>\w+)(?P=tick)                                      # SQLAlchemy: @`name`
    """,
    re.DOTALL | re.VERBOSE,
)
PLAIN = {"DATE", "TIMESTAMP", "DATETIME", "TIME"}
CAST = {"FLOAT64", "FLOAT", "NUMERIC", "BIGNUMERIC"}
ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r"}
ERROR_MESSAGE = "@@error.message"


def with_literals(sql: str, parameters: list[Json] | None) -> str:
    """Return `sql` with every @name outside quotes and comments replaced by its value.

    Raises:
        InvalidQueryError: a parameter has no value; the text is BigQuery's.
    """
    values = {each["name"].lower(): each for each in parameters or [] if each.get("name")}

    def replaced(found: re.Match[str]) -> str:
        if found["system"]:
            # The interpreter's own name for the message of the error that is handled.
            return "__error_message__" if found[0].lower() == ERROR_MESSAGE else found[0]
        if not found["name"]:
            return found[0]
        given = values.get(found["name"].lower())
        if given is None:
            message = f"Query parameter '{found['name']}' not found"
            raise InvalidQueryError(message, location="query")
        return _literal(given["parameterType"], given.get("parameterValue") or {})

    return PIECE.sub(replaced, sql)


def _literal(kind: Json, value: Json) -> str:
    name = kind["type"].upper()
    if name == "ARRAY":
        return _array(kind["arrayType"], value.get("arrayValues") or [])
    if value.get("value") is None:
        return f"CAST(NULL AS {name})"
    text = str(value["value"])  # clients send numbers, too
    if name in PLAIN:
        return f"{name} {_quoted(text)}"
    if name in CAST:  # as a text, so that no digit is lost
        return f"CAST({_quoted(text)} AS {name})"
    if name in ("INT64", "INTEGER"):
        return f"({int(text)})" if int(text) < 0 else str(int(text))
    if name in ("BOOL", "BOOLEAN"):
        return text.upper()
    return _quoted(text)


def _array(kind: Json, values: list[Json]) -> str:
    items = ", ".join(_literal(kind, each) for each in values)
    return f"CAST([{items}] AS ARRAY<{kind['type']}>)"


def _quoted(text: str) -> str:
    escaped = "".join(ESCAPED.get(character, character) for character in text)
    return f"'{escaped}'"
