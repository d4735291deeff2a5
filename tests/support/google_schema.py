"""Values against the schemas of a discovery document: what is unknown, missing or of another type."""

import re
from collections.abc import Iterator
from datetime import datetime

WHOLE = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
# Texts whose few values only the description of the field names.
NAMED_IN_WORDS = {
    "createDisposition", "encoding", "mode", "parameterMode", "priority", "sourceFormat",
    "writeDisposition", "TimePartitioning.type", "TableFieldSchema.type",
}  # fmt: skip
REQUIRED = re.compile(r"^(\[Required\]|Required\.)")


class Schemas:
    """The schemas of an API, by name."""

    def __init__(self, schemas: dict) -> None:
        self.schemas = schemas

    def resolve(self, schema: dict) -> dict:
        """The schema that a reference names, or the schema itself."""
        return self.schemas[schema["$ref"]] if "$ref" in schema else schema

    def wrong(self, value: object, schema: dict, place: str) -> Iterator[str]:
        """What is wrong with a value and all that is in it; `place` says where it is."""
        schema = self.resolve(schema)
        kind = schema["type"]
        if kind == "object":
            yield from self._wrong_object(value, schema, place)
        elif kind == "array":
            items = value if isinstance(value, list) else ()
            yield from [] if isinstance(value, list) else [f"{place} is not a list: {value!r}"]
            for number, item in enumerate(items):
                yield from self.wrong(item, schema["items"], f"{place}[{number}]")
        elif kind != "any":
            yield from wrong_value(place, schema, value)

    def _wrong_object(self, value: object, schema: dict, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} is not an object: {value!r}"
            return
        known = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for name, one in known.items():
            if name not in value and REQUIRED.match(one.get("description", "")):
                yield f"{place}.{name} is missing"
        for name, inner in value.items():
            where = f"{place}.{name}"
            if name not in known and others is None:
                yield f"there is no {where}"
            elif inner is not None:  # null is as good as left out
                yield from self.wrong(inner, known.get(name, others), where)
                yield from _unnamed(inner, known.get(name, {}), schema.get("id", ""), name, where)


def wrong_value(place: str, schema: dict, value: object) -> Iterator[str]:
    """What is wrong with a text, a number or a truth value; in an address all are texts."""
    is_bool = isinstance(value, bool) or value in ("True", "False")  # in addresses, of Python
    text = str(value).lower() if is_bool else value
    if not _is_of(schema, text):
        kind = schema.get("format", schema["type"])
        yield f"{place} is not of type {kind}: {value!r}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of {', '.join(schema['enum'])}: {value!r}"
    elif "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"{place} is not of the form {schema['pattern']}: {value!r}"
    elif "minimum" in schema and int(value) < int(schema["minimum"]):
        yield f"{place} is less than {schema['minimum']}: {value!r}"
    elif "maximum" in schema and int(value) > int(schema["maximum"]):
        yield f"{place} is more than {schema['maximum']}: {value!r}"


def _is_of(schema: dict, value: object) -> bool:
    kind = schema["type"]
    form = schema.get("format")
    if form in WHOLE:
        low, high = WHOLE[form]
        is_whole = re.fullmatch(r"-?\d+", str(value)) is not None
        return is_whole and low <= int(value) <= high
    if kind == "boolean":
        return value in ("true", "false")
    if kind == "number":
        return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", str(value)) is not None
    if kind == "integer":
        return re.fullmatch(r"-?\d+", str(value)) is not None
    if form in ("date-time", "google-datetime"):
        return _is_moment(value)
    return isinstance(value, str)


def _is_moment(value: object) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _unnamed(value: object, schema: dict, owner: str, name: str, where: str) -> Iterator[str]:
    """A value that the description does not name."""
    is_named = {name, f"{owner}.{name}"} & NAMED_IN_WORDS and isinstance(value, str)
    if is_named and not re.search(rf"\b{re.escape(value)}\b", schema.get("description", "")):
        yield f"{where} has no value {value!r}"
