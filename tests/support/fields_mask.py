"""The parameter `fields`, such as "items(name,size),nextPageToken": which parts of an answer are wanted."""

import re
from collections.abc import Iterator

from google_schema import Schemas


def unknown(mask: str, answer: str, schemas: Schemas) -> Iterator[str]:
    """Each name in a mask that the schema `answer` does not have."""
    stack: list[dict | None] = [{"$ref": answer} if answer else {"type": "object"}]
    current: dict | None = stack[0]
    for token in re.findall(r"[^,()/]+|[,()/]", mask):
        if token in "(/":
            stack.append(current)
        elif token == ")":
            current = stack.pop()
        elif token == ",":
            current = stack[-1]
        else:
            current = _inner(stack[-1], token, schemas)
            if current is None:
                yield f"fields: there is no {token} in {answer}"


def _inner(schema: dict | None, name: str, schemas: Schemas) -> dict | None:
    """The schema of a field of an object, or of the objects of a list."""
    if schema is None:
        return None
    found = schemas.resolve(schema)
    while found.get("type") == "array":
        found = schemas.resolve(found["items"])
    return found.get("properties", {}).get(name) or found.get("additionalProperties")
