"""What a typed cell of a workbook or a Parquet file becomes as text."""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def instant_text(value: date) -> str:
    """Return a point in time in ISO 8601: local without an offset, or UTC with a Z.

    A date is its midnight.
    """
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00"
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _number(value: float) -> str:
    if math.isnan(value):  # how many programs write a cell that they do not have
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{'-' if seconds < 0 else ''}{hours}:{minute:02}:{second:02}"


def _list(value: list[Any]) -> str:
    if any(isinstance(item, dict | list) for item in value):
        return json.dumps(value, default=str, ensure_ascii=False)
    return " ".join(map(cell_text, value))


TEXTS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "",
    bool: lambda value: "true" if value else "false",
    bytes: lambda value: value.decode("utf-8", "backslashreplace"),
    date: date.isoformat,
    datetime: instant_text,
    Decimal: lambda value: format(value, "f"),
    float: _number,
    int: str,
    list: _list,
    str: str,
    time: time.isoformat,
    timedelta: _duration,
}


def cell_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, points in time in ISO 8601."""
    make = TEXTS.get(type(value), str)
    return make(value)
