"""Every reason to reject a row and every issue, each on its boundary; zones, clock changes."""

import pytest

from exports import lake_rows, line, run_ingest, write_export
from opsdesk import project

ANCHOR = line("anchor", "2023-06-01 00:00:00")  # an export of rejected rows only would be refused


def outcome(tmp_path, *lines: str, **changes: str) -> tuple[list[str], list[str]]:
    """(reasons of the rejected rows, issues of the kept ones), the anchor left out."""
    result = run_ingest(tmp_path, write_export(tmp_path, ANCHOR, *lines), **changes)
    kept = [row for row in lake_rows(tmp_path) if row[0] != "anchor"]
    assert len(kept) + len(result.rejects) == len(lines)
    return list(result.rejects["reason"]), [row[-1] for row in kept]


REJECTED = [
    pytest.param(line(""), "missing_ticket_id", id="no ticket_id"),
    pytest.param(line(" \t "), "missing_ticket_id", id="white space is blank"),
    pytest.param(
        line("\u3000\u00a0\ufeff"), "missing_ticket_id", id="white space of other scripts is blank"
    ),
    pytest.param(line(created_at=""), "missing_created_at", id="no created_at"),
    pytest.param(line(created_at="13/45/23 99:99"), "bad_created_at", id="no such time"),
    pytest.param(line(created_at="2023-02-29 00:00:00"), "bad_created_at", id="no such day"),
    pytest.param(line(created_at="02.01.2023"), "bad_created_at", id="a format not listed"),
    pytest.param(line(created_at="1900-01-01 00:00:00"), "bad_created_at", id="a null date"),
    pytest.param(
        line(created_at="2024-01-01 00:00:01"), "created_in_future", id="a second after the run"
    ),
    pytest.param(line(status="Closed"), "closed_without_resolved_at", id="closed, no resolved_at"),
    pytest.param(
        line(status="resolved", resolved_at="99/99/99 9:9"),
        "closed_without_resolved_at",
        id="closed, unreadable",
    ),
    pytest.param("T1,2023-01-02 10:00:00", "malformed_line", id="too few fields"),
    pytest.param(line() + ",more", "malformed_line", id="too many fields"),
    pytest.param(
        line("", created_at="nonsense"), "missing_ticket_id", id="the first reason that applies"
    ),
]


@pytest.mark.parametrize(("row", "reason"), REJECTED)
def test_rejected(tmp_path, row, reason):
    assert outcome(tmp_path, row) == ([reason], [])


KEPT = [
    pytest.param(line(), "", id="nothing to note"),
    pytest.param(line(created_at="2024-01-01 00:00:00"), "", id="created at the moment of the run"),
    pytest.param(line(resolved_at="2023-01-03 10:00:00", status="Closed"), "", id="closed and resolved"),
    pytest.param(line(resolved_at="2023-01-03 10:00:00"), "", id="resolved, whatever its status says"),
    pytest.param(line(resolved_at="soon"), "bad_resolved_at", id="open, unreadable resolved_at"),
    pytest.param(line(resolved_at="2024-01-01 00:00:01"), "resolved_in_future", id="resolved after the run"),
    pytest.param(line(resolved_at="2024-01-01 00:00:01", status="Closed"), "resolved_in_future", id="closed in the future"),
    pytest.param(line(resolved_at="2023-01-02 09:59:59"), "resolved_before_created", id="a second before"),
    pytest.param(line(resolved_at="2023-01-02 10:00:00"), "", id="resolved in the same second"),
    pytest.param(line(sla_hours="abc"), "bad_sla_hours", id="target not a number"),
    pytest.param(line(sla_hours="0"), "bad_sla_hours", id="target 0"),
    pytest.param(line(sla_hours="-4"), "bad_sla_hours", id="target negative"),
    pytest.param(line(sla_hours="nan"), "bad_sla_hours", id="target nan"),
    pytest.param(line(sla_hours="1e300"), "bad_sla_hours", id="target beyond a century"),
    pytest.param(line(sla_hours="876000"), "", id="target a century"),
    pytest.param(line(sla_hours="876000.1"), "bad_sla_hours", id="target more than a century"),
    pytest.param(line(sla_hours="0.5"), "", id="target half an hour"),
    pytest.param(line(resolved_at="2023-01-02 11:07:48", sla_hours="1.13", sla_breached="False"), "", id="met in the very second it was due"),
    pytest.param(line(resolution_hours="long"), "bad_resolution_hours", id="hours not a number"),
    pytest.param(line(resolution_hours="1_0"), "bad_resolution_hours", id="an underscore is no digit"),
    pytest.param(line(resolution_hours="-1"), "bad_resolution_hours", id="hours negative"),
    pytest.param(line(resolved_at="2023-01-02 12:00:00", resolution_hours="2.1"), "", id="0.1 h off"),
    pytest.param(line(resolved_at="2023-01-02 12:00:00", resolution_hours="2.101"), "resolution_hours_differ", id="more than 0.1 h off"),
    pytest.param(line(resolution_hours="5"), "", id="hours on an open ticket differ from nothing"),
    pytest.param(line(resolved_at="2023-01-02 14:00:00", sla_hours="4", sla_breached="True"), "sla_flag_differs", id="met, flag says missed"),
    pytest.param(line(resolved_at="2023-01-02 14:00:01", sla_hours="4", sla_breached="False"), "sla_flag_differs", id="missed, flag says met"),
    pytest.param(line(resolved_at="2023-01-02 14:00:01", sla_hours="4", sla_breached="yes"), "", id="missed, flag says so"),
    pytest.param(line(sla_hours="4", sla_breached="False"), "", id="an open ticket's flag is not judged"),
    pytest.param(line(resolved_at="2023-01-02 14:00:01", sla_breached="True"), "", id="no target, nothing to contradict"),
    pytest.param(line(sla_breached="perhaps"), "bad_sla_flag", id="flag neither true nor false"),
    pytest.param(
        line(resolved_at="2023-01-02 09:00:00", sla_hours="x", resolution_hours="y"),
        "resolved_before_created;bad_sla_hours;bad_resolution_hours", id="several, in the order of the design",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "issues"), KEPT)
