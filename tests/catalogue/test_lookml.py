"""deploy/looker: the files are those that tables.yaml makes, and LookML reads them."""

import re

import lkml
import pytest

from looker import read_view
from opsdesk.catalogue.lookml.__main__ import files, main
from opsdesk.catalogue.lookml.fields import is_dimension
from opsdesk.catalogue.lookml.model import model_text, relationship
from opsdesk.catalogue.lookml.view import view_text
from opsdesk.catalogue.tables import Column, Table, catalogue, estimates, results
from opsdesk.catalogue.totals import Rate, Totals, read_rate
from opsdesk.errors import OpsdeskError
from opsdesk.project import ROOT

FOLDER = ROOT / "deploy/looker"
RESULTS = [pytest.param(table, id=table.name) for table in results()]
TYPES = {"string", "number", "time", "count", "average"}  # no sum: see sums.py
NEW = Table(
    "queue_daily",
    "result",
    'Per day and "queue".',
    ("ops_date", "queue"),
    (
        Column("ops_date", "DATE", "The local day."),
        Column("queue", "STRING", 'The queue, such as "mail".'),
        Column("waiting", "INT64", "Tickets that wait.", "tickets"),
        Column("arrived", "INT64", "Tickets that arrived.", "tickets"),
        Column("late", "BOOL", "Whether one is late."),
        Column("polled_at", "TIMESTAMP", "When it was looked at."),
    ),
    totals=Totals(flows=("arrived",)),
)


def test_the_files_are_those_that_the_command_writes():
    found = {path.name: path.read_text() for path in FOLDER.glob("*.lkml")}
    assert found == files(), "run `make docs`"


def test_every_published_table_of_facts_is_covered():
    views = {read_view(text).table for name, text in files().items() if ".view." in name}
    model = lkml.load(files()["opsdesk.model.lkml"])
    tables = {table.name for table in results()}
    assert views == tables
    assert {explore["name"] for explore in model["explores"]} == tables
    assert {name.removesuffix(".view.lkml") for name in model["includes"]} == tables


def test_the_page_names_the_tables_that_are_not_covered():
    _, _, rest = (
        (FOLDER / "README.md").read_text().partition("The tables of estimates are not covered: ")
    )
    assert re.findall(r"`(\w+)`", rest.partition(".")[0]) == [each.name for each in estimates()]
    assert not {f"{table.name}.view.lkml" for table in estimates()} & files().keys()


@pytest.mark.parametrize("table", RESULTS)
def test_every_column_can_be_picked_with_its_description(table):
    view = read_view(view_text(table))
    for column in table.columns:
        stems = (column.name, column.name.removesuffix("_date"), f"average_{column.name}")
        said = [view.fields[name]["description"] for name in stems if name in view.fields]
        assert any(column.description in text for text in said), column.name


@pytest.mark.parametrize("table", [*RESULTS, pytest.param(NEW, id="a new table")])
def test_a_view_is_sound(table):
    view = read_view(view_text(table))
    assert {field["type"] for field in view.fields.values()} <= TYPES
    assert len(set(view.names)) == len(view.names)
    assert {name for names in view.sets.values() for name in names} <= set(view.names)
    keys = [name for name, field in view.fields.items() if field.get("primary_key")]
    assert len(keys) == 1
    assert (view.fields[keys[0]].get("hidden") == "yes") == (keys == ["row_key"])


def test_numbers_of_days_are_no_dimensions_as_a_user_could_add_those_up():
    for table in results():
        for column in table.columns:
            is_number = column.type in ("INT64", "FLOAT64")
            if "daily" in table.name and is_number:
                assert not is_dimension(table, column), column.name


def test_a_new_table_needs_no_second_edit():
    view = read_view(view_text(NEW))
    assert view.fields["queue"]["description"] == "The queue, such as 'mail'."
    assert view.fields["late"]["sql"].startswith("CASE WHEN ${TABLE}.late THEN 'yes'")
    assert view.measures["waiting"] == "IF(COUNT(t.ops_date) = 1, MAX(t.waiting), NULL)"
    assert "SUM(t.arrived)" in view.measures["arrived"]
    model = lkml.load(model_text([*results(), NEW]))
    assert model["explores"][-1]["name"] == "queue_daily"


