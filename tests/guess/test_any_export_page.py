"""docs/any_export.md: its commands are typed on small made-up files, and print what the page shows."""

import re
import shutil
from itertools import pairwise

import pytest

from any_export import tickets, write_exports
from opsdesk import project
from opsdesk.config.params_file import read_params_file
from opsdesk.workbench import Workbench

PAGE = (project.ROOT / "docs/any_export.md").read_text(encoding="utf-8")
MAPPINGS = project.ROOT / "params/mappings"
BLOCKS = re.findall(r"```(sh|text)\n(.*?)```", PAGE, re.DOTALL)
SHOWN = [
    (command.split()[-1], text)
    for (kind, command), (next_kind, text) in pairwise(BLOCKS)
    if kind == "sh" and next_kind == "text"
]


def parts_of(text: str) -> list[str]:
    """What a block shows without the lines that are left out."""
    return [part.strip("\n") for part in text.split("...\n") if part.strip()]


@pytest.mark.parametrize(("export", "shown"), SHOWN, ids=[export for export, _ in SHOWN])
def test_the_page_shows_what_is_printed(tmp_path, monkeypatch, opsdesk, export, shown):
    shutil.copytree(MAPPINGS, tmp_path / "params/mappings")
    write_exports(tmp_path / "exports")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    code, printed, _ = opsdesk("map", export)
    assert code == 0
    at = 0
    for part in parts_of(shown):
        found = printed.find(part, at)
        assert found >= at, f"not printed there: {part}\n{printed}"
        at = found + len(part)
    (params,) = (tmp_path / "params").glob("*.yaml")
    values = read_params_file(params)
    bench = Workbench("2026-06-01T00:00:00+00:00")
    record = bench.ingest(
        values["export"], values["mapping"], "", "full", str(tmp_path / "lake")
    ).record
    assert record["kept"] + sum(record["excluded"].values()) == len(tickets())


def test_every_system_of_the_page_is_shown():
    exports = ["zendesk.zip", "jira.csv", "incidents.csv", "Störungen.csv"]
    assert [export for export, _ in SHOWN] == [f"exports/{name}" for name in exports]