def test_kept(tmp_path, row, issues):
    assert outcome(tmp_path, row) == ([], [issues])


def test_a_date_format_of_its_own_for_resolved_at(tmp_path):
    run_ingest(
        tmp_path,
        write_export(
            tmp_path,
            line(resolved_at="1/3/23 9:05"),
            line("T2", resolved_at="2023-01-03T09:05:59.9"),
        ),
    )
    assert [row[2] for row in lake_rows(tmp_path)] == ["2023-01-03T09:05:00Z", ""]
    run_ingest(
        tmp_path,
        write_export(
            tmp_path,
            line(resolved_at="2023-01-03T11:05:07+02:00"),
            line("T2", resolved_at="2023-01-03T09:05:59Z"),
        ),
    )
    assert [row[2] for row in lake_rows(tmp_path)] == [
        "2023-01-03T09:05:07Z",
        "2023-01-03T09:05:59Z",
    ]


VERSIONS = [
    pytest.param(["a", "b"], "b", id="the later line"),
    pytest.param(["b", "a"], "a", id="the later line, whatever it says"),
]


@pytest.mark.parametrize(("order", "kept"), VERSIONS)
def test_the_newest_version_of_a_ticket_is_kept(tmp_path, order, kept):
    result = run_ingest(tmp_path, write_export(tmp_path, *(line(category=name) for name in order)))
    assert [row[7] for row in lake_rows(tmp_path)] == [kept]
    assert result.rejects[["reason", "line"]].values.tolist() == [["duplicate_ticket_id", 2]]


def test_duplicates_are_decided_before_closed_tickets_without_resolution(tmp_path):
    """The newest version is unusable: it is rejected as such, and the older one does not come back."""
    result = run_ingest(tmp_path, write_export(tmp_path, ANCHOR, line(), line(status="Closed")))
    assert list(result.rejects["reason"]) == ["duplicate_ticket_id", "closed_without_resolved_at"]


def test_a_row_without_created_at_is_no_version(tmp_path):
    result = run_ingest(
        tmp_path, write_export(tmp_path, line(category="kept"), line(created_at=""))
    )
    assert [row[7] for row in lake_rows(tmp_path)] == ["kept"]
    assert list(result.rejects["reason"]) == ["missing_created_at"]


@pytest.fixture
def mapping(tmp_path, monkeypatch):
    """Writes params/mappings/own.yaml into an empty project: returns the function that does."""
    (tmp_path / "params" / "mappings").mkdir(parents=True)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    minimal = (
        "columns: {ticket_id: id, created_at: opened, resolved_at: closed%s}\n"
        "timestamps: ['%%Y-%%m-%%d %%H:%%M:%%S']\n%s"
    )
    return lambda columns="", rest="": (tmp_path / "params/mappings/own.yaml").write_text(
        minimal % (columns, rest)
    )


