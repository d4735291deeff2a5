"""How lib is built: few modules at the root, imports that only go down, thin lines, a true picture."""

import importlib
from pathlib import Path

import pytest

from opsdesk import project

BENCHMARKS = project.ROOT / "benchmarks"
LIB = project.ROOT / "lib"
PYPROJECT = project.ROOT / "pyproject.toml"


@pytest.fixture
def load(monkeypatch):
    """Import a module of benchmarks/ by its name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def write_tree(folder: Path, sources: dict[str, str]) -> Path:
    """Write modules by their path."""
    for name, source in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return folder


def test_few_modules_are_in_no_room(load):
    found = load("structure").root_modules(LIB)
    assert len(found) <= 9, found


def test_rooms_import_only_from_rows_below(load):
    graphs = load("import_graph")
    assert graphs.arrows_up(graphs.module_graph(LIB), graphs.read_rows(PYPROJECT)) == []


def test_no_modules_import_each_other(load):
    graphs = load("import_graph")
    assert graphs.circles(graphs.module_graph(LIB)) == []


def test_lines_have_at_most_100_columns():
    too_long = [
        f"{path.relative_to(LIB)}:{number}"
        for path in sorted(LIB.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert too_long == []


def test_every_room_says_what_it_is_for_and_what_it_may_import(load):
    graphs = load("import_graph")
    modules = graphs.find_modules(LIB)
    for row in graphs.read_rows(PYPROJECT):
        for room in row:
            text = modules[room].read_text(encoding="utf-8")
            assert text.startswith('"""'), room
            if modules[room].name == "__init__.py":
                assert "\nMay import: " in text, f"{room}/__init__ does not say what it may import"


def test_the_picture_is_drawn_from_the_imports_as_they_are(load):
    picture = load("picture")
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.current_picture(), (
        "run benchmarks/picture.py"
    )


def test_the_page_names_every_room_of_the_picture(load):
    picture = load("picture")
    page = (project.ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| `")]
    named = {name.strip("`") for row in rows for name in row.split(", ")}
    drawn = {*picture.COLUMNS, *picture.APART, *picture.GROUND}
    assert drawn - named == set()


def test_the_measures_are_printed_next_to_each_other(load, tmp_path):
    structure = load("structure")
    source = '"""Doc."""\n\n# why\ndef add(first, second):\n    return first + second\n'
    folder = write_tree(tmp_path, {"opsdesk/sums.py": source})
    table = structure.markdown([folder, LIB], PYPROJECT).splitlines()
    cells = [line.strip("| ").split(" | ")[:2] for line in table[2:]]
    measures = {name: value for name, value in cells}
    assert measures["lines in all"] == "5"
    assert measures["comments per 100 lines"] == "20.0"
    assert measures["parameters per function, mean"] == "2.00"
    assert measures["tokens per code line"] == "6.0"  # 8 in the first line, 4 in the second
    assert measures["imports up between rooms"] == "no rooms"
    assert all(line.count(" | ") == 2 for line in table)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("total = 1\n", [1, 1, 1], id="three tokens"),
        pytest.param('"""Doc."""\nx = 1\n', [2, 2, 2], id="a docstring is no code"),
        pytest.param("x = 1  # why\n", [1, 1, 1], id="a comment is no code"),
        pytest.param("if x:\n    y()\n", [1, 1, 1, 2, 2, 2], id="indentation is no token"),
        pytest.param(
            'x = """a\nb"""\n', [1, 1, 1], id="a long text is one token of its first line"
        ),
        pytest.param('x = f"{a} and {b:>3}"\n', [1, 1, 1], id="an f-string is one token"),
        pytest.param("x = f\"{f(f'{a}')}\" + b\n", [1, 1, 1, 1, 1], id="nested f-strings too"),
    ],
)
def test_code_tokens(load, source, expected):
    assert load("structure").Module(source).code_lines() == expected


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        pytest.param({"a": {"b"}, "b": {"c"}, "c": set()}, [], id="a chain"),
        pytest.param({"a": {"b"}, "b": {"a"}}, [["a", "b"]], id="two modules"),
        pytest.param({"a": {"b"}, "b": {"c"}, "c": {"b"}}, [["b", "c"]], id="a leads into it"),
        pytest.param(
            {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [["a", "b", "c"]], id="three modules"
        ),
    ],
)
def test_circles(load, imports, expected):
    assert load("import_graph").circles(imports) == expected


def test_an_import_that_a_longer_way_implies_has_no_arrow(load):
    imports = {"steps": {"lake", "errors"}, "lake": {"errors"}, "errors": set()}
    expected = [("lake", "errors"), ("steps", "lake")]
    assert load("import_graph").direct_arrows(imports) == expected


def test_imports_are_found_in_functions_and_for_types_and_of_submodules(load, tmp_path):
    sources = {
        "room/__init__.py": "",
        "room/one.py": "from room import two\n\ndef f():\n    import room.three\n",
        "room/two.py": "if TYPE_CHECKING:\n    from room.three import Name\n",
        "room/three.py": "import os\n",
    }
    folder = write_tree(tmp_path, sources)
    assert load("import_graph").module_graph(folder) == {
        "room": set(),
        "room.one": {"room.two", "room.three"},
        "room.two": {"room.three"},
        "room.three": set(),
    }


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        pytest.param({"high.a": {"low.b"}}, [], id="down"),
        pytest.param({"low.b": {"high.a"}}, [("low", "high")], id="up"),
        pytest.param({"low.b": {"next.c"}}, [("low", "next")], id="within a row"),
        pytest.param({"low.b": {"low.d"}}, [], id="within a room"),
        pytest.param({"apart.e": {"high.a"}}, [], id="of a room that is in no row"),
    ],
)
def test_arrows_up(load, imports, expected):
    rows = [["high"], ["low", "next"]]
    assert load("import_graph").arrows_up(imports, rows) == expected
