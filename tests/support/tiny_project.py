"""A project in a temporary folder with tiny notebooks, for tests of the runner."""

import json
from pathlib import Path

from opsdesk import project

EXPORT_CELL = """export: str = "tickets.csv"  # the file
mapping: str = "ops_tickets"  # how to read it
agents: str = ""  # the people
export_kind: str = "full"  # full or delta
lake: str = "outputs/sample/lake"  # where the days go
run_at: str = ""  # the moment of the run"""
PARAMETERS = {
    "01_ingest": EXPORT_CELL,
    "02_backfill": """lake: str = "outputs/sample/lake"  # where the days are
warehouse: str = "duckdb:outputs/sample/opsdesk.duckdb"  # where they go
first_month: str = ""  # from
last_month: str = ""  # to
engine: str = "warehouse"  # who computes
google: dict = {}  # the cloud
spark: dict = {}  # how Spark is set up
run_at: str = ""  # the moment of the run""",
    "03_transform": '''warehouse: str = "duckdb:outputs/sample/opsdesk.duckdb"
timezone: str = "UTC"  # the day's zone
as_of: str = "2023-06-30 23:59:59"
rules: str = "default"
run_at: str = ""''',
}

LATER = {  # only where a test names their cells
    "04_foresight": """warehouse: str = "duckdb:outputs/sample/opsdesk.duckdb"
run_at: str = \"\"""",
    "05_trends": """warehouse: str = "duckdb:outputs/sample/opsdesk.duckdb"
run_at: str = \"\"""",
}


def notebook(*cells: str, parameters: str) -> dict:
    """A notebook: a title, the parameters, then a heading and the given code cells."""
    tagged = {**code(parameters), "metadata": {"tags": ["parameters"]}}
    text = {"cell_type": "markdown", "metadata": {}, "source": "# Title", "id": "title"}
    head = {"cell_type": "markdown", "metadata": {}, "source": "## Load\nWords.", "id": "head"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    body = [code(cell, f"cell{place}") for place, cell in enumerate(cells)]
    return {
        "cells": [text, tagged, head, *body],
        "metadata": kernel,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def code(source: str, name: str = "parameters") -> dict:
    """A code cell."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
        "id": name,
    }


MAPPING = "columns: {ticket_id: id, created_at: opened, resolved_at: closed}\n"


def make_project(monkeypatch, folder: Path, **cells: list[str]) -> Path:
    """Make `folder` the project: two mappings, params/mine.yaml, and notebooks whose code is `cells[step word]`.

    Without `cells` there are all three notebooks of PARAMETERS, empty.
    """
    monkeypatch.setattr(project, "ROOT", folder)
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    (folder / "params" / "mappings").mkdir(parents=True, exist_ok=True)
    for name in ("ops_tickets", "boston311"):
        (folder / "params" / "mappings" / f"{name}.yaml").write_text(MAPPING)
    (folder / "params" / "mine.yaml").write_text(
        'timezone: "UTC"\n' if not cells or "transform" in cells else 'agents: ""\n'
    )
    for step, parameters in {**PARAMETERS, **LATER}.items():
        if step[3:] in cells or (not cells and step in PARAMETERS):
            content = notebook(*cells.get(step[3:], ()), parameters=parameters)
            (folder / "notebooks" / f"{step}.ipynb").write_text(json.dumps(content))
    return folder