def own(tmp_path, header: str, *lines: str):
    result = run_ingest(tmp_path, write_export(tmp_path, *lines, header=header), mapping="own")
    return result, lake_rows(tmp_path)


ZONES = [  # Berlin: 2023-03-26 02:00 becomes 03:00; 2023-10-29 03:00 becomes 02:00 again
    pytest.param("2023-03-26 01:59:59", "2023-03-26T00:59:59Z", "", id="before the gap"),
    pytest.param(
        "2023-03-26 02:00:00",
        "2023-03-26T01:00:00Z",
        "nonexistent_time",
        id="first of the gap becomes 03:00",
    ),
    pytest.param(
        "2023-03-26 02:30:00", "2023-03-26T01:30:00Z", "nonexistent_time", id="02:30 becomes 03:30"
    ),
    pytest.param("2023-03-26 03:00:00", "2023-03-26T01:00:00Z", "", id="after the gap"),
    pytest.param("2023-10-29 01:59:59", "2023-10-28T23:59:59Z", "", id="before the fold"),
    pytest.param(
        "2023-10-29 02:30:00", "2023-10-29T00:30:00Z", "ambiguous_time", id="the first of the two"
    ),
    pytest.param("2023-10-29 03:00:00", "2023-10-29T02:00:00Z", "", id="after the fold"),
    pytest.param("2023-07-01 00:30:00", "2023-06-30T22:30:00Z", "", id="summer"),
]


@pytest.mark.parametrize(("wall", "instant", "issue"), ZONES)
def test_wall_times_become_instants(tmp_path, mapping, wall, instant, issue):
    mapping(", sla_hours: sla", "timezone: Europe/Berlin\n")
    _, rows = own(tmp_path, "id,opened,closed,sla", f"T1,{wall},,")
    assert [(row[1], row[-1]) for row in rows] == [(instant, issue)]
    _, rows = own(tmp_path, "id,opened,closed,sla", f"T1,2023-01-01 00:00:00,{wall},")
    assert [(row[2], row[-1]) for row in rows] == [(instant, issue)]


def test_a_half_hour_clock_change(tmp_path, mapping):
    mapping(", sla_hours: sla", "timezone: Australia/Lord_Howe\n")
    _, rows = own(
        tmp_path, "id,opened,closed,sla", "T1,2023-04-02 01:45:00,,", "T2,2023-10-01 02:15:00,,"
    )
    assert [(row[1], row[-1]) for row in rows] == [
        ("2023-04-01T14:45:00Z", "ambiguous_time"),
        ("2023-09-30T15:45:00Z", "nonexistent_time"),
    ]


PINNED = [  # of 2026f: other releases give the hour of a wall time in winter another offset
    pytest.param(
        "America/Vancouver", "2026-12-24 00:30:00", "2026-12-24T07:30:00Z", id="Vancouver"
    ),
    pytest.param(
        "Africa/Casablanca", "2026-12-24 00:30:00", "2026-12-24T00:30:00Z", id="Casablanca"
    ),
    pytest.param("America/Havana", "2026-12-24 00:30:00", "2026-12-24T04:30:00Z", id="Havana"),
    pytest.param("Asia/Kathmandu", "2023-01-01 00:00:00", "2022-12-31T18:15:00Z", id="no changes"),
    pytest.param("Africa/Monrovia", "1972-01-01 00:00:00", "1972-01-01T00:44:30Z", id="seconds"),
    pytest.param("America/New_York", "1969-12-31 20:00:00", "1970-01-01T01:00:00Z", id="1970"),
]


@pytest.mark.parametrize(("zone", "wall", "instant"), PINNED)
def test_clocks_are_those_of_the_pinned_zones(tmp_path, mapping, zone, wall, instant):
    mapping(", sla_hours: sla", f"timezone: {zone}\n")
    export = write_export(tmp_path, f"T1,{wall},,", header="id,opened,closed,sla")
    run_ingest(tmp_path, export, mapping="own", run_at="2027-06-01T00:00:00Z")
    assert [row[1] for row in lake_rows(tmp_path)] == [instant]


def test_the_newest_by_updated_at_wins_over_the_later_line(tmp_path, mapping):
    mapping(", updated_at: changed, category: what")
    _, rows = own(
        tmp_path, "id,opened,closed,changed,what",
        "T1,2023-01-01 00:00:00,,2023-01-05 00:00:00,newest", "T1,2023-01-01 00:00:00,,2023-01-04 00:00:00,older", "T1,2023-01-01 00:00:00,,,undated",
    )  # fmt: skip
    assert [row[7] for row in rows] == ["newest"]


