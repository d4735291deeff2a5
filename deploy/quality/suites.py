"""The suite of each table, made from the plan that opsdesk writes from tables.yaml."""

from collections.abc import Callable, Iterator
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe

Expectation = gxe.Expectation


def suite_of(table: dict[str, Any], type_name: Callable[[str], str]) -> gx.ExpectationSuite:
    """Return the suite of a table; `type_name` says what the warehouse calls a type.

    Each expectation has a sentence for people in its meta, as `says`.
    """
    expectations: list[Expectation] = []
    if table["columns"]:
        expectations += _of_table(table["columns"], table["key"])
    for column in table["columns"]:
        expectations += _of_column(column, type_name(column["type"]))
    expectations += [_of_query(**check) for check in table["checks"]]
    return gx.ExpectationSuite(table["name"], expectations=expectations)


def _of_table(columns: list[dict[str, Any]], key: list[str]) -> Iterator[Expectation]:
    yield gxe.ExpectTableColumnsToMatchOrderedList(
        column_list=[column["name"] for column in columns],
        meta={"says": "it has the columns of tables.yaml, in their order"},
    )
    if len(key) == 1:
        yield gxe.ExpectColumnValuesToBeUnique(
            column=key[0], meta={"says": f"{key[0]} occurs once"}
        )
    else:
        yield gxe.ExpectCompoundColumnsToBeUnique(
            column_list=key, meta={"says": f"{', '.join(key)} together occur once"}
        )


def _of_column(column: dict[str, Any], kind: str) -> Iterator[Expectation]:
    name = column["name"]
    yield gxe.ExpectColumnTypeToBe(
        column=name, type_=kind, meta={"says": f"{name} has the type {column['type']}"}
    )
    if not column["nullable"]:
        yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"says": f"{name} is never NULL"})
    if values := column["values"]:
        yield gxe.ExpectColumnValuesToBeInSet(
            column=name, value_set=values, meta={"says": f"{name} is one of {', '.join(values)}"}
        )
    least, most = column["range"]
    if (least, most) != (None, None):
        yield gxe.ExpectColumnValuesToBeBetween(
            column=name,
            min_value=least,
            max_value=most,
            meta={"says": f"{name} is {_between(least, most)}"},
        )


def _between(least: float | None, most: float | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"at most {most}" if least is None else f"from {least} to {most}"


def _of_query(says: str, counterexamples: str) -> Expectation:
    return gxe.UnexpectedRowsExpectation(
        unexpected_rows_query=counterexamples, description=says, meta={"says": says}
    )
