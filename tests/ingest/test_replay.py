"""Deltas in any order, some of them twice, give what one full export of the newest versions gives."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import lake_files, run_ingest, write_export
from opsdesk.ingest import mapping as mappings
from refreshing import tables
from steps import backfill, transform

HEADER = "id,opened,closed,changed,state,kind"
START = datetime(2023, 1, 30)
END = "2023-06-01T00:00:00Z"
DAY = timedelta(days=1)
MAPPING = """
columns: {ticket_id: id, created_at: opened, resolved_at: closed, updated_at: changed, status: state, category: kind}
attributes: {kind: kind}
timestamps: ["%Y-%m-%d %H:%M:%S"]
closed_statuses: [Closed]
exclude: [{name: spam, column: kind, in: [spam]}]
"""
Version = tuple[int, int, str, int]  # ticket, day of the change, state, days by which it is moved


@pytest.fixture(scope="module", autouse=True)
def own_mapping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("mappings")
    (folder / "own.yaml").write_text(MAPPING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mappings, "mappings_folder", lambda: folder)
        yield


def line_of(version: Version) -> str:
    """A ticket as one of its versions has it: open, resolved, reopened, closed without resolved_at or spam."""
    ticket, day, state, moved = version
    opened = START + ticket * DAY + moved * DAY
    changed = START + ticket * DAY + day * DAY + ticket * timedelta(minutes=1)
    closed = str(changed) if state == "resolved" else ""
    status = {"resolved": "Closed", "lost": "Closed"}.get(state, "Open")
    return (
        f"T{ticket},{opened},{closed},{changed},{status},{'spam' if state == 'spam' else f'v{day}'}"
    )


def feed(folder: Path, *lines: str, kind: str = "delta", name: str = "d.csv", run_at: str = END):
    export = write_export(folder, *lines, header=HEADER, name=name)
    return run_ingest(folder, export, mapping="own", export_kind=kind, run_at=run_at)


def raw(folder: Path) -> dict[str, bytes]:
    return {name: text for name, text in lake_files(folder).items() if name.startswith("raw/")}


def newest(versions: list[Version]) -> list[Version]:
    found = {version[0]: version for version in sorted(versions, key=lambda one: one[1])}
    return list(found.values())


# ticket 0 is always there, so that a full export has a row to keep
ANCHOR: Version = (0, 0, "open", 0)
STATES = ("open", "resolved", "open", "lost", "spam")
histories = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 60), st.sampled_from(STATES), st.sampled_from((0, 0, -1))),
    min_size=1,
    max_size=10,
    unique_by=lambda version: version[:2],
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(histories, st.integers(0, 4), st.randoms(use_true_random=False))
def test_deltas_in_any_order_are_one_full_export(tmp_path_factory, history, begun, chance):
    folder, whole = tmp_path_factory.mktemp("replay"), tmp_path_factory.mktemp("whole")
    first = [ANCHOR, *newest(history[:begun])]
    feed(folder, *map(line_of, first), kind="full")
    # what the first export had comes again in the deltas
    cut = chance.randint(0, len(history))
    deltas = [history[:cut], history[cut:], *([version] for version in history[:3])]
    chance.shuffle(deltas)
    for number, delta in enumerate([*deltas, deltas[0]]):
        feed(folder, *map(line_of, delta), name=f"d{number % len(deltas)}.csv")
    feed(whole, *map(line_of, newest([ANCHOR, *history])), kind="full")
    assert raw(folder) == raw(whole)


def days_of(chance: random.Random) -> list[list[Version]]:
    """What changed on each of 40 days: tickets are opened, resolved, reopened, closed and lost, or become spam."""
    days: list[list[Version]] = [[] for _ in range(60)]
    for ticket in range(1, 31):
        state = "open"
        for day in sorted(chance.sample(range(30), chance.randint(1, 5))):
            moved = chance.choice((0, 0, 0, 6))  # sometimes it is planned for later
            days[ticket + day].append((ticket, day, state, moved))
            state = chance.choice(STATES)
    return days


@pytest.mark.parametrize("seed", [1, 2])
def test_weeks_of_deltas_are_one_load_in_every_table(tmp_path, seed):
    """At the moment of each run, some tickets are still to be opened: they wait, and come in."""
    chance = random.Random(seed)
    days = days_of(chance)
    order = list(range(0, 60, 3))
    # each delta has three days; some come late, and some twice
    order = sorted(
        [*order, *chance.sample(order, 5)], key=lambda day: day + chance.choice((0, 0, 9))
    )
    replayed, whole = tmp_path / "replayed", tmp_path / "whole"
    for folder in (replayed, whole):
        folder.mkdir()
    feed(replayed, line_of(ANCHOR), kind="full")
    place = f"duckdb:{replayed}/w.duckdb"
    latest = waited = 0
    for number, day in enumerate(order):
        changed = [version for one in days[day : day + 3] for version in one]
        latest = max(latest, day)
        run_at = f"{START + (latest + 3) * DAY:%Y-%m-%dT%H:%M:%SZ}"
        result = feed(replayed, *map(line_of, changed), name=f"d{day}.csv", run_at=run_at)
        waited += result.record["held"]["came in at their moment"]
        if number % 7 == 6:
            backfill(f"{replayed}/lake", place, "", "", run_at)
            transform(place, "latest", "Europe/Berlin", run_at)
    feed(replayed, name="quiet.csv")
    assert waited
    every = [ANCHOR, *(version for day in days for version in day)]
    feed(whole, *map(line_of, newest(every)), kind="full")
    assert raw(replayed) == raw(whole)
    for folder in (replayed, whole):
        backfill(f"{folder}/lake", f"duckdb:{folder}/w.duckdb", "", "", END)
        transform(f"duckdb:{folder}/w.duckdb", "2023-05-01", "Europe/Berlin", END)
    assert tables(replayed / "w.duckdb") == tables(whole / "w.duckdb")
    assert {row["is_resolved"] for row in tables(whole / "w.duckdb")["fact_tickets"]} == {
        True,
        False,
    }


OLD, NEW = (1, 1, "open", 0), (1, 2, "open", 0)
LOST, SPAM = (1, 3, "lost", 0), (1, 3, "spam", 0)
AFTER = (1, 4, "open", 0)
CASES = [
    pytest.param([NEW, OLD], ["v2"], (1, 0), id="an older one after a newer one"),
    pytest.param([OLD, NEW], ["v2"], (0, 0), id="a newer one"),
    pytest.param([NEW, NEW], ["v2"], (0, 0), id="the same twice"),
    pytest.param([OLD, LOST], [], (0, 1), id="closed without resolved_at: it leaves"),
    pytest.param([OLD, SPAM], [], (0, 1), id="excluded: it leaves"),
    pytest.param([OLD, LOST, OLD], [], (1, 0), id="and does not come back"),
    pytest.param([LOST, NEW], [], (1, 0), id="nor does it come in"),
    pytest.param([LOST, AFTER], ["v4"], (0, 0), id="a newer one comes in"),
    pytest.param([LOST, AFTER, NEW], ["v4"], (1, 0), id="what left is forgotten then"),
    pytest.param([AFTER, LOST], ["v4"], (0, 0), id="leaving late"),
]


@pytest.mark.parametrize(("fed", "kept", "said"), CASES)
def test_a_ticket_fed_again(tmp_path, fed, kept, said):
    feed(tmp_path, line_of(ANCHOR), kind="full")
    for number, version in enumerate(fed):
        result = feed(tmp_path, line_of(version), name=f"d{number}.csv")
    (text,) = [text.decode() for name, text in raw(tmp_path).items() if "2023-01-31" in name] or [
        ""
    ]
    assert [row.split(",")[7] for row in text.splitlines()[1:]] == kept
    assert (result.record["outdated"], result.record["left"]) == said
    assert ("left out: 1." in result.outcome, "left it" in result.outcome) == tuple(map(bool, said))
    assert result.reconciliation["rows"].iloc[0] == result.reconciliation["rows"].iloc[1:].sum()


def test_what_a_full_export_leaves_out_does_not_come_back_either(tmp_path):
    feed(tmp_path, *map(line_of, (ANCHOR, LOST)), kind="full")
    feed(tmp_path, line_of(NEW))
    assert [name for name in raw(tmp_path) if name.endswith("2023-01-31.csv")] == []
    feed(tmp_path, *map(line_of, (ANCHOR, NEW)), kind="full")
    assert "rejects/_removed.csv" not in lake_files(tmp_path)