def test_more_of_a_ticket_reaches_the_lake(tmp_path, mapping):
    more = "updated_at: changed, first_response_at: answered, customer: who, subject: what"
    mapping(f", sla_hours: sla, {more}")
    _, rows = own(
        tmp_path, "id,opened,closed,sla,changed,answered,who,what",
        'T1,2023-01-02 10:00:00,,,2023-01-05 00:00:00,2023-01-02 10:00:00, Müller AG ,"a ""quoted"" text"',
        "T2,2023-01-02 10:00:00,,,soon,2023-01-02 09:59:59,,",
        "T3,2023-01-02 10:00:00,,,,99/99/99,,",
        "T4,2023-01-02 10:00:00,,,2030-01-01 00:00:00,2030-01-01 00:00:00,,",
    )  # fmt: skip
    assert [row[12:] for row in rows] == [
        ["2023-01-05T00:00:00Z", "2023-01-02T10:00:00Z", "Müller AG", '"a ""quoted"" text"', "", ""],
        ["", "2023-01-02T09:59:59Z", "", "", "", "bad_updated_at;first_response_before_created"],
        ["", "", "", "", "", "bad_first_response_at"],
        ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "", "", "", ""],
    ]  # fmt: skip


def test_a_due_time_becomes_sla_hours(tmp_path, mapping):
    mapping(", due_at: due")
    result, rows = own(
        tmp_path, "id,opened,closed,due",
        "T1,2023-01-01 00:00:00,,2023-01-01 00:00:01", "T2,2023-01-01 00:00:00,,2023-01-01 00:00:00", "T3,2023-01-01 00:00:00,,later",
        "T4,2023-01-01 00:00:00,,",
    )  # fmt: skip
    assert [(float(row[4]) * 3600 if row[4] else None, row[-1]) for row in rows] == [
        (1.0, "due_at_exported"),
        (None, "bad_sla_hours"),
        (None, "bad_sla_hours"),
        (None, ""),
    ]
    assert result.record["issues"] == {"bad_sla_hours": 2}  # an exported deadline is no issue


def test_targets_by_priority_values_and_the_first_non_empty_column(tmp_path, mapping):
    rest = 'values: {priority: {"1 - Critical": Critical}}\nsla_hours_by_priority: {Critical: 4}\n'
    mapping(", priority: [urgency, severity]", rest)
    _, rows = own(
        tmp_path,
        "id,opened,closed,urgency,severity",
        "T1,2023-01-01 00:00:00,,,1 - Critical",
        "T2,2023-01-01 00:00:00,,Low,1 - Critical",
    )
    assert [(row[6], row[4]) for row in rows] == [("Critical", "4.0"), ("Low", "")]


def test_an_export_that_knows_no_targets_is_judged_by_its_flag(tmp_path, mapping):
    mapping(", sla_breached: missed")
    _, rows = own(
        tmp_path, "id,opened,closed,missed", "T1,2023-01-01 00:00:00,2023-01-01 00:00:01,true"
    )
    assert [(row[5], row[-1]) for row in rows] == [("true", "judged_by_flag")]


@pytest.mark.parametrize("broken", ["", 'T5,"torn'], ids=["records only", "a malformed line"])
def test_order_and_lines_hold_in_a_zone_that_changes_its_clocks(tmp_path, mapping, broken):
    """The later line wins; a rejected row is shown as delivered, with unreadable times around it."""
    mapping(", status: state, category: what", "timezone: Europe/London\nclosed_statuses: [Done]\n")
    lines = [f"A{i},2023-03-01 10:00:0{i},2023-03-01 11:00:00,Done,first" for i in range(9)]
    lines += [f"A{i},2023-03-01 10:00:0{i},,Waiting,later" for i in range(9)]
    lines += [
        "B,32/03/2023,,Waiting,x",
        "C,2023-03-02 08:00:00,,Done,x",
        *([broken] if broken else []),
    ]
    result, rows = own(tmp_path, "id,opened,closed,state,what", *lines)
    assert [(row[0], row[2], row[7]) for row in rows] == [(f"A{i}", "", "later") for i in range(9)]
    assert result.rejects[["reason", "line", "raw"]].values.tolist()[9:11] == [
        ["bad_created_at", 20, lines[18]],
        ["closed_without_resolved_at", 21, lines[19]],
    ]
    assert result.rejects[["line", "raw"]].values.tolist()[:9] == [
        [2 + i, lines[i]] for i in range(9)
    ]
