"""What the documents say is so: parameters, settings, paths, links, and the form of the decisions."""

import dataclasses
import re

import pytest

import opsdesk
from opsdesk import project
from opsdesk.cli import EXIT_CODES
from opsdesk.config.parameters import OF_THE_RUNNER, SET_BY_THE_RUNNER, read_parameters
from opsdesk.config.spark_options import SparkOptions
from opsdesk.google.connection import GoogleConnection

ROOT = project.ROOT
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "deploy").rglob("README.md")),
]
FOLDERS = ("lib", "params", "notebooks", "tests", "benchmarks", "docs", "deploy", "outputs")


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def table_rows(text: str, heading: str) -> dict[str, list[str]]:
    """Return the cells of the table with this first column, by the name in backticks."""
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {cells[0].strip("`"): cells[1:] for cells in rows}


def left_out(parameters, name: str) -> str:
    """Return what the README says of a parameter that a params file leaves out."""
    value = parameters.values.get(name, "")
    return f"`{value}`" if value else "none"


def test_the_readme_has_each_parameter_with_its_default(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text('export: "ops_tickets.csv"\n')
    parameters = read_parameters(mine)
    takes = {name for declared in parameters.declared.values() for name in declared}
    rows = table_rows(read("README.md"), "parameter")
    assert set(rows) == (takes | set(OF_THE_RUNNER)) - {SET_BY_THE_RUNNER}
    shown = {name: cells[0].replace("<name>", "mine") for name, cells in rows.items()}
    assert shown.pop("export") == "the sample"
    assert shown == {name: left_out(parameters, name) for name in shown}


@pytest.mark.parametrize(
    ("page", "block", "kind"),
    [
        pytest.param("docs/google-cloud.md", "google", GoogleConnection, id="google"),
        pytest.param("docs/spark.md", "spark", SparkOptions, id="spark"),
    ],
)
def test_a_page_has_each_setting_of_its_block_with_the_default(page, block, kind):
    rows = table_rows(read(page), "setting")
    defaults = {f"{block}.{field.name}": field.default for field in dataclasses.fields(kind)}
    shown = {name: cells[0].strip("`") for name, cells in rows.items()}
    assert shown == {name: value or '""' for name, value in defaults.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_in_backticks_are_there(page):
    """A path with a word for the reader's own name (mine, NAME, <name>) need not be there."""
    own = re.compile(r"mine|mysource|NAME|<|\*")
    paths = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[^`\s]+)`", page.read_text(encoding="utf-8"))
    missing = [
        path
        for path in paths
        if not path.startswith("outputs/") and not own.search(path) and not (ROOT / path).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", ["docs/decisions.md", "docs/engineering.md"])
def test_a_decision_has_a_choice_an_example_and_who_does_it_differently(page):
    for decision in read(page).split("\n### ")[1:]:
        name, _, text = decision.partition("\n")
        found = re.findall(r"^\*\*(Choice|Example|Others)\.\*\*", text, re.MULTILINE)
        assert found == ["Choice", "Example", "Others"], name


def test_the_readme_has_the_exit_codes_that_help_has():
    assert EXIT_CODES in " ".join(read("README.md").split())


def test_the_changelog_has_this_version():
    assert f"\n## {opsdesk.__version__}" in read("CHANGELOG.md")


def test_the_glossary_has_one_line_per_word():
    lines = re.findall(r"^\| ([^|]+) \|", read("docs/glossary.md"), re.MULTILINE)[1:]
    words = [word for line in lines for word in line.split(", ")]
    assert sorted(words) == sorted(set(words))
    assert 20 <= len(lines) <= 36
