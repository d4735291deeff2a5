"""The lake: same input same bytes, only changed days written, full and delta, nothing lost."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import COLUMNS, MORE, lake_files, lake_rows, line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.lake.open import open_lake

DAYS = ("2023-01-31 23:59:59", "2023-02-01 00:00:00", "2023-02-01 12:00:00", "2023-03-05 08:00:00")
TICKETS = [line(f"T{i}", day) for i, day in enumerate(DAYS)]
SUPPORT = str(Path(__file__).resolve().parents[1] / "support")


def mtimes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "lake" / "raw").rglob("*.csv")}


def test_day_files_are_sorted_normal_and_listed(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *reversed(TICKETS)))
    files = lake_files(tmp_path)
    assert [name for name in files if name.startswith("raw")] == [
        "raw/2023/01/2023-01-31.csv", "raw/2023/01/_manifest.json",
        "raw/2023/02/2023-02-01.csv", "raw/2023/02/_manifest.json",
        "raw/2023/03/2023-03-05.csv", "raw/2023/03/_manifest.json",
    ]  # fmt: skip
    assert files["raw/2023/02/2023-02-01.csv"].decode().splitlines() == [
        ",".join([*COLUMNS, *MORE, "_issues"]),
        "T1,2023-02-01T00:00:00Z,,,,,Low,,,,Open,,,,,,,",
        "T2,2023-02-01T12:00:00Z,,,,,Low,,,,Open,,,,,,,",
    ]
    manifest = open_lake(str(tmp_path / "lake")).manifests()["2023-02"]
    assert (manifest.rows, manifest.files[0].bytes) == (2, len(files["raw/2023/02/2023-02-01.csv"]))


def test_the_day_is_the_utc_day(tmp_path, monkeypatch):
    export = write_export(
        tmp_path,
        "1,2011-07-01 20:00:00,,,,,,,Closed,",
        header="case_enquiry_id,open_dt,target_dt,ontime,reason,source,queue,closed_dt,case_status,x",
    )
    with pytest.raises(OpsdeskError, match="closed_without_resolved_at"):
        run_ingest(tmp_path, export, mapping="boston311")
    export = write_export(
        tmp_path,
        "1,2011-07-01 20:00:00,,,,,,2011-07-02 00:00:00,Closed,",
        header="case_enquiry_id,open_dt,target_dt,ontime,reason,source,queue,closed_dt,case_status,x",
    )
    run_ingest(tmp_path, export, mapping="boston311")
    assert "raw/2011/07/2011-07-02.csv" in lake_files(tmp_path)


def test_running_twice_changes_nothing(tmp_path):
    export = write_export(tmp_path, *TICKETS, "broken")
    first = run_ingest(tmp_path, export)
    files, times = lake_files(tmp_path), mtimes(tmp_path)
    second = run_ingest(tmp_path, export)
    assert (first.unchanged, second.unchanged) == (False, True)
    assert lake_files(tmp_path) == files
    assert mtimes(tmp_path) == times
    pd.testing.assert_frame_equal(first.rejects, second.rejects)
    pd.testing.assert_frame_equal(first.reconciliation, second.reconciliation)


def test_only_the_changed_day_is_written(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    times = mtimes(tmp_path)
    changed = [
        *TICKETS[:3],
        line("T3", DAYS[3], resolved_at="2023-03-06 00:00:00", status="Closed"),
    ]
    result = run_ingest(tmp_path, write_export(tmp_path, *changed))
    assert {name for name, time in mtimes(tmp_path).items() if time != times[name]} == {
        "2023-03-05.csv"
    }
    assert result.days.values.tolist() == [["written", 1], ["unchanged", 2], ["removed", 0]]


def test_a_full_export_takes_away_what_it_no_longer_has(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    result = run_ingest(tmp_path, write_export(tmp_path, *TICKETS[1:3]))
    assert result.days.values.tolist() == [["written", 0], ["unchanged", 1], ["removed", 2]]
    again = tmp_path / "again"
    again.mkdir()
    run_ingest(again, write_export(again, *TICKETS[1:3]))
    assert lake_files(tmp_path).keys() == {
        "raw/2023/02/2023-02-01.csv",
        "raw/2023/02/_manifest.json",
    } | {name for name in lake_files(tmp_path) if name.startswith("rejects")}
    assert (
        lake_files(tmp_path)["raw/2023/02/_manifest.json"]
        == lake_files(again)["raw/2023/02/_manifest.json"]
    )


def test_a_delta_replaces_and_joins(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    times = mtimes(tmp_path)
    delta = [
        line("T2", DAYS[2], category="new"),
        line("T9", "2023-02-01 13:00:00"),
        line("T0", "2023-03-05 07:00:00", category="moved"),
    ]
    run_ingest(tmp_path, write_export(tmp_path, *delta, name="delta.csv"), export_kind="delta")
    assert [(row[0], row[1][:10], row[7]) for row in lake_rows(tmp_path)] == [
        ("T1", "2023-02-01", ""), ("T2", "2023-02-01", "new"), ("T9", "2023-02-01", ""), ("T0", "2023-03-05", "moved"), ("T3", "2023-03-05", ""),
    ]  # fmt: skip
    assert "2023-01-31.csv" not in mtimes(tmp_path)
    assert times.keys() - mtimes(tmp_path).keys() == {"2023-01-31.csv"}


def test_a_full_export_after_deltas_needs_no_help(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    run_ingest(
        tmp_path,
        write_export(tmp_path, line("T2", DAYS[2], category="new"), name="delta.csv"),
        export_kind="delta",
    )
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    clean = tmp_path / "clean"
    clean.mkdir()
    run_ingest(clean, write_export(clean, *TICKETS))
    assert lake_files(tmp_path) == lake_files(clean)


def test_a_delta_does_not_build_on_a_lake_of_other_columns(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    record = tmp_path / "lake/_ingest.json"
    content = json.loads(record.read_text())
    del content["columns"]  # an earlier version wrote none
    record.write_text(json.dumps(content))
    export = write_export(tmp_path, line("T9"))
    with pytest.raises(OpsdeskError, match=r"other columns.*full export, then this delta"):
        run_ingest(tmp_path, export, export_kind="delta")
    run_ingest(tmp_path, export)
    run_ingest(tmp_path, write_export(tmp_path, line("T8")), export_kind="delta")
    assert [row[0] for row in lake_rows(tmp_path)] == ["T8", "T9"]


def test_a_delta_does_not_build_on_an_incomplete_lake(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    (tmp_path / "lake/raw/2023/03/2023-03-05.csv").write_bytes(b"x")
    with pytest.raises(
        OpsdeskError, match=r"incomplete: raw/2023/03/2023-03-05\.csv does not match its manifest"
    ):
        run_ingest(
            tmp_path, write_export(tmp_path, line("T9"), name="delta.csv"), export_kind="delta"
        )


def test_a_killed_delta_is_ended_by_the_same_delta(tmp_path):
    """kill -9 between day files and manifests, with a ticket that moves to another month."""
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    delta = write_export(
        tmp_path,
        line("T0", "2023-03-05 07:00:00", category="moved"),
        line("T9", "2023-04-01 00:00:00"),
        name="d.csv",
    )
    whole = tmp_path / "whole"
    shutil.copytree(tmp_path / "lake", whole / "lake")
    run_ingest(whole, delta, export_kind="delta")
    for point in ("write_file", "write_manifest"):
        for nth in (1, 2):
            killed = tmp_path / f"{point}{nth}"
            shutil.copytree(tmp_path / "lake", killed / "lake")
            code = (
                "import os, pathlib, sys; sys.path.insert(0, sys.argv[3]); import exports\n"
                "from opsdesk.lake.lake import Lake\n"
                f"done, calls = Lake.{point}, []\n"
                "def killing(*a):\n"
                "    calls.append(done(*a))\n"
                f"    len(calls) == {nth} and os.kill(os.getpid(), 9)\n"
                "    return calls[-1]\n"
                f"Lake.{point} = killing\n"
                "folder = pathlib.Path(sys.argv[1])\n"
                "exports.run_ingest(folder, sys.argv[2], export_kind='delta')"
            )
            arguments = [
                sys.executable,
                "-c",
                code,
                str(killed),
                str(delta),
                SUPPORT,
            ]
            assert subprocess.run(arguments, check=False).returncode == -9
            run_ingest(killed, delta, export_kind="delta")
            assert lake_files(killed) == lake_files(whole)


def test_an_interrupted_ingest_of_another_export_leaves_nothing_behind(tmp_path):
    """Ingest A, ingest B dies before its record, ingest A again: the lake is that of A."""
    first = write_export(tmp_path, *TICKETS)
    run_ingest(tmp_path, first)
    files = lake_files(tmp_path)
    second = write_export(tmp_path, *TICKETS[1:], line("T9", "2023-02-09 00:00:00"), name="b.csv")
    code = (
        "import os, pathlib, sys; sys.path.insert(0, sys.argv[3]); import exports\n"
        "from opsdesk.steps import ingest\n"
        "ingest.store_rejects = lambda *a: os.kill(os.getpid(), 9)\n"
        "exports.run_ingest(pathlib.Path(sys.argv[1]), sys.argv[2])"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path), str(second), SUPPORT]
    assert subprocess.run(arguments, check=False).returncode == -9
    assert lake_files(tmp_path) != files
    run_ingest(tmp_path, first)
    assert lake_files(tmp_path) == files


def test_gzips_of_one_name_in_two_folders_are_two_files(tmp_path):
    for folder, text in (("x", TICKETS[0]), ("y", TICKETS[1] + ",surplus")):
        (tmp_path / folder).mkdir()
        plain = write_export(tmp_path / folder, text, line(folder))
        (tmp_path / folder / "t.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    result = run_ingest(tmp_path, f"{tmp_path}/*/t.csv.gz")
    assert [row[0] for row in lake_rows(tmp_path)] == ["x", "y", "T0"]
    assert result.rejects["file"].tolist() == [f"{tmp_path}/y/t.csv.gz"]


def test_newlines_in_cells_survive_a_delta(tmp_path):
    run_ingest(
        tmp_path, write_export(tmp_path, line("T1", category='"a\nb"'), line("T2"), line("T3"))
    )
    run_ingest(
        tmp_path,
        write_export(tmp_path, line("T2", category="new"), name="delta.csv"),
        export_kind="delta",
    )
    day = pd.read_csv(tmp_path / "lake/raw/2023/01/2023-01-02.csv")
    assert day["category"].fillna("").tolist() == ["a\nb", "new", ""]


def test_files_of_other_names_are_left_alone(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    note = tmp_path / "lake/raw/2023/02/note.csv"
    note.write_text("mine")
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS, line("T9", "2023-02-02 00:00:00")))
    assert note.read_text() == "mine"
    assert (
        open_lake(str(tmp_path / "lake")).faults(open_lake(str(tmp_path / "lake")).manifests())
        == {}
    )


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 80), st.sampled_from(["", "1/3/24 4:05", "nonsense"])
        ),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.integers(0, 40), max_size=3),
)
def test_split_into_files_changes_nothing(tmp_path_factory, rows, cuts):
    """One file or several through a glob: the same lake, and every row accounted for."""
    lines = [
        line(
            f"T{number}", f"2023-01-{1 + hours % 28:02d} {hours % 24:02d}:00:00", resolved_at=closed
        )
        for number, hours, closed in rows
    ]
    lines.append(line("anchor"))
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    one = run_ingest(whole, write_export(whole, *lines))
    bounds = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    for number, (start, end) in enumerate(pairwise(bounds)):
        write_export(parts, *lines[start:end], name=f"part_{number}.csv")
    many = run_ingest(parts, f"{parts}/part_*.csv")
    lake = {name: content for name, content in lake_files(whole).items() if name.startswith("raw")}
    assert lake == {
        name: content for name, content in lake_files(parts).items() if name.startswith("raw")
    }
    assert one.record["rejected"] == many.record["rejected"]
    assert (
        one.record["rows"]
        == len(lines)
        == one.record["kept"] + sum(one.record["rejected"].values())
    )


def test_rejects_are_kept_with_line_and_raw_text(tmp_path):
    export = write_export(
        tmp_path,
        TICKETS[0],
        line("T7", "never, ever").replace("never, ever", '"never, ever"'),
        'T8,"torn',
        TICKETS[1],
    )
    result = run_ingest(tmp_path, export)
    assert result.rejects.values.tolist() == [
        ["bad_created_at", "created_at: never, ever", "export.csv", 3, line("T7", '"never, ever"')],
        ["malformed_line", "a quote that is not closed", "export.csv", 4, 'T8,"torn'],
    ]
    assert result.reconciliation.values.tolist() == [
        ["in the export", 4],
        ["put in the lake", 2],
        ["rejected", 2],
    ]


def test_an_example_shows_the_cell_that_decided_and_nothing_else_of_its_row(tmp_path):
    cell = "\x1b[2J\u202e" + "9" * 200
    export = write_export(
        tmp_path,
        line("T1"),
        line("T2", created_at=cell, category="a password"),
        line("", category="a password"),
        line("T3", created_at="", category="a password"),
        "a password,too short",
    )
    examples = run_ingest(tmp_path, export).examples
    assert examples.set_index("reason")[["detail", "line"]].T.to_dict("list") == {
        "malformed_line": ["too few fields: 2 of 12", 6],
        "missing_ticket_id": ["ticket_id: (blank)", 4],
        "missing_created_at": ["created_at: (blank)", 5],
        "bad_created_at": [f"created_at:  [2J {'9' * 63}…", 3],
    }
    assert not examples.map(lambda value: "password" in str(value)).any(axis=None)


def test_rows_excluded_by_a_rule_are_counted_by_it(tmp_path):
    result = run_ingest(tmp_path, write_export(tmp_path, line("T1")))
    assert result.excluded.empty
    assert result.reconciliation["tickets"].tolist() == [
        "in the export",
        "put in the lake",
        "rejected",
    ]
    counted = replace(result, record=result.record | {"excluded": {"merged": 2, "spam": 1}})
    assert counted.excluded.to_dict("list") == {"rule": ["merged", "spam"], "rows": [2, 1]}
    assert counted.reconciliation.iloc[-1].tolist() == ["excluded by a rule", 3]


def test_a_change_behind_the_first_piece_of_a_file_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("opsdesk.ingest.export_file.CHUNK", 64)
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    result = run_ingest(
        tmp_path, write_export(tmp_path, *TICKETS[:-1], line("T3", DAYS[3], category="late change"))
    )
    assert not result.unchanged
    assert b"late change" in lake_files(tmp_path)["raw/2023/03/2023-03-05.csv"]


def test_no_room_to_count_is_reported_before_anything_is_written(tmp_path, monkeypatch):
    def full(*_, **__):
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to offload")

    monkeypatch.setattr("opsdesk.ingest.day_rows.DayRows.days", full)
    with pytest.raises(OpsdeskError, match="allowed to ingest"):
        run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    assert lake_files(tmp_path) == {}
    assert open_lake(str(tmp_path / "lake")).record() == {}


def test_gzip_is_read_as_its_content(tmp_path):
    plain = write_export(tmp_path, *TICKETS)
    run_ingest(tmp_path, plain)
    files = {
        name: content for name, content in lake_files(tmp_path).items() if name.startswith("raw")
    }
    packed = tmp_path / "export.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    run_ingest(tmp_path, packed)
    assert files == {
        name: content for name, content in lake_files(tmp_path).items() if name.startswith("raw")
    }


DAMAGES = [
    pytest.param(
        lambda lake: (lake / "raw/2023/02/2023-02-01.csv").write_bytes(b"x"),
        id="day file overwritten",
    ),
    pytest.param(lambda lake: (lake / "raw/2023/02/2023-02-01.csv").unlink(), id="day file gone"),
    pytest.param(lambda lake: (lake / "raw/2023/02/_manifest.json").unlink(), id="manifest gone"),
    pytest.param(lambda lake: (lake / "_ingest.json").unlink(), id="record gone"),
    pytest.param(lambda lake: (lake / "_ingest.json").write_text("{"), id="record incomplete"),
    pytest.param(lambda lake: shutil.rmtree(lake / "rejects"), id="rejects gone"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_ingesting_again_repairs_the_lake(tmp_path, damage):
    export = write_export(tmp_path, *TICKETS, "broken")
    run_ingest(tmp_path, export)
    files = lake_files(tmp_path)
    damage(tmp_path / "lake")
    run_ingest(tmp_path, export)
    assert lake_files(tmp_path) == files


def test_an_edited_manifest_is_reported(tmp_path):
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    path = tmp_path / "lake/raw/2023/02/_manifest.json"
    path.write_text(path.read_text().replace('"rows": 2', '"rows": 3', 1))
    with pytest.raises(OpsdeskError, match=r"2023/02/_manifest.json cannot be read or was edited"):
        open_lake(str(tmp_path / "lake")).manifests()


REFUSED = [
    pytest.param([], {}, "has a header but no rows", id="header only"),
    pytest.param(
        [line(created_at="x")],
        {},
        "Every row of export.csv would be rejected .bad_created_at 1.",
        id="nothing usable",
    ),
    pytest.param(TICKETS, {"export_kind": "partial"}, "neither full nor delta", id="unknown kind"),
    pytest.param(
        TICKETS, {"mapping": "zendesck"}, "There is no mapping .zendesck.", id="unknown mapping"
    ),
    pytest.param(
        TICKETS, {"mapping": "boston311"}, "has no column 'case_enquiry_id'", id="another export"
    ),
]


@pytest.mark.parametrize(("lines", "changes", "says"), REFUSED)
def test_refused_before_anything_is_written(tmp_path, lines, changes, says):
    run_ingest(tmp_path, write_export(tmp_path, line("old"), name="old.csv"))
    before = lake_files(tmp_path)
    with pytest.raises(OpsdeskError, match=says):
        run_ingest(tmp_path, write_export(tmp_path, *lines), **changes)
    assert lake_files(tmp_path) == before


def test_a_renamed_column_is_named_with_those_there_are(tmp_path):
    export = write_export(
        tmp_path, *TICKETS, header=",".join(COLUMNS).replace("created_at", "Created")
    )
    with pytest.raises(
        OpsdeskError, match=r"has no column 'created_at'.*Its columns are: 'ticket_id', 'Created'"
    ):
        run_ingest(tmp_path, export)


def test_columns_may_come_in_any_order_with_others_between(tmp_path):
    export = write_export(
        tmp_path,
        "x,Low,2023-01-01 00:00:00,T1,,,,,,,,,Open",
        header="note,priority,created_at,ticket_id,"
        + ",".join(c for c in COLUMNS if c not in ("priority", "created_at", "ticket_id")),
    )
    run_ingest(tmp_path, export)
    assert lake_rows(tmp_path)[0][:2] == ["T1", "2023-01-01T00:00:00Z"]


def test_what_was_future_is_read_again_when_its_time_has_come(tmp_path):
    export = write_export(tmp_path, *TICKETS, line("T9", "2024-06-01 00:00:00"))
    assert run_ingest(tmp_path, export).record["rejected"] == {"created_in_future": 1}
    assert run_ingest(tmp_path, export, run_at="2024-05-31T23:59:59Z").unchanged
    later = run_ingest(tmp_path, export, run_at="2024-06-01T00:00:00Z")
    assert (later.unchanged, later.record["rejected"]) == (False, {})


AGENTS = "agent_id,name,team,active_from,active_to,daily_capacity,phone\n"


def agents_file(tmp_path, content: str) -> str:
    path = tmp_path / "agents.csv"
    path.write_text(content)
    return str(path)


def test_agents_are_checked_and_sorted(tmp_path):
    export = write_export(tmp_path, *TICKETS)
    run_ingest(
        tmp_path,
        export,
        agents=agents_file(tmp_path, AGENTS + "B,Bo,Blue,2022-01-01,,20,1\nA,Al,,,2023-05-06,,\n"),
    )
    assert lake_files(tmp_path)["agents_data/agents_master.csv"].decode() == (
        "agent_id,name,team,active_from,active_to,daily_capacity\nA,Al,,,2023-05-06,\nB,Bo,Blue,2022-01-01,,20.0\n"
    )
    run_ingest(tmp_path, export, agents="")
    assert not any(name.startswith("agents") for name in lake_files(tmp_path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("id\nA\n", "has no column 'agent_id'", id="no agent_id"),
        pytest.param(
            "agent_id\nA\nB\nA\n", "line 4: agent_id 'A' is on line 2 already", id="twice"
        ),
        pytest.param("agent_id,team\n,Blue\n", "line 2: agent_id is blank", id="blank"),
        pytest.param(
            "agent_id,active_to\nA,n/a\n", "line 2, active_to: 'n/a' is not a date", id="not a date"
        ),
        pytest.param(
            "agent_id,daily_capacity\nA,many\n",
            "daily_capacity: 'many' is not a number",
            id="not a number",
        ),
        pytest.param(
            "agent_id,daily_capacity\nA,nan\n", "daily_capacity: 'nan' is not a number", id="nan"
        ),
        pytest.param("agent_id,team\nA\n", "line 2: too many or too few fields", id="short line"),
    ],
)
def test_an_invalid_agents_file_is_refused(tmp_path, content, says):
    with pytest.raises(OpsdeskError, match=says):
        run_ingest(
            tmp_path, write_export(tmp_path, *TICKETS), agents=agents_file(tmp_path, content)
        )


def test_two_at_once_the_second_learns_who_is_first(tmp_path):
    export = write_export(tmp_path, *TICKETS)
    with (
        open_lake(str(tmp_path / "lake")).store.locked(),
        pytest.raises(
            OpsdeskError, match=rf"Another ingest or backfill \(process {os.getpid()}\) is at work"
        ),
    ):
        run_ingest(tmp_path, export)


def test_a_lake_that_cannot_be_written_is_reported_and_repaired(tmp_path):
    export = write_export(tmp_path, *TICKETS)
    lake = tmp_path / "lake"
    run_ingest(tmp_path, write_export(tmp_path, TICKETS[0], name="first.csv"))
    shutil.rmtree(lake / "raw")
    (lake / "raw").write_text("a file where a folder must be")
    with pytest.raises(OpsdeskError, match="Cannot write"):
        run_ingest(tmp_path, export)
    (lake / "raw").unlink()
    run_ingest(tmp_path, export)
    assert len(lake_rows(tmp_path)) == 4


def test_work_left_by_a_killed_ingest_is_cleared(tmp_path):
    left = tmp_path / "lake" / ".opsdesk-work" / "ingest-old"
    left.mkdir(parents=True)
    (left / "work.duckdb").write_text("x")
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    assert not left.exists()


def test_the_working_directory_does_not_matter(tmp_path, monkeypatch):
    export = write_export(tmp_path, *TICKETS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OpsdeskError, match="There is no file export"):
        run_ingest(tmp_path, export.name)
    assert os.getcwd() == str(tmp_path)  # noqa: PTH109


def test_another_separator_is_named(tmp_path):
    export = write_export(
        tmp_path, line().replace(",", ";"), header=",".join(COLUMNS).replace(",", ";")
    )
    with pytest.raises(
        OpsdeskError,
        match=r"separates its columns by ';': write `delimiter: \";\"` into params/mappings/ops_tickets",
    ):
        run_ingest(tmp_path, export)


def test_lines_keep_their_numbers_in_a_file_that_is_read_in_parts(tmp_path):
    """Past the size at which DuckDB would use several threads: the later line wins, rejects are the lines they name."""
    filler = "x" * 150
    lines = [line("DUP", category="old"), *(line(f"T{i}", category=filler) for i in range(60_000))]
    lines += [line("DUP", category="new"), line("", category="blank id")]
    result = run_ingest(tmp_path, write_export(tmp_path, *lines))
    assert result.rejects[["reason", "line", "raw"]].values.tolist() == [
        ["duplicate_ticket_id", 2, lines[0]],
        ["missing_ticket_id", 60_004, lines[-1]],
    ]


def test_hostile_quotes_take_no_more_than_their_share_of_time(tmp_path):
    """Each line opens a quote that the next ones never close: joining looks at each line once."""
    lines = [line("T0"), *(f'a{i}","b' + "x" * 100 for i in range(1500))]
    assert run_ingest(tmp_path, write_export(tmp_path, *lines)).record["rejected"] == {
        "malformed_line": 1500
    }


def test_a_delta_after_an_interrupted_ingest_is_refused(tmp_path):
    lake = open_lake(str(tmp_path / "lake"))
    run_ingest(tmp_path, write_export(tmp_path, *TICKETS))
    lake.write_record(lake.record() | {"writing": {"files": [["other.csv", "x"]]}})
    with pytest.raises(
        OpsdeskError, match=r"An ingest of other\.csv into the lake .* was interrupted"
    ):
        run_ingest(
            tmp_path, write_export(tmp_path, line("T9"), name="delta.csv"), export_kind="delta"
        )


def test_a_manifest_edited_with_care_is_repaired_too(tmp_path):
    export = write_export(tmp_path, *TICKETS)
    run_ingest(tmp_path, export)
    files = lake_files(tmp_path)
    path = tmp_path / "lake/raw/2023/02/_manifest.json"
    path.write_text(path.read_text().replace('"rows": 2', '"rows": 3'))
    run_ingest(tmp_path, export)
    assert lake_files(tmp_path) == files


@pytest.mark.parametrize("shape", ["[]", "5", "null", '{"digests": []}', '{"signature": 3}'])
def test_a_record_of_another_shape_costs_time_only(tmp_path, shape):
    export = write_export(tmp_path, *TICKETS)
    run_ingest(tmp_path, export)
    files = lake_files(tmp_path)
    (tmp_path / "lake/_ingest.json").write_text(shape)
    run_ingest(tmp_path, export)
    assert lake_files(tmp_path) == files
    assert run_ingest(tmp_path, export).unchanged
