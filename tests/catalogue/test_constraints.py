"""What tables.yaml says about the rows of a table: complete, and the same in words and in keys."""

import re

import pytest

from opsdesk import project
from opsdesk.catalogue.constraints import range_of, relations
from opsdesk.catalogue.tables import Column, Table, catalogue, estimates, results
from opsdesk.errors import OpsdeskError

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in results()
    for column in table.columns
]


@pytest.mark.parametrize("table, column", COLUMNS)
def test_a_description_says_when_a_nullable_column_is_null_and_no_other_does(table, column):
    # rank speaks of the order of NULLs in another column.
    says = bool(re.search(r"\bNULL\b(?! last)", column.description))
    assert says == column.nullable


@pytest.mark.parametrize("table, column", COLUMNS)
def test_each_column_has_what_its_type_can_have(table, column):
    least, most = range_of(column)
    assert column.type in ("INT64", "FLOAT64") or (least, most) == (None, None)
    assert column.type in ("INT64", "FLOAT64") or not column.unit
    assert column.type == "STRING" or not column.values
    assert column.name not in table.key or not column.nullable
    if column.references:
        other, name = column.references.split(".")
        assert catalogue()[other].column(name).type == column.type
        assert catalogue()[other].kind == "result"


@pytest.mark.parametrize("table, column", COLUMNS)
def test_accepted_values_are_named_in_the_description(table, column):
    missing = [value for value in column.values if value not in column.description]
    assert missing == []


@pytest.mark.parametrize(
    "column, expected",
    [
        pytest.param(Column("a", "STRING", "A."), (None, None), id="a text"),
        pytest.param(Column("a", "INT64", "A.", "tickets"), (0, None), id="a count"),
        pytest.param(Column("a", "FLOAT64", "A.", "fraction"), (0, 1), id="a share"),
        pytest.param(
            Column("a", "FLOAT64", "A.", "hours", range=(None, None)), (None, None), id="its own"
        ),
        pytest.param(Column("a", "FLOAT64", "A.", "hours", range=(0, 5)), (0, 5), id="narrower"),
    ],
)
def test_the_range_of_a_column(column, expected):
    assert range_of(column) == expected


def test_the_page_of_the_checks_names_the_tables_without_any():
    page = (project.ROOT / "deploy/quality/README.md").read_text()
    _, _, rest = page.partition("The tables of estimates are not covered: ")
    assert re.findall(r"`(\w+)`", rest.partition(".")[0]) == [each.name for each in estimates()]


def test_a_unit_without_a_range_is_an_error_that_says_where_to_write_it():
    with pytest.raises(
        OpsdeskError, match="bananas, a unit without a range: add it to UNIT_RANGES"
    ):
        range_of(Column("eaten", "INT64", "Eaten.", "bananas"))


def test_a_relation_names_the_key_and_the_value():
    column = Column("agent", "STRING", "Who.", references="people.id")
    table = Table("calls", "result", "Calls.", ("day",), (Column("day", "DATE", "Day."), column))
    ((says, query),) = relations(table)
    assert says == "each agent occurs as people.id"
    assert " ".join(query.split()) == (
        "SELECT here.day, here.agent FROM calls AS here WHERE here.agent IS NOT NULL AND NOT EXISTS"
        " ( SELECT 1 FROM people AS there WHERE there.id = here.agent )"
    )
