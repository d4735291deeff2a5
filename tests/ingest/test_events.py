"""Changes of tickets: what becomes of each row of a log, and that every row is accounted for."""

from datetime import UTC, datetime

import pytest

from event_logs import read_rows
from exports import lake_files
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.mapping import read_mapping
from own_events import BLOCK, HEADER, MAPPING, feed, write_log

DAY = "2023-03-05 10:00:00"
GOOD = f"T1,{DAY},state,New,Waiting"


def kept(folder) -> list[tuple]:
    """seq, field, old, new, old_state, new_state of the changes in the lake."""
    return [row[2:] for row in read_rows(folder)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(GOOD, (0, "status", "New", "Waiting", "open", "paused"), id="paused"),
        pytest.param(f"T1,{DAY},state,Waiting,DONE", (0, "status", "Waiting", "DONE", "paused", "closed"),
                     id="closed, capitals or not"),
        pytest.param(f"T1,{DAY},state,,New", (0, "status", None, "New", None, "open"), id="a first status"),
        pytest.param(f"T1,{DAY},prio,Low,1", (0, "priority", "Low", "High", None, None), id="translated as tickets are"),
        pytest.param(f"T1,{DAY},owner,-, Bob  Ross ", (0, "agent_id", None, "Bob Ross", None, None),
                     id="an agent, blank before"),
        pytest.param(f"T1,{DAY},grp,Core,", (0, "team", "Core", None, None, None), id="blank afterwards"),
        pytest.param(f"never seen,{DAY},grp,a,b", (0, "team", "a", "b", None, None), id="an unknown ticket"),
    ],
)  # fmt: skip
def test_a_change_that_is_kept(tmp_path, line, expected):
    feed(tmp_path, write_log(tmp_path, line))
    assert kept(tmp_path) == [expected]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f",{DAY},state,New,Done", "missing_ticket_id"),
        ("T1,-,state,New,Done", "missing_at"),
        ("T1,5.3.2023,state,New,Done", "bad_at"),
        ("T1,1969-12-31 23:59:59,state,New,Done", "bad_at"),
        ("T1,2024-01-01 00:00:01,state,New,Done", "at_in_future"),
        ("T1,x", "malformed_line"),
    ],
)
def test_a_row_that_is_rejected(tmp_path, line, reason):
    result = feed(tmp_path, write_log(tmp_path, GOOD, line, GOOD.replace("T1", "T2")))
    assert result.record["events"]["rejected"] == {reason: 1}
    (reject,) = result.change_rejects.to_dict("records")
    assert (reject["reason"], reject["line"], reject["raw"]) == (reason, 3, line)
    assert len(kept(tmp_path)) == 2
    assert result.record["rejected"] == {}  # those of tickets are others
    assert f"{reason}" in result.left_out.to_string()


def test_a_row_of_another_field_is_never_rejected(tmp_path):
    """A comment without a moment says nothing that is missing."""
    log = write_log(tmp_path, GOOD, ",,comment,,hello", f"T1,{DAY},note,,x", f"T1,{DAY},note,,y")
    record = feed(tmp_path, log).record["events"]
    assert (record["ignored"], record["rejected"]) == ({"note": 2, "comment": 1}, {})


def test_every_row_is_accounted_for(tmp_path):
    log = write_log(
        tmp_path, GOOD, GOOD.replace("T1", "T2"), "T1,bad,state,a,b", f"T1,{DAY},note,,x", f"T1,{DAY},grp,a,a"
    )  # fmt: skip
    write_log(tmp_path, GOOD, name="log2.csv")  # what another file has already
    result = feed(tmp_path, f"{log} | {tmp_path / 'log2.csv'}")
    assert list(result.changes.itertuples(index=False, name=None)) == [
        ("in the export of changes", 6),
        ("put in the lake", 2),
        ("in the lake or in another file already", 1),
        ("from a value to the same value", 1),
        ("of a field that is not kept", 1),
        ("rejected", 1),
    ]
    assert result.record["events"]["held"] == {
        "put in by this export": 2, "stayed from before": 0, "in the lake's manifests": 2,
    }  # fmt: skip


def test_three_changes_in_a_second_of_one_file_are_three(tmp_path):
    there, back = f"T1,{DAY},state,A,B", f"T1,{DAY},state,B,A"
    log = write_log(tmp_path, there, back, there)
    feed(tmp_path, log)
    assert [row[:4] for row in kept(tmp_path)] == [
        (0, "status", "A", "B"), (1, "status", "B", "A"), (2, "status", "A", "B"),
    ]  # fmt: skip
    write_log(tmp_path, back, there, name="log2.csv")  # it begins within that second
    feed(tmp_path, tmp_path / "log*.csv")
    assert [row[2:4] for row in kept(tmp_path)] == [("A", "B"), ("B", "A"), ("A", "B")]


