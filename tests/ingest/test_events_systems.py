"""The forms of changes that come with opsdesk: one made-up log in each, read as what it is."""

import gzip
import zipfile
from pathlib import Path

import pytest

from event_logs import EVENT_FORMS, EventForm, in_order, make_log, read_rows
from opsdesk.workbench import Workbench
from systems import SYSTEMS

NOW = "2023-06-01T00:00:00Z"


def tickets_of(form: EventForm, folder: Path, log: Path) -> Path:
    """Tickets in the form of the same system; the log of snapshots holds them itself."""
    system = next((one for one in SYSTEMS if one.mapping == form.mapping), None)
    return system.write(folder) if system else log


def ingest(form: EventForm, folder: Path, log: Path):
    tickets = tickets_of(form, folder, log)
    bench = Workbench("2030-01-01T00:00:00Z")
    lake = str(folder / "lake")
    return bench.ingest(str(tickets), form.mapping, "", "full", lake, "Europe/Berlin", str(log))


@pytest.mark.parametrize("form", EVENT_FORMS, ids=lambda form: form.mapping)
def test_one_log_in_the_form_of(tmp_path, form):
    log = make_log(seed=3)
    if form.mapping == "servicenow_log":
        log = in_order(log)
    file = tmp_path / form.name
    file.write_text(form.write(log, form), encoding="utf-8", newline="")
    result = ingest(form, tmp_path, file)
    rows = form.expected(log)
    assert len(rows) > 20 and {row[7] for row in rows} >= {"open", "closed", None}
    assert read_rows(tmp_path) == rows
    record = result.record["events"]
    told = record["put_in"] + record["unchanged"] + sum(record["ignored"].values())
    assert record["put_in"] == len(rows) and record["rejected"] == {} and record["repeats"] == 0
    assert record["rows"] + record["more"] == told


@pytest.mark.parametrize("packed", ["gz", "zip", "twice"])
def test_a_packed_log_and_one_that_comes_twice(tmp_path, packed):
    form = EVENT_FORMS[0]
    log = make_log(seed=4)
    text = form.write(log, form).encode()
    file = tmp_path / f"{form.name}.{packed}"
    if packed == "gz":
        file.write_bytes(gzip.compress(text))
    elif packed == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(form.name, text)
    else:
        file.write_bytes(text)
        (tmp_path / f"{form.name}.copy.{packed}").write_bytes(text)
        file = tmp_path / f"*.{packed}"
    result = ingest(form, tmp_path, file)
    assert read_rows(tmp_path) == form.expected(log)
    assert result.record["events"]["repeats"] == (len(form.expected(log)) * (packed == "twice"))


@pytest.mark.parametrize("changed", [False, True], ids=["the log itself", "another file"])
def test_older_rows_are_expected_where_the_export_is_the_log_itself(tmp_path, changed):
    form = next(one for one in EVENT_FORMS if one.mapping == "servicenow_log")
    log = in_order(make_log(seed=3))
    file, other = tmp_path / form.name, tmp_path / f"other_{form.name}"
    file.write_text(form.write(log, form), encoding="utf-8", newline="")
    other.write_bytes(file.read_bytes() + b"\n" * changed)
    bench = Workbench("2030-01-01T00:00:00Z")
    place = ("", "full", str(tmp_path / "lake"), "Europe/Berlin")
    record = bench.ingest(str(other), form.mapping, *place, str(file)).record
    said = [text for text in record["suspicions"] if "different ticket_ids" in text]
    assert record["rejected"]["duplicate_ticket_id"] > record["kept"] and bool(said) == changed
