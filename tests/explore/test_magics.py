"""%load_ext opsdesk in a real kernel: what a person types, and what the cell shows."""

import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.explore.magics import read_arguments
from published import publish

CELLS = {
    "load": "%load_ext opsdesk",
    "choose": "%opsdesk params/mine.yaml",
    "line": "%sql SELECT count(*) AS n FROM fact_tickets WHERE priority = 'High'",
    "cell": "%%sql\nSELECT ticket_id FROM fact_tickets\nORDER BY ticket_id LIMIT 2;",
    "braces": "n = 5\n%sql SELECT '{n} $n' AS text",
    "store": "%%sql -o days\nFROM backlog_daily",
    "stored": "len(days), list(days.columns)",
    "help": "%sql --help",
    "delete": "%sql DELETE FROM fact_tickets",
    "two": "%%sql\nSELECT 1; SELECT 2",
    "typo": "%sql SELECT * FROM nowhere",
    "empty": "%%sql\n\n",
    "params": "%sql params/other.yaml",
    "first line": "%%sql params/mine.yaml -o days\nSELECT 1",
    "name": "%sql -o 1st SELECT 1",
    "missing": "%opsdesk params/missing.yaml",
    "unpublished": "%opsdesk params/other.yaml\n%sql SELECT 1",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What each cell shows, by its name: run once, in a project with one published warehouse."""
    root = tmp_path_factory.mktemp("project")
    start = "import opsdesk\nfrom opsdesk import project\nfrom pathlib import Path\n"
    start += f"project.ROOT = Path({str(root)!r})"
    (root / "params" / "mappings").mkdir(parents=True)
    for name in ("mine", "other"):
        (root / "params" / f"{name}.yaml").write_text('timezone: "UTC"\n')
    (root / "notebooks").symlink_to(project.ROOT / "notebooks")
    (root / "params" / "mappings" / "ops_tickets.yaml").symlink_to(
        project.ROOT / "params" / "mappings" / "ops_tickets.yaml"
    )
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (start, *CELLS.values())]
    )
    NotebookClient(notebook, timeout=60, allow_errors=True).execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells[1:]), strict=True))


def text(outputs):
    (output,) = outputs
    return output.get("text") or output["data"]["text/plain"]


def test_a_select_shows_a_frame(shown):
    assert shown["load"] == []
    assert "days 2023-01-01 to 2023-01-03" in text(shown["choose"])
    assert text(shown["line"]).split() == ["n", "0", "3"]
    assert text(shown["cell"]).split() == ["ticket_id", "0", "T1", "1", "T2"]
    assert "text/html" in shown["cell"][0]["data"]
    assert "{n} $n" in text(shown["braces"])  # SQL is taken as it is written


def test_a_frame_is_stored_under_a_name(shown):
    assert text(shown["store"]) == "days: 3 rows, 3 columns\n"
    assert text(shown["stored"]) == "(3, ['ops_date', 'backlog_size', 'past_due'])"
    assert "-o NAME" in text(shown["help"])


SENTENCES = [
    ("delete", "The query is no SELECT: write one, such as FROM backlog_daily."),
    ("two", "The query has 2 statements, and one is answered at a time: ask them one by one."),
    ("typo", "Table with name nowhere does not exist!"),
    ("empty", "The query is empty: write a SELECT, such as FROM backlog_daily."),
    (
        "params",
        "Type `%opsdesk params/other.yaml` once; `%sql` asks that params file from then on.",
    ),
    (
        "first line",
        "The first line of %%sql takes -o NAME only, and has 'params/mine.yaml -o days'",
    ),
    ("name", "-o 1st: no variable can have that name; take one such as days."),
    ("missing", "params/missing.yaml"),
]


@pytest.mark.parametrize(("cell", "says"), SENTENCES)
def test_an_error_is_one_sentence_in_a_cell_that_failed(shown, cell, says):
    (output,) = shown[cell]
    assert output["output_type"] == "error"
    (line,) = output["traceback"]
    assert says in line and "\n" not in line and "Traceback" not in line


def test_where_nothing_is_published_a_question_says_so(shown):
    (asked,) = shown["unpublished"]
    sentence = "There is no outputs/other/opsdesk.duckdb yet: type `opsdesk run params/other.yaml`."
    assert asked["traceback"] == [sentence]


@pytest.mark.parametrize("line", ["-o class", "-o a-b", "-o days SELECT 1"])
def test_what_the_first_line_of_a_cell_may_be(line):
    with pytest.raises(OpsdeskError):
        read_arguments(line, "SELECT 1")


def test_importing_opsdesk_stays_light():
    look = (
        "import sys, json, opsdesk\n"
        "hasattr(opsdesk, 'x')\n"
        "print(json.dumps([m for m in sys.modules if m.startswith(('opsdesk.', 'IPython', 'pandas', 'ipywidgets'))]))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_session_does_not_import_the_charts():
    look = "import sys, opsdesk.session; print([m for m in ('matplotlib', 'ipywidgets', 'IPython') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
