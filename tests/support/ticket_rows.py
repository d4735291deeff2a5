"""Comparing tables row by row: everything exactly, floats to the last but a few bits."""

import math

from opsdesk.catalogue.tables import catalogue
from tickets import Row


def differences(table: str, actual: list[Row], expected: list[Row]) -> list[str]:
    """Where two versions of a table differ, in words; their order does not count."""
    left, right = _by_key(table, actual), _by_key(table, expected)
    found = [f"{key}: only the SQL has it" for key in left.keys() - right.keys()]
    found += [f"{key}: the SQL lacks it" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        assert left[key].keys() == right[key].keys(), (
            f"{table}: {left[key].keys() ^ right[key].keys()}"
        )
        found += [
            f"{key} {column}: {value!r} instead of {right[key][column]!r}"
            for column, value in left[key].items()
            if not _same(value, right[key][column])
        ]
    return sorted(found)[:10]


def _by_key(table: str, rows: list[Row]) -> dict[tuple, Row]:
    by_key = {tuple(row[name] for name in catalogue()[table].key): row for row in rows}
    assert len(by_key) == len(rows), f"{table} repeats its key"
    return by_key


def _same(actual: object, expected: object) -> bool:
    if isinstance(actual, float) and isinstance(expected, float):
        return math.isclose(actual, expected, rel_tol=1e-13)
    return type(actual) is type(expected) and actual == expected
