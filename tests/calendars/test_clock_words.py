"""The SLA clock in a sentence, and what is left of a deadline in its hours."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from opsdesk.brief.work_rows import read_work_rows
from opsdesk.calendars.calendar import ROUND_THE_CLOCK, Holidays
from opsdesk.calendars.clock_words import clock_sentence, priorities_remark, read_sentence
from sla_clocks import OFFICE, clock

DESK = clock(OFFICE, "Europe/Berlin", [date(2026, 12, 24)], High="", Critical="")
NIGHTS = clock({"fri": ("22:00-06:00",), "sun": ("00:00-24:00",)})


def with_holidays(made):
    of_country = replace(made.calendars["desk"], holidays=Holidays({}, "US-MA"))
    return replace(made, calendars={"desk": of_country})


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        pytest.param(ROUND_THE_CLOCK, "The SLA clock runs round the clock.", id="no calendar"),
        pytest.param(
            DESK,
            "The SLA clock runs Mon to Fri 09:00-17:00 (desk, Europe/Berlin; 1 closed day); "
            "High and Critical round the clock.",
            id="priorities",
        ),
        pytest.param(
            with_holidays(NIGHTS),
            "The SLA clock runs Fri 22:00-06:00, Sun 00:00-24:00 (desk, UTC; holidays of US-MA).",
            id="nights and a country",
        ),
    ],
)
def test_the_sentence(made, sentence):
    assert clock_sentence(made) == sentence


def test_a_remark_names_ten_priorities_at_most_each_on_one_line():
    priorities = {f"P{number:02d}\n" for number in range(30)}
    assert priorities_remark(clock(OFFICE, P1=""), priorities) == (
        "No ticket has the priority P1, named by per_priority in the calendar desk: the tickets "
        "have P00 , P01 , P02 , P03 , P04 , P05 , P06 , P07 , P08  and 21 more."
    )


@pytest.mark.parametrize("parameters", ["", "[]", "{}", '{"sla_clock": ""}', '{"sla_clock": null}'])
def test_a_ledger_of_before_has_no_sentence(parameters):
    assert read_sentence(parameters) == ""


@pytest.mark.parametrize(
    ("due", "left", "calendar", "words"),
    [
        ("2023-01-09 10:00", 2.0, "desk", "Mon 10:00, in 2.0 business h"),
        ("2023-01-06 16:00", -1.0, "desk", "1.0 business h late"),
        ("2022-11-01 16:00", -380.5, "desk", "380 business h late"),
        ("2023-01-07 12:00", 0.0, "desk", "Sat 12:00, before opening"),
        ("2023-01-06 17:00", 0.0, "desk", "0.0 business h late"),
        ("2023-01-06 19:30", 1.5, None, "Fri 19:30, in 1.5 h"),
        ("2023-01-06 17:00", -1.0, None, "1.0 h late"),
        (None, None, "desk", "no deadline"),
    ],
)
def test_what_is_left_of_a_deadline(due, left, calendar, words):
    """On Friday at 18:00, after closing."""
    row = dict.fromkeys(("ticket_id", "priority", "category", "agent_id", "reasons", "action"), "x")
    row |= {
        "due_at": due and pd.Timestamp(due, tz="UTC"),
        "hours_left": left,
        "sla_calendar": calendar,
        "is_paused": None,
    }
    facts = SimpleNamespace(
        work=SimpleNamespace(rows=pd.DataFrame([row])),
        moment=pd.Timestamp("2023-01-06 18:00", tz="UTC"),
        wall_time=lambda instant: pd.Timestamp(instant),
    )
    assert [shown.due for shown in read_work_rows(facts)] == [words]