@pytest.mark.parametrize(
    ("order", "lines", "expected"),
    [
        pytest.param("oldest_first", ["10:00:01.9,state,b,c", "10:00:01.100,state,a,b"], ["b", "c"],
                     id="a fraction decides before the order of the file"),
        pytest.param("newest_first", ["10:00:01.5,state,b,c", "10:00:01.5,state,a,b"], ["b", "c"], id="newest first"),
        pytest.param("oldest_first", ["10:00:01.5,state,a,b", "10:00:01.5,grp,x,y"], ["b", "y"], id="of the file"),
    ],
)  # fmt: skip
def test_the_order_within_a_second(tmp_path, order, lines, expected):
    log = write_log(tmp_path, *(f"T1,2023-03-05T{line}" for line in lines))
    feed(tmp_path, log, block=f"{BLOCK}  order: {order}\n")
    assert [(row[0], row[3]) for row in kept(tmp_path)] == list(enumerate(expected))


@pytest.mark.parametrize(
    ("clock", "hours"),
    [("", ["8.5", "4.0"]), ("sla_priority: in_force\n", ["8.5", "4.0"]), ("sla_priority: at_creation\n", ["8.5", ""])],
)  # fmt: skip
def test_targets_of_a_priority(tmp_path, clock, hours):
    feed(tmp_path, write_log(tmp_path, f"T1,{DAY},prio,Low,1", GOOD), block=clock + BLOCK)
    lines = lake_files(tmp_path)["events/2023/03/2023-03-05.csv"].decode().splitlines()
    found = {line.split(",")[3]: line.split(",")[8:] for line in lines[1:]}
    assert found == {"priority": hours, "status": ["", ""]}


RULES = """
events:
  columns: {ticket_id: id, at: when}
  changes:
    - {field: status, old: old_state, new: new_state}
    - {field: agent_id, new: owner, when: {kind: [took, got]}}
    - {field: status, new: {text: Done}, when: {kind: ended}}
"""


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("New,New,took,Bob", [("agent_id", None, "Bob")]),
        ("New,Open,got,Bob", [("status", "New", "Open"), ("agent_id", None, "Bob")]),
        ("-,-,ended,-", [("status", None, "Done")]),
        ("New,New,ended,Bob", [("status", None, "Done")]),
        ("New,New,wrote,Bob", []),
    ],
)
def test_rules_for_several_changes_in_a_row(tmp_path, cells, expected):
    header = "id,when,old_state,new_state,kind,owner"
    log = write_log(tmp_path, f"T1,{DAY},{cells}", f"T2,{DAY},a,b,x,", header=header)
    result = feed(tmp_path, log, block=RULES)
    assert [row[3:6] for row in read_rows(tmp_path) if row[0] == "T1"] == expected
    record = result.record["events"]
    assert (record["more"], record["unchanged"]) == (max(0, len(expected) - 1), not expected)


def test_a_status_that_is_blank_is_said_and_means_nothing(tmp_path):
    result = feed(tmp_path, write_log(tmp_path, f"T1,{DAY},state,Done,", f"T2,{DAY},grp,Core,"))
    assert kept(tmp_path)[0] == (0, "status", "Done", None, "closed", None)
    assert result.record["events"]["issues"] == {"blank_status": 1}


def test_a_snapshot_without_a_status_has_the_last_one(tmp_path):
    block = "events: {form: snapshots, columns: {ticket_id: id, at: when, status: is, team: by}}\n"
    lines = [
        f"T1,2023-03-05 {cells}"
        for cells in ("10:00:00,New,A", "10:01:00,,A", "10:02:00,,", "10:03:00,Done,B", "10:04:00,-,B", "10:05:00,New,B")
    ]  # fmt: skip
    log = write_log(tmp_path, *lines, header="id,when,is,by")
    result = feed(tmp_path, log, block=block)
    assert [row[1:2] + row[3:6] for row in read_rows(tmp_path)] == [
        (datetime(2023, 3, 5, 10, 2, tzinfo=UTC), "team", "A", None),
        (datetime(2023, 3, 5, 10, 3, tzinfo=UTC), "status", "New", "Done"),
        (datetime(2023, 3, 5, 10, 3, tzinfo=UTC), "team", None, "B"),
        (datetime(2023, 3, 5, 10, 5, tzinfo=UTC), "status", "Done", "New"),
    ]
    assert result.record["events"]["issues"] == {"blank_status": 3}