@pytest.mark.parametrize(
    ("table", "other", "expected"),
    [
        pytest.param("fact_tickets", "ticket_sla_risk", "one_to_one", id="the same key"),
        pytest.param("fact_tickets", "dim_agents", "many_to_one", id="an agent of many tickets"),
        pytest.param("dim_agents", "fact_tickets", "", id="not the other way: agents repeat"),
        pytest.param("work_next", "fact_tickets", "many_to_one", id="the ticket of an entry"),
        pytest.param("features_daily", "backlog_daily", "one_to_one", id="two tables by day"),
        pytest.param("segment_daily", "backlog_daily", "", id="a day has many segments"),
        pytest.param("fact_tickets", "cohort_daily", "", id="a day has many tickets"),
        pytest.param("fact_tickets", "fact_tickets", "", id="itself"),
    ],
)
def test_joins(table, other, expected):
    assert relationship(catalogue()[table], catalogue()[other]) == expected


def test_a_join_that_repeats_rows_lends_no_measures():
    for explore in lkml.load(files()["opsdesk.model.lkml"])["explores"]:
        for join in explore.get("joins", []):
            if join["relationship"] == "many_to_one":
                assert join["fields"] == [f"{join['name']}.dimensions_only*"]
                view = read_view(view_text(catalogue()[join["name"]]))
                assert not set(view.sets["dimensions_only"]) & set(view.measures)


@pytest.mark.parametrize("table", RESULTS)
def test_totals_name_numbers_of_a_table_of_days_once(table):
    totals = table.totals
    numbers = {column.name for column in table.columns if column.unit in ("tickets", "points")}
    listed = [*totals.flows, *totals.stocks, *totals.openings]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= numbers
    assert totals.names() - set(listed) <= set(table.key)
    assert not totals.names() or any(table.column(name).type == "DATE" for name in table.key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a / b", Rate("r", "a", ("b",)), id="a part of a whole"),
        pytest.param("1 - a / b", Rate("r", "a", ("b",), True), id="the rest"),
        pytest.param("a / (b + c)", Rate("r", "a", ("b", "c")), id="a whole of two"),
    ],
)
def test_a_rate_as_text(text, expected):
    assert read_rate("r", text) == expected


@pytest.mark.parametrize("text", ["a", "a / b / c", "avg(a)", "1 - a", "a * b"])
def test_a_rate_that_is_none_of_these(text):
    with pytest.raises(OpsdeskError, match=r"The rate r in .* cannot be read"):
        read_rate("r", text)


def test_the_command_keeps_your_manifest(tmp_path, capsys):
    assert main([str(tmp_path)]) == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files()
    (tmp_path / "manifest.lkml").write_text("mine")
    (tmp_path / "backlog_daily.view.lkml").write_text("old")
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "manifest.lkml").read_text() == "mine"
    assert "view: backlog_daily" in (tmp_path / "backlog_daily.view.lkml").read_text()
    assert "manifest.lkml stays as it was" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param([], 2, "Usage: python -m opsdesk.catalogue.lookml DIR", id="no folder"),
        pytest.param(["--help"], 2, "Usage:", id="a question"),
        pytest.param(["a", "b"], 2, "Usage:", id="two folders"),
        pytest.param(["not there"], 1, "There is no folder not there: make it", id="no such"),
    ],
)
def test_the_command_says_what_is_wrong(capsys, arguments, code, says):
    assert main(arguments) == code
    assert says in capsys.readouterr().err


def test_a_file_that_cannot_be_written(tmp_path, capsys):
    (tmp_path / "opsdesk.model.lkml").mkdir()
    assert main([str(tmp_path)]) == 1
    assert "Cannot write" in capsys.readouterr().err


def test_nothing_else_imports_it():
    lib = ROOT / "lib"
    importers = {
        path.parent.name
        for path in lib.rglob("*.py")
        if "catalogue.lookml" in path.read_text(encoding="utf-8")
    }
    assert importers == {"lookml"}


@pytest.mark.parametrize(
    ("table", "field", "expected"),
    [
        pytest.param("features_daily", "sla_attainment", "percent_1", id="a rate"),
        pytest.param("fact_tickets", "sla_breached_share", "percent_1", id="a share"),
        pytest.param("signal_daily", "excess", "decimal_2", id="1.4 limits are not 1"),
        pytest.param("backlog_daily", "backlog_size", "decimal_0", id="a count"),
        pytest.param("ticket_sla_risk", "sla_elapsed", "percent_1", id="of a dimension too"),
    ],
)
def test_numbers_are_shown_with_their_decimals(table, field, expected):
    shown = read_view(view_text(catalogue()[table])).fields[field]
    assert shown["value_format_name"] == expected
