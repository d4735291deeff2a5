"""What was the future comes true when its moment passes; implausible instants are set aside."""

import duckdb
import pytest

from exports import lake_files, lake_rows, line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.ingest import mapping as mappings
from steps import backfill, open_warehouse, transform

NINE = "2024-01-01T09:00:00Z"
TEN = "2024-01-01T10:00:00Z"
ELEVEN = "2024-01-01T11:00:00Z"
OLD = line("T1", "2023-12-31 10:00:00", status="Open")


def tables(folder, run_at: str, as_of: str = "latest") -> list[list]:
    """Load and publish what the lake has; return tickets with their state."""
    place = f"duckdb:{folder}/w.duckdb"
    backfill(f"{folder}/lake", place, "", "", run_at)
    transform(place, as_of, "UTC", run_at)
    rows = open_warehouse(place).query("SELECT ticket_id, is_resolved FROM fact_tickets ORDER BY 1")
    return rows.values.tolist()


def as_of(folder) -> str:
    runs = open_warehouse(f"duckdb:{folder}/w.duckdb").runs()
    return f"{runs['as_of'].iloc[-1]:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_a_resolution_a_minute_after_the_run_comes_true_without_feeding_again(tmp_path, kind):
    run_ingest(tmp_path, write_export(tmp_path, OLD), run_at=NINE)
    closed = line("T1", "2023-12-31 10:00:00", resolved_at="2024-01-01 10:01:00", status="Closed")
    fed = write_export(tmp_path, closed, name="fed.csv")
    assert run_ingest(tmp_path, fed, export_kind=kind, run_at=TEN).record["issues"] == {"resolved_in_future": 1}  # fmt: skip
    assert (tables(tmp_path, TEN), as_of(tmp_path)) == ([["T1", False]], "2023-12-31 10:00")
    # no ingest in between: the next run has another delta, or fails to fetch one
    assert (tables(tmp_path, ELEVEN), as_of(tmp_path)) == ([["T1", True]], "2024-01-01 10:01")
    clean = tmp_path / "clean"
    clean.mkdir()
    run_ingest(clean, fed, run_at=ELEVEN)
    assert tables(clean, ELEVEN) == [["T1", True]]


def test_a_resolution_of_2199_never_moves_latest(tmp_path):
    far = line("T2", "2023-12-31 11:00:00", resolved_at="2199-01-01 00:00:00")
    run_ingest(tmp_path, write_export(tmp_path, OLD, far), run_at=TEN)
    for run_at in (TEN, ELEVEN):
        assert tables(tmp_path, run_at) == [["T1", False], ["T2", False]]
        assert as_of(tmp_path) == "2023-12-31 11:00"
    assert run_ingest(tmp_path, write_export(tmp_path, OLD, far), run_at=ELEVEN).unchanged


NEXT = [
    pytest.param([line("T3", "2023-12-31 12:00:00")], "delta", [["T1", False], ["T2", False], ["T3", False]], 1, id="another delta"),
    pytest.param([], "delta", [["T1", False], ["T2", False]], 1, id="a quiet day"),
    pytest.param([line("T2", "2024-01-01 10:01:00", resolved_at="2024-01-01 10:30:00")], "delta", [["T1", False], ["T2", True]], 0, id="again"),
    pytest.param([line("T1", "2023-12-31 10:00:00")], "full", [["T1", False]], 0, id="a full export without it"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "kind", "expected", "waited"), NEXT)
def test_a_ticket_created_a_minute_after_the_run_waits_for_its_moment(tmp_path, lines, kind, expected, waited):  # fmt: skip
    run_ingest(tmp_path, write_export(tmp_path, OLD), run_at=NINE)
    early = write_export(tmp_path, line("T2", "2024-01-01 10:01:00"), name="early.csv")
    result = run_ingest(tmp_path, early, export_kind="delta", run_at=TEN)
    assert result.record["rejected"] == {"created_in_future": 1}
    assert tables(tmp_path, TEN) == [["T1", False]]
    # a delta before the moment lets it wait on
    run_ingest(tmp_path, write_export(tmp_path, OLD, name="between.csv"), export_kind="delta", run_at="2024-01-01T10:00:30Z")  # fmt: skip
    following = write_export(tmp_path, *lines, name="next.csv")
    result = run_ingest(tmp_path, following, export_kind=kind, run_at=ELEVEN)
    assert result.held.values.tolist()[1] == ["came in at their moment", waited]
    assert tables(tmp_path, ELEVEN) == expected
    assert "rejects/_waiting.csv" not in lake_files(tmp_path)


