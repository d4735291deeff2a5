"""Values of a JSON object by dotted paths, such as `metric_set.solved_at`."""

import json
from collections.abc import Iterator
from typing import Any

DEEPEST = 30  # objects within objects; tickets have about 5


def value_text(value: Any) -> str:
    """Return a value as the text of a cell: null is blank, a list is joined with blanks."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    is_flat = isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    if is_flat:
        return " ".join(map(value_text, value))
    return json.dumps(value, ensure_ascii=False)


def find_text(value: dict[str, Any], path: str) -> str | None:
    """Return the text at a path, None where the object has no such path.

    A list of objects counts as its first object. Below null everything is blank.
    """
    if path in value:
        return value_text(value[path])
    found: Any = value
    for name in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        if found is None:
            return ""
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return value_text(found)


def unfold(value: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
    """Yield an object once for each element of the lists on a path, with that element alone.

    Where there is no list, or an empty one, the object comes once, with nothing there.
    """
    name, _, rest = path.partition(".")
    if not name:
        yield value
        return
    inner = value.get(name)
    for item in inner or [None] if isinstance(inner, list) else [inner]:
        parts = unfold(item, rest) if rest and isinstance(item, dict) else [item]
        for part in parts:
            yield {**value, name: part}


def all_texts(value: dict[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """Yield every path of an object with its text."""
    for name, item in value.items():
        path = f"{before}{name}"
        inner = item[0] if isinstance(item, list) and item else item
        if isinstance(inner, dict) and inner and depth < DEEPEST:
            yield from all_texts(inner, f"{path}.", depth + 1)
        else:
            yield path, value_text(item)