def test_a_full_log_replaces_and_none_removes(tmp_path):
    feed(tmp_path, write_log(tmp_path, GOOD, GOOD.replace("2023-03", "2023-05")))
    without = {
        name for name in lake_files(tmp_path) if not name.startswith(("events/", "rejects/"))
    }
    assert not feed(tmp_path, write_log(tmp_path, GOOD)).unchanged
    assert [row[1].month for row in read_rows(tmp_path)] == [3]
    assert feed(tmp_path, write_log(tmp_path, GOOD)).unchanged
    result = feed(tmp_path, "")
    left = lake_files(tmp_path)
    assert {name for name in left if not name.startswith("rejects/")} == without
    assert [name for name in left if "event-rejects" in name] == []
    assert "events" not in result.record


def test_without_changes_nothing_of_a_lake_is_different(tmp_path):
    with_block, plain = tmp_path / "a", tmp_path / "b"
    for folder, block in ((with_block, BLOCK), (plain, "")):
        folder.mkdir()
        feed(folder, "", block=block)
    assert lake_files(with_block) == lake_files(plain)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param([], "has no rows", id="no rows"),
        pytest.param(["T1,x,state,a,b"], r"Every change in log.csv would be rejected \(bad_at 1\).*line 2", id="all rejected"),
        pytest.param([f"T1,{DAY},note,,x"], "No row of log.csv reports a change that is kept.*note 1", id="all ignored"),
    ],
)  # fmt: skip
def test_a_log_that_gives_nothing_changes_nothing(tmp_path, lines, says):
    feed(tmp_path, write_log(tmp_path, GOOD, name="first.csv"))
    before = lake_files(tmp_path)
    with pytest.raises(OpsdeskError, match=says):
        feed(tmp_path, write_log(tmp_path, *lines))
    assert lake_files(tmp_path) == before


def test_a_missing_column_is_named(tmp_path):
    log = write_log(tmp_path, GOOD, header=HEADER.replace("was", "before"))
    with pytest.raises(OpsdeskError, match=r"has no column 'was', which.*'before'"):
        feed(tmp_path, log)


def test_a_column_that_several_rules_need_is_named_once(tmp_path):
    log = write_log(tmp_path, f"T1,{DAY},New,Open,took", header="id,when,before,after,kind")
    with pytest.raises(
        OpsdeskError, match=r"has no column 'old_state', 'new_state', 'owner', which"
    ):
        feed(tmp_path, log, block=RULES + "    - {field: team, old: old_state, new: owner}\n")


def test_changes_without_a_block_are_refused_with_a_remedy(tmp_path):
    with pytest.raises(OpsdeskError, match=r"add a block `events:`.*or leave the parameter out"):
        feed(tmp_path, write_log(tmp_path, GOOD), block="")


def test_snapshots_cannot_be_a_delta(tmp_path):
    block = "events: {form: snapshots, columns: {ticket_id: id, at: when, status: is}}\n"
    with pytest.raises(OpsdeskError, match='Deliver the whole log with export_kind: "full"'):
        feed(tmp_path, write_log(tmp_path, GOOD), "delta", block)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("events: {}", "needs a block `columns:`"),
        ("events: {columns: {ticket_id: a, at: b}, fields: {x: status}}", "must say where field comes from"),
        ("events: {columns: {ticket_id: a, at: b, field: c, new: d}}", "fields must give our field"),
        ("events: {columns: {ticket_id: a, at: b, field: c, new: d}, fields: {x: state}}", "unknown field 'state'"),
        ("events: {columns: {ticket_id: a, at: b}, changes: [{field: status}]}", "changes 1: a change needs `old`"),
        ("events: {columns: {ticket_id: a, at: b}, changes: [{field: x, new: y}]}", "field must be one of status"),
        ("events: {form: deltas, columns: {}}", "form must be changes or snapshots"),
        ("events: {form: snapshots, columns: {ticket_id: a, at: b}}", "at least one of status"),
        ("events: {form: snapshots, columns: {ticket_id: a, at: b, status: c}, fields: {}}", "does not belong"),
        ("events: {columns: {ticket_id: a, at: b, field: c, new: d}, fields: {x: status}, ordr: 1}", "Did you mean order"),
        ("paused_statuses: [done]", "in closed_statuses and in paused_statuses"),
        ("sla_priority: later", "sla_priority must be in_force or at_creation"),
    ],
)  # fmt: skip
def test_a_block_that_is_refused(tmp_path, block, says):
    file = tmp_path / "own.yaml"
    file.write_text(MAPPING.replace("paused_statuses: [Waiting]\n", "") + block)
    with pytest.raises(OpsdeskError, match=says):
        read_mapping(str(file))
