"""What a run bills and what it would: counted, shown by the notebooks, summed into the run's record, told before."""

import json
from datetime import UTC, datetime

import pytest

from exports import line, write_export
from opsdesk import project
from opsdesk.config.parameters import read_parameters
from opsdesk.runner import run
from opsdesk.runner.plan import plan_run
from opsdesk.runner.plan_lines import plan_lines
from opsdesk.runner.record import past_runs
from opsdesk.runner.status import read_status, status_lines
from opsdesk.warehouse.billing import MIME, Billed, in_units, read_billed, total
from steps import backfill, ingest, transform
from tiny_project import make_project

MAPPING = (project.ROOT / "params/mappings/ops_tickets.yaml").read_text()
MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
TICKETS = [line("T0", "2023-01-02 10:00:00"), line("T1", "2023-02-03 10:00:00")]


def shown(billed: Billed) -> dict:
    """An executed notebook with a cell that shows `billed`."""
    return {
        "cells": [
            {},
            {"outputs": [{"output_type": "stream"}, {"data": billed._repr_mimebundle_()}]},
        ]
    }


def test_jobs_add_up_and_cost_what_the_price_says():
    billed = Billed()
    billed.add(1 << 40, 5)
    billed.add(None, None)
    assert (billed.jobs, billed.bytes_billed, billed.bytes_processed) == (2, 1 << 40, 5)
    assert (
        billed.says == "2 jobs, 5 bytes processed, 1.0 TiB billed: 6.2500 USD at 6.25 USD per TiB"
    )


@pytest.mark.parametrize(
    ("size", "says"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (10 << 20, "10.0 MiB"), (1 << 50, "1,024.0 TiB")],
)
def test_bytes_as_a_person_reads_them(size, says):
    assert in_units(size) == says


def test_notebooks_are_added_up_from_what_they_show():
    parts = [
        read_billed(shown(Billed(2, 30, 20))),
        read_billed(shown(Billed(1, 10, 5))),
        read_billed({"cells": [{}]}),
    ]
    assert parts[2] is None
    assert total(part for part in parts if part) == Billed(3, 40, 25)
    assert total([Billed(is_free=True), Billed(is_free=True)]).is_free
    assert total([]) is None


def test_the_display_is_text_html_and_what_the_runner_reads():
    bundle = Billed(is_free=True)._repr_mimebundle_()
    assert bundle["text/plain"] == "nothing is billed: DuckDB runs on this machine"
    assert bundle["text/html"].startswith("<p>nothing")
    assert bundle[MIME] == {"jobs": 0, "bytes_billed": 0, "bytes_processed": 0, "is_free": True}


def test_a_run_keeps_the_sum_and_status_tells_it(monkeypatch, tmp_path):
    """Two notebooks show what they billed; run.json has the sum."""
    cells = {
        "backfill": ["from opsdesk.warehouse.billing import Billed\nBilled(2, 20 << 20, 100)"],
        "transform": ["from opsdesk.warehouse.billing import Billed\nBilled(3, 30 << 20, 200)"],
    }
    make_project(monkeypatch, tmp_path, **cells)
    parameters = read_parameters("params/mine.yaml")
    record = run.run(parameters, parameters.steps, lambda: MOMENT, lambda _: None)
    assert record.outcome == "done"
    kept = json.loads((record.folder / "run.json").read_text())["billed"]
    assert kept == {"jobs": 5, "bytes_billed": 50 << 20, "bytes_processed": 300, "is_free": False}
    assert past_runs(tmp_path / "outputs" / "mine")[0].billed == kept
    assert any(
        "5 jobs, 300 bytes processed, 50.0 MiB billed" in text
        for text in status_lines(parameters, read_status(parameters))
    )


@pytest.fixture
def prepared(monkeypatch, tmp_path):
    """A tiny project whose export is loaded and published; its params file."""
    make_project(monkeypatch, tmp_path)
    (tmp_path / "params/mappings/ops_tickets.yaml").write_text(MAPPING)
    write_export(tmp_path, *TICKETS)
    values = {"export": "export.csv", "agents": "", "timezone": "UTC", "as_of": "latest"}
    (tmp_path / "params/mine.yaml").write_text(
        "".join(f'{key}: "{value}"\n' for key, value in values.items())
    )
    return tmp_path


def plan(overrides=None) -> tuple:
    parameters = read_parameters("params/mine.yaml", overrides)
    made = plan_run(parameters, MOMENT)
    return made, "\n".join(plan_lines(parameters, made))


def run_steps() -> None:
    values = read_parameters("params/mine.yaml").values
    ingest(values["export"], "ops_tickets", "", "full", values["lake"], MOMENT.isoformat())
    backfill(values["lake"], values["warehouse"], "", "", MOMENT.isoformat())
    transform(values["warehouse"], "latest", "UTC", MOMENT.isoformat())


def everything(folder) -> dict:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_tells_what_would_be_loaded_and_changes_nothing(prepared):
    before = everything(prepared)
    made, text = plan()
    assert [(part.name, part.rows, part.action) for part in made.parts] == [
        ("2023-01", 1, "load"),
        ("2023-02", 1, "load"),
    ]
    assert (
        "new, cleaned in a temporary folder" in text
        and "Cost: nothing is billed: DuckDB runs on this machine." in text
    )
    assert everything(prepared) == before and not (prepared / "outputs").exists()


def test_a_dry_run_after_a_run_finds_nothing_to_do(prepared):
    run_steps()
    before = everything(prepared)
    made, text = plan()
    assert (made.parts, made.kept, made.scanned) == ([], 2, None)
    assert (
        "the one ingested last" in text and "Compute: nothing, the published tables hold." in text
    )
    assert (
        plan({"timezone": "Asia/Tokyo"})[0].scanned is not None
    )  # another zone: the tables come out otherwise
    assert everything(prepared) == before


def test_a_dry_run_of_a_changed_export_names_its_months(prepared):
    run_steps()
    write_export(prepared, TICKETS[0], line("T9", "2023-03-01 00:00:00"))
    before = everything(prepared)
    made, _ = plan()
    assert [(part.name, part.action) for part in made.parts] == [
        ("2023-02", "remove"),
        ("2023-03", "load"),
    ]
    assert [part.name for part in plan({"first_month": "2023-03"})[0].parts] == ["2023-03"]
    assert "is known once it is ingested" in plan({"export_kind": "delta"})[1]
    assert everything(prepared) == before
