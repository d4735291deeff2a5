"""Changes of tickets that no export has: counted, loud, and above a share a reason to publish nothing."""

import pytest

from opsdesk.ingest.events.summary import change_alarms
from opsdesk.ingest.threshold import why_held_back
from own_events import MAPPING, TICKETS, feed, write_log

pytestmark = pytest.mark.filterwarnings("error::UserWarning")  # a notebook would show it
EXCLUDING = f"{MAPPING}exclude: [{{name: spam, column: state, in: [Spam]}}]\n"


def change(ticket: str, minute: int = 0) -> str:
    return f"{ticket},2023-03-05 10:{minute:02}:00,state,New,Waiting"


def unknown(result) -> list:
    """Of an ingest: changes of unknown tickets, the first such ticket, all changes."""
    events = result.record["events"]
    return [*events["unknown"], events["reported"]]


@pytest.mark.parametrize(
    ("tickets", "expected"),
    [
        pytest.param(["T1", "T1"], [0, None, 2], id="all are known"),
        pytest.param(["T1", "T9", "T8", "T9"], [3, "T8", 4], id="changes are counted, not tickets"),
        pytest.param(["t1", "01", "T1 x"], [3, "01", 3], id="ids of another form"),
        pytest.param(["spam", "bad", "late"], [0, None, 3], id="tickets that are left out with a reason"),
    ],
)  # fmt: skip
def test_changes_of_tickets_that_no_export_has_are_counted(tmp_path, tickets, expected):
    export = (
        f"{TICKETS}spam,2023-01-02 10:00:00,,Spam,1,A\nbad,32.1.2023,,New,1,A\n"
        "late,2024-01-02 10:00:00,,New,1,A\n"
    )
    log = write_log(tmp_path, *(change(name, minute) for minute, name in enumerate(tickets)))
    assert unknown(feed(tmp_path, log, tickets=export, rules=EXCLUDING)) == expected


def test_a_delta_knows_the_tickets_of_the_lake(tmp_path):
    """T1 stays, T2 comes in, T3 never came."""
    first = write_log(tmp_path, change("T1"), change("T2"))
    result = feed(tmp_path, first)
    assert unknown(result) == [1, "T2", 2]
    second = write_log(
        tmp_path, *(change(name, 1) for name in ("T1", "T2", "T3", "T2")), name="second.csv"
    )
    header = TICKETS.splitlines()[0]
    tickets = f"{header}\nT2,2023-02-02 10:00:00,,New,1,A\n"
    result = feed(tmp_path, second, "delta", tickets=tickets)
    assert unknown(result) == [1, "T3", 4]
    assert result.left_out.values.tolist() == [
        ["changes_of_unknown_tickets", 1, "of tickets that no export has, so they are in no table"]
    ]


def test_a_ticket_that_left_or_waits_is_known_to_a_delta(tmp_path):
    header = TICKETS.splitlines()[0] + ",updated"
    mapping = EXCLUDING.replace("agent_id: agent", "agent_id: agent, updated_at: updated")
    spam = "spam,2023-01-02 10:00:00,,Spam,1,A,2023-01-03 10:00:00\n"
    waits = "waits,2024-01-02 10:00:00,,New,1,A,2023-01-03 10:00:00\n"
    good = "T1,2023-01-02 10:00:00,,New,1,A,2023-01-03 10:00:00\n"
    feed(tmp_path, "", tickets=f"{header}\n{good}{spam}{waits}", rules=mapping)
    log = write_log(tmp_path, change("T1"), change("spam"), change("waits"))
    result = feed(tmp_path, log, "delta", tickets=f"{header}\n", rules=mapping)
    assert unknown(result) == [0, None, 3]


def record(unknown: int, reported: int = 1000) -> dict:
    """The record of an ingest of that many changes, some of which are of unknown tickets."""
    counted = {"rows": reported, "more": 0, "rejected": {}, "footers": 0, "reported": reported}
    return {"rows": 10, "events": {**counted, "unknown": [unknown, "0\x1b7"]}}


@pytest.mark.parametrize(
    ("found", "loud", "held_back"),
    [
        pytest.param(record(20), False, False, id="2 %"),
        pytest.param(record(21), True, False, id="over 2 %"),
        pytest.param(record(200), True, False, id="20 %"),
        pytest.param(record(201), True, True, id="over 20 %"),
        pytest.param(record(20, 20), True, True, id="all, and these are 20"),
        pytest.param(record(19, 19), True, False, id="all of a small delta"),
        pytest.param(record(0, 0), False, False, id="a quiet day"),
        pytest.param({"events": {"rows": 5, "rejected": {}, "footers": 0}}, False, False, id="of another version"),
        pytest.param({}, False, False, id="no changes"),
    ],
)  # fmt: skip
def test_loud_in_proportion(found, loud, held_back):
    assert [bool(change_alarms(found)), bool(why_held_back(found, "0.2"))] == [loud, held_back]


def test_what_is_said():
    said = "100.0% of the changes are of tickets that no export has (36 of 36), such as ticket 0 7."
    assert change_alarms(record(36, 36)) == [
        f"{said} They are in no table: do both exports write the ids in one form?"
    ]
    assert why_held_back(record(36, 36), "0.2") == (
        f"Nothing was published: {said} That is more than max_rejected_share (20.0%), so readers "
        "still see the previous tables. Correct the mapping or the export, then run again from "
        "01_ingest; if these rows are rightly left out, raise max_rejected_share."
    )
