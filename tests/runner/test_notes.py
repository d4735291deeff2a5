"""A notes file that is wrong stops a run before anything is written."""

import json
from datetime import UTC, datetime

import pytest

from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.runner.run import run
from tiny_project import make_project, notebook

MOMENT = datetime(2026, 11, 24, 3, 1, 47, tzinfo=UTC)


@pytest.fixture
def root(monkeypatch, tmp_path):
    root = make_project(monkeypatch, tmp_path)
    trends = notebook(parameters='notes: str = ""\nholidays_country: str = ""')
    (root / "notebooks" / "05_trends.ipynb").write_text(json.dumps(trends))
    (root / "params" / "notes.yaml").write_text("2011-08-28: hurricane\n28.8.2011: x\n")
    return root


def test_before_anything_runs(root):
    parameters = read_parameters("params/mine.yaml", {"notes": "params/notes.yaml"})
    with pytest.raises(OpsdeskError, match=r"^params/notes.yaml, line 2: '28.8.2011' is not a day"):
        run(parameters, ["01_ingest", "05_trends"], lambda: MOMENT, [].append)
    assert not list((root / "outputs" / "mine").glob("runs/*"))
