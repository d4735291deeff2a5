"""Deltas of changes: in any order, some twice, killed anywhere, they are the whole log."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_logs import read_rows
from exports import lake_files
from own_events import MAPPING, feed, write_log

SUPPORT = str(Path(__file__).parents[1] / "support")
# few tickets, seconds and values, so that much happens at once
changes = st.tuples(
    st.sampled_from(["T1", "T2"]),
    st.sampled_from(["2023-01-31 23:59:59", "2023-02-01 00:00:00"]),
    st.sampled_from(["state", "grp"]),
    st.sampled_from(["A", "B"]),
    st.sampled_from(["A", "B", "C"]),
).map(",".join)
CHAIN = [f"T1,2023-01-31 23:59:5{n // 4},state,{n},{n + 1}" for n in range(12)]


def events_of(folder: Path) -> dict[str, bytes]:
    return {name: text for name, text in lake_files(folder).items() if name.startswith("events/")}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.lists(changes, min_size=1, max_size=6), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
def test_deltas_in_any_order_are_all_files_at_once(tmp_path_factory, deltas, chance):
    """Whatever the files say, and however they overlap: no order of them is better than another."""
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    for number, lines in enumerate(deltas):
        write_log(whole, *lines, name=f"d{number}.csv")
    feed(whole, whole / "d*.csv")
    order = [*range(len(deltas)), chance.randrange(len(deltas))]
    chance.shuffle(order)
    for number in order:
        feed(parts, write_log(parts, *deltas[number], name=f"d{number}.csv"), "delta")
    assert events_of(parts) == events_of(whole)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1, 0)])
def test_a_log_cut_within_its_seconds_is_the_log(tmp_path, order):
    """Each delta begins or ends within a second; the chain of values says what follows what."""
    pieces = [CHAIN[:6], CHAIN[5:10], CHAIN[10:]]
    for number in order:
        feed(tmp_path, write_log(tmp_path, *pieces[number], name=f"d{number}.csv"), "delta")
    assert [int(row[4]) for row in read_rows(tmp_path)] == list(range(12))


def test_what_a_delta_adds_is_counted_apart(tmp_path):
    feed(tmp_path, write_log(tmp_path, *CHAIN[:3], "T2,2023-05-01 00:00:00,grp,a,b"))
    record = feed(tmp_path, write_log(tmp_path, *CHAIN[:4], name="d.csv"), "delta").record["events"]
    assert (record["put_in"], record["repeats"]) == (1, 3)
    assert record["held"] == {
        "put in by this export": 1,
        "stayed from before": 4,
        "in the lake's manifests": 5,
    }
    assert record["days_done"] == {"written": 1, "unchanged": 0, "removed": 0}


def test_a_delta_without_changes_leaves_them_as_they_are(tmp_path):
    feed(tmp_path, write_log(tmp_path, *CHAIN))
    before = events_of(tmp_path)
    feed(tmp_path, "", "delta")
    assert events_of(tmp_path) == before
    assert feed(tmp_path, "", "delta").unchanged
    result = feed(tmp_path, write_log(tmp_path, CHAIN[0], name="d.csv"), "delta")
    assert result.record["events"]["days_done"]["written"] == 0
    assert events_of(tmp_path) == before


LATER = "T2,2023-03-01 00:00:00,state,Waiting,Held"
FIRST = (
    "T1,2023-01-31 23:59:59,state,New,Held", "T1,2023-02-01 00:00:00,state,Held,Done",
    "T2,2023-02-01 00:00:00,prio,Low,1", "T2,2023-02-02 00:00:00,grp,a,b",
)  # fmt: skip
PAUSING = MAPPING.replace("[Waiting]", "[Waiting, Held]")


@pytest.mark.parametrize(
    ("rules", "written", "unchanged"),
    [
        pytest.param(PAUSING, 3, 1, id="another paused status"),
        pytest.param(MAPPING.replace("[Done]", "[Done, Held]"), 3, 1, id="another closed status"),
        pytest.param(MAPPING.replace("High: 4", "High: 5"), 2, 2, id="another target"),
        pytest.param(f"{MAPPING}sla_priority: at_creation\n", 2, 2, id="the target at creation"),
        pytest.param(MAPPING.replace("Low: 8.5", "Low: 8.5, Mid: 6"), 1, 3, id="a target that no change has"),
        pytest.param(MAPPING, 1, 0, id="as before: the others are not even read"),
    ],
)  # fmt: skip
def test_a_delta_by_other_rules_is_the_full_log_by_them(tmp_path, rules, written, unchanged):
    """There are four days, of which those with another state or target are written again."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
        write_log(folder, *FIRST, name="d0.csv")
        write_log(folder, LATER, name="d1.csv")
    feed(parts, parts / "d0.csv")
    feed(parts, "", "delta", rules=rules)  # one without changes does not know better
    result = feed(parts, parts / "d1.csv", "delta", rules=rules)
    feed(whole, whole / "d*.csv", rules=rules)
    assert events_of(parts) == events_of(whole)
    done = {"written": written, "unchanged": unchanged, "removed": 0}
    assert result.record["events"]["days_done"] == done
    assert result.record["events"]["held"] == {
        "put in by this export": 1, "stayed from before": 4, "in the lake's manifests": 5,
    }  # fmt: skip
    assert feed(parts, parts / "d1.csv", "delta", rules=rules).unchanged


KILLING = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
import own_events
from opsdesk.lake.lake import Lake
done, calls = Lake.{point}, []
def killing(self, *a):
    result = done(self, *a)
    is_ours = str(a[0]).startswith("events") or "events-" in str(a[0])
    is_ours and calls.append(1)
    len(calls) == {nth} and os.kill(os.getpid(), 9)
    return result
Lake.{point} = killing
own_events.feed(pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4], rules=sys.argv[5])
"""


@pytest.mark.parametrize(
    ("kind", "rules"), [("full", MAPPING), ("delta", MAPPING), ("delta", PAUSING)]
)
@pytest.mark.parametrize(
    ("point", "nth"),
    [("write_file", 1), ("write_file", 2), ("write_manifest", 1), ("write_manifest", 2)],
)
def test_killed_anywhere_and_run_again(tmp_path, kind, rules, point, nth):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    held = "T1,2023-02-09 00:00:00,state,a,Held"
    feed(whole, write_log(whole, *CHAIN[:3], "T2,2023-02-07 00:00:00,grp,a,b", held))
    shutil.copytree(whole, killed)
    more = [*CHAIN[2:], "T3,2023-02-08 00:00:00,grp,a,b", "T1,2023-03-01 00:00:00,grp,a,b"]
    for folder in (whole, killed):
        write_log(folder, *more, name="more.csv")
    feed(whole, whole / "more.csv", kind, rules=rules)
    code = KILLING.format(point=point, nth=nth)
    arguments = [
        sys.executable,
        "-c",
        code,
        SUPPORT,
        str(killed),
        str(killed / "more.csv"),
        kind,
        rules,
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(arguments, check=False, env=environment).returncode == -9
    assert lake_files(killed) != lake_files(whole)
    feed(killed, killed / "more.csv", kind, rules=rules)
    assert lake_files(killed) == lake_files(whole)