def test_the_same_delta_is_not_up_to_date_when_a_ticket_that_waited_has_its_moment(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, OLD, line("T2", "2024-01-01 10:01:00")), run_at=NINE)  # fmt: skip
    delta = write_export(tmp_path, line("T3", "2023-12-31 12:00:00"), name="delta.csv")
    run_ingest(tmp_path, delta, export_kind="delta", run_at=TEN)
    assert run_ingest(tmp_path, delta, export_kind="delta", run_at=TEN).unchanged
    assert not run_ingest(tmp_path, delta, export_kind="delta", run_at=ELEVEN).unchanged
    assert sorted(row[0] for row in lake_rows(tmp_path)) == ["T1", "T2", "T3"]


def test_a_waiting_file_that_was_lost_is_said(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, OLD, line("T2", "2024-01-01 10:01:00")), run_at=NINE)  # fmt: skip
    (tmp_path / "lake/rejects/_waiting.csv").unlink()
    with pytest.raises(OpsdeskError, match="the tickets that wait for their moment, is missing"):
        run_ingest(tmp_path, write_export(tmp_path, name="d.csv"), export_kind="delta")


@pytest.mark.parametrize(
    ("offset", "is_read"),
    [
        ("+14:00", True), ("-14:00", True), ("+1400", True), ("+05:45", True), ("-09:30", True), ("Z", True),
        ("+14:01", False), ("+15:00", False), ("-1500", False), ("+99:00", False), ("+99", False), ("+05:75", False),
    ],
)  # fmt: skip
def test_an_offset_that_no_zone_has_is_no_time(tmp_path, monkeypatch, offset, is_read):
    monkeypatch.setattr(mappings, "mappings_folder", lambda: tmp_path)
    at_the_end, within = "%Y-%m-%dT%H:%M:%S%z", "%d %b %H:%M:%S %z %Y"
    for text_format in (at_the_end, at_the_end if offset == "Z" else within):
        (tmp_path / "m.yaml").write_text(
            "columns: {ticket_id: ticket_id, created_at: created_at, resolved_at: resolved_at}\n"
            f'timestamps: ["{text_format}"]\n'
        )
        read_as = duckdb.execute("SELECT strftime(TIMESTAMP '2023-01-20 10:00:00', $1)", [text_format.replace("%z", "OFFSET")])  # fmt: skip
        text = read_as.fetchall()[0][0].replace("OFFSET", offset)
        good = duckdb.execute("SELECT strftime(TIMESTAMP '2023-01-25 10:00:00', $1)", [text_format.replace("%z", "+02:00")])  # fmt: skip
        export = write_export(tmp_path, line("T1", text), line("T2", good.fetchall()[0][0]))
        result = run_ingest(tmp_path, export, mapping="m")
        assert result.record["rejected"] == ({} if is_read else {"bad_created_at": 1})


def test_an_epoch_date_is_set_aside_and_does_not_stretch_the_tables(tmp_path):
    tickets = [line(f"T{day}", f"2023-12-{day:02d} 10:00:00") for day in range(1, 11)]
    epoch = [line("E1", "1970-01-01 00:00:00"), line("E2", "1970-01-01 05:00:00"), line("E3", "2001-01-01 00:00:00")]  # fmt: skip
    result = run_ingest(tmp_path, write_export(tmp_path, *tickets, *epoch))
    assert result.record["rejected"] == {"implausible_created_at": 3}
    assert result.rejects["detail"].tolist()[0] == "created_at: 1970-01-01T00:00:00Z"
    tables(tmp_path, "2024-01-01T00:00:00Z")
    days = open_warehouse(f"duckdb:{tmp_path}/w.duckdb").query("SELECT count(*) AS n FROM backlog_daily")  # fmt: skip
    assert days["n"].item() == 10
    # a delta is judged by the last full export
    delta = write_export(tmp_path, line("T1", "2023-12-01 10:00:00"), line("E4", "1999-01-01 00:00:00"), name="d.csv")  # fmt: skip
    again = run_ingest(tmp_path, delta, export_kind="delta")
    assert again.record["rejected"] == {"implausible_created_at": 1}


