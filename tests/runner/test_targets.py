"""The targets of a params file at the end of a run: they cost no other figure, and never pass unseen."""

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.runner import sequence
from opsdesk.runner.state import Backlog
from opsdesk.runner.targets import is_off_target

RECORD = {"rows": 10, "kept": 9, "rejected": {"bad_created_at": 1}}


def summarise(monkeypatch, backlog, judged):
    monkeypatch.setattr(sequence, "read_lake_record", lambda parameters: (RECORD, "lake"))
    monkeypatch.setattr(sequence, "read_backlog", lambda parameters: backlog)
    monkeypatch.setattr(sequence, "judged_targets", judged)
    monkeypatch.setattr(sequence, "read_sla_clock", lambda parameters: "")
    return sequence._summarise(None, None)


def unreadable(parameters):
    raise OpsdeskError("there is no segment 'Hihg' of 'priority'.")


def test_what_cannot_be_judged_costs_no_other_figure(monkeypatch):
    found = summarise(monkeypatch, Backlog("2023-01-03", 3), unreadable)
    assert (found.rows, found.kept, found.open_now) == (10, 9, 3)
    assert found.problem == (
        "The targets could not be judged: there is no segment 'Hihg' of 'priority'."
    )


def test_nothing_is_judged_before_anything_is_published(monkeypatch):
    found = summarise(monkeypatch, None, unreadable)
    assert (found.rows, found.problem, found.targets) == (10, None, [])


@pytest.mark.parametrize(
    ("summary", "is_off"),
    [
        pytest.param({"targets": [{"state": "met"}], "problem": None}, False, id="met"),
        pytest.param({"targets": [{"state": "met"}, {"state": "missed"}]}, True, id="one missed"),
        pytest.param({"targets": [{"state": "not known"}]}, False, id="not known"),
        pytest.param({"targets": [], "problem": "not judged"}, True, id="not judged"),
        pytest.param(
            {"targets": [{"state": "met"}], "problem": "no report"},
            False,
            id="met, without a report",
        ),
        pytest.param(
            {"targets": [{"state": "missed"}], "problem": "no report"},
            True,
            id="missed, without a report",
        ),
        pytest.param(None, False, id="no summary"),
    ],
)
def test_off_target(summary, is_off):
    assert is_off_target(summary) is is_off