def test_a_resolution_of_1970_is_left_out(tmp_path):
    open_one = line("T1", "2023-12-01 10:00:00", resolved_at="1970-01-01 00:00:00", status="Open")
    closed = line("T2", "2023-12-02 10:00:00", resolved_at="1970-01-01 00:00:00", status="Closed")
    good = line("T3", "2023-12-03 10:00:00", resolved_at="2023-12-03 09:00:00", status="Closed")
    result = run_ingest(tmp_path, write_export(tmp_path, open_one, closed, good))
    assert result.record["rejected"] == {"closed_without_resolved_at": 1}
    assert result.rejects["detail"].item() == "implausible resolved_at: 1970-01-01T00:00:00Z"
    assert result.record["issues"] == {"implausible_resolved_at": 1, "resolved_before_created": 1}
    assert [(row[0], row[2], row[-1]) for row in lake_rows(tmp_path)] == [
        ("T1", "", "implausible_resolved_at"),
        ("T3", "2023-12-03T09:00:00Z", "resolved_before_created"),
    ]


@pytest.mark.parametrize(("earliest", "kept"), [("1970-01-01", 2), ("2023-12-02", 0), ("1980-01-01", 1)])  # fmt: skip
def test_the_mapping_can_say_what_is_plausible(tmp_path, monkeypatch, earliest, kept):
    text = (mappings.mappings_folder() / "ops_tickets.yaml").read_text()
    monkeypatch.setattr(mappings, "mappings_folder", lambda: tmp_path)
    (tmp_path / "m.yaml").write_text(f'{text}\nearliest: "{earliest}"\n')
    old = [line("E1", "1970-01-01 00:00:00"), line("E2", "1985-06-01 00:00:00")]
    tickets = [line(f"T{day}", f"2023-12-{day:02d} 10:00:00") for day in range(2, 11)]
    result = run_ingest(tmp_path, write_export(tmp_path, *tickets, *old), mapping="m")
    assert result.record["kept"] == 9 + kept
    (tmp_path / "m.yaml").write_text(f"{text}\nearliest: 1969-01-01\n")
    with pytest.raises(OpsdeskError, match="earliest must be a day from 1970 on"):
        run_ingest(tmp_path, write_export(tmp_path, *tickets), mapping="m")


@pytest.mark.parametrize(
    "white", ["  ", "\u00a0", " \u00a0 ", "\t", "\u2003", "\x0b", "\x1f", "\ufeff"]
)
@pytest.mark.parametrize("file", ["export", "agents"])
def test_agent_ids_are_written_in_one_way_in_both_files(tmp_path, white, file):
    odd = f"{white}Ann{white}Lee{white}"
    ids = {"export": "Ann Lee", "agents": "Ann Lee", file: odd}
    agents = tmp_path / "agents.csv"
    agents.write_text(f"agent_id,team\n{ids['agents']},Blue\n", encoding="utf-8")
    export = write_export(tmp_path, line("T1", "2023-12-31 10:00:00", agent_id=ids["export"]))
    run_ingest(tmp_path, export, agents=str(agents))
    tables(tmp_path, "2024-01-01T00:00:00Z")
    teams = open_warehouse(f"duckdb:{tmp_path}/w.duckdb").query(
        "SELECT DISTINCT segment FROM segment_daily WHERE dimension = 'team'"
    )
    assert teams["segment"].tolist() == ["Blue"]
