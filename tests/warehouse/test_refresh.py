"""Publishing again after some months changed: only their tickets are computed, and every table is as if all were."""

import duckdb
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from opsdesk.calendars.calendar import ROUND_THE_CLOCK
from opsdesk.catalogue.tables import catalogue
from opsdesk.warehouse.duckdb import affected, builder
from opsdesk.warehouse.duckdb.decision import Build, Thresholds
from refreshing import ANY, ANY_CHANGED, MONTHS, decisions, named, put, tables, transform
from sla_clocks import OFFICE, clock
from tickets import ticket

PHONE = '{"product":"Phone"}'
TABLET = '{"product":"Tablet","region":"a \\u0022b\\u0022"}'
versions = st.builds(
    lambda number, month, day, open_days, **columns: ticket(
        f"{MONTHS[month]}-{day:02d} 10:00",
        open_days and f"2023-0{month + 1 + open_days // 28}-{1 + (day + open_days) % 28:02d} 09:00",
        ticket_id=f"T{number}",
        _source_file=f"raw/{MONTHS[month]}-{day:02d}.csv",
        **columns,
    ),
    st.integers(0, 5), st.integers(0, 2), st.integers(1, 28), st.sampled_from([None, 1, 5, 40]),
    sla_hours=st.sampled_from([None, 8.0, 240.0]), priority=st.sampled_from(["High", None]), agent_id=st.sampled_from(["A", "B"]),
    _ingestion_ts=st.sampled_from(["2023-06-01 00:00", "2023-07-01 00:00"]),
    first_response_at=st.sampled_from([None, "2023-02-01 09:00", "2023-03-15 10:00"]),
    updated_at=st.sampled_from([None, "2023-01-30 09:00", "2023-03-16 10:00"]),
    attributes=st.sampled_from([None, None, PHONE, TABLET]),
)  # fmt: skip
moments = st.sampled_from(["2023-02-10 12:00:00", "2023-03-20 00:00:00", "2023-05-01 00:00:00"])


ANCHOR = ticket("2023-01-01 00:00", ticket_id="anchor", _source_file="raw/anchor.csv")
JANUARY = ticket("2023-01-05 10:00", ticket_id="T1", _source_file="raw/2023-01-05.csv")
FEBRUARY = ticket(
    "2023-02-05 10:00", "2023-02-06 10:00", ticket_id="T1", _source_file="raw/2023-02-05.csv"
)
AGAIN = FEBRUARY | {
    "_ingestion_ts": "2023-08-01 00:00"
}  # loaded again with its month, and by that the newest version
# a new attribute is a new dimension of every day; an answer may come after the resolution
PRODUCT = ticket(
    "2023-03-05 10:00", ticket_id="T3", attributes=TABLET, _source_file="raw/2023-03-05.csv"
)
ANSWERED = ticket(
    "2023-01-07 10:00",
    "2023-01-08 10:00",
    ticket_id="T4",
    first_response_at="2023-03-15 10:00",
    updated_at="2023-03-16 10:00",
    _source_file="raw/2023-01-07.csv",
)
OTHER = ticket("2023-02-20 10:00", ticket_id="T2", _source_file="raw/2023-02-20.csv")
FAR = ticket(
    "2023-03-25 10:00", ticket_id="T1", _source_file="raw/2023-03-25.csv"
)  # later than some as_of
edits = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["add", "drop", "rename"]), versions),
    min_size=1,
    max_size=3,
)


EDITED = (
    "priority", "agent_id", "category", "resolved_at", "attributes", "updated_at", "first_response_at",
)  # fmt: skip


def edited(tickets, changes):
    """Some versions gone, some come: the other months stay as they are."""
    tickets = list(tickets)
    for place, verb, version in changes:
        if verb == "add":
            tickets.append(version)
        elif verb == "replace":
            tickets[place] = version
        elif tickets and verb == "drop":
            tickets.pop(place % len(tickets))
        elif tickets:  # one column alone becomes that of another version
            changed = tickets[place % len(tickets)]
            column = EDITED[place % len(EDITED)]
            tickets[place % len(tickets)] = changed | {column: version[column]}
    return tickets


@settings(
    max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate)
)  # shrinking would take minutes
@given(
    st.lists(versions, min_size=1, max_size=10),
    st.lists(edits, min_size=1, max_size=2),
    st.lists(moments, min_size=3, max_size=3).map(sorted),
)
@example([FAR], [[(0, "drop", FAR)]], ["2023-02-10 12:00:00"] * 3)
@example([JANUARY], [[(0, "add", FEBRUARY)]], ["2023-05-01 00:00:00"] * 3)
@example([JANUARY, FEBRUARY], [[(1, "drop", FAR)]], ["2023-05-01 00:00:00"] * 3)
@example(
    [JANUARY, FEBRUARY, OTHER],
    [[(1, "replace", AGAIN), (2, "drop", FAR)]],
    ["2023-05-01 00:00:00"] * 3,
)
@example([JANUARY, FAR], [[(1, "drop", FAR)]], ["2023-02-10 12:00:00"] * 3)
@example([JANUARY], [[(0, "add", FEBRUARY)]], ["2023-02-10 12:00:00", "2023-05-01 00:00:00"])
@example([JANUARY, OTHER], [[(0, "add", PRODUCT)]], ["2023-05-01 00:00:00"] * 3)
@example([JANUARY, OTHER, PRODUCT], [[(2, "drop", FAR)]], ["2023-05-01 00:00:00"] * 3)
@example([JANUARY, ANSWERED], [[(0, "drop", FAR)]], ["2023-02-10 12:00:00", "2023-03-20 00:00:00"])
@example(
    [ANSWERED, OTHER],
    [[(1, "replace", OTHER | {"resolved_at": "2023-02-21 10:00"})]],
    ["2023-05-01 00:00:00"] * 3,
)
@example(
    [JANUARY, ANSWERED],
    [[(1, "replace", ANSWERED | {"first_response_at": "2023-03-17 00:00"})]],
    ["2023-05-01 00:00:00"] * 3,
)
def test_refreshing_is_building(tmp_path_factory, tickets, changes, as_of):
    """Any tickets, then some others, at the same or a later as_of: the tables are those of a fresh warehouse."""
    folder = tmp_path_factory.mktemp("w")
    put(folder / "w.duckdb", [ANCHOR, *tickets])
    transform(folder / "w.duckdb", as_of[0], "Europe/Berlin", ANY)
    for edit, moment in zip(changes, as_of[1:], strict=False):
        tickets = edited(tickets, edit)
        put(folder / "w.duckdb", [ANCHOR, *tickets])
        transform(folder / "w.duckdb", moment, "Europe/Berlin", ANY)
    put(folder / "fresh.duckdb", [ANCHOR, *tickets])
    transform(folder / "fresh.duckdb", as_of[len(changes)], "Europe/Berlin")
    assert tables(folder / "w.duckdb") == tables(folder / "fresh.duckdb")


CLOSED = ticket("2023-01-05 10:00", "2023-01-06 09:00", ticket_id="closed")
OLD = [*(ticket(f"2023-0{1 + i % 3}-05 10:00", ticket_id=f"T{i}") for i in range(30)), CLOSED]
NEW = [OLD[0] | {"category": "changed"}, *OLD[1:]]


@pytest.fixture
def refreshed(tmp_path, monkeypatch):
    """Publishes OLD; what it returns publishes NEW and says how much of each table was built."""
    found = decisions(monkeypatch)
    path = tmp_path / "w.duckdb"
    put(path, OLD)
    transform(path, "2023-06-01")

    def publish(as_of="2023-06-01", timezone="UTC", tickets=NEW, thresholds=ANY_CHANGED):
        put(path, tickets)
        transform(path, as_of, timezone, thresholds)
        return found

    publish.path = path
    return publish


def test_one_changed_month_of_three_is_refreshed(refreshed):
    found = refreshed(thresholds=Thresholds(candidates=0.4))
    assert named(found, Build.TICKETS) == ["fact_tickets", "ticket_sla_risk"]
    assert tables(refreshed.path)["fact_tickets"][0]["category"] == "changed"


@pytest.mark.parametrize(
    ("spoil", "looked_at"),
    [
        pytest.param("SELECT 1", 2, id="the day is known"),
        pytest.param("DELETE FROM _days WHERE state = 'published'", 12, id="what was published is not known"),
        pytest.param("UPDATE _days SET fingerprint = 'another' WHERE state = 'loaded'", 12, id="loaded by a version of before"),
        pytest.param("UPDATE _days SET fingerprint = 'another' WHERE state = 'published'", 12, id="published by one"),
        pytest.param("DROP TABLE _days", 12, id="a warehouse of before"),
        pytest.param("INSERT INTO tickets_raw BY NAME (SELECT * REPLACE (now() AS _ingestion_ts) FROM tickets_raw WHERE ticket_id = 'T1')", 12,
                     id="a ticket in another month has two versions"),
    ],
)  # fmt: skip
def test_of_a_changed_month_only_the_changed_days_are_looked_at(
    refreshed, monkeypatch, spoil, looked_at
):
    """Of twelve tickets of January one changed and one is gone; each alone was created on its day."""
    found, whole = [], affected.find_candidates

    def watched(*known):
        candidates = whole(*known)
        found.append(candidates.count)
        return candidates

    monkeypatch.setattr(affected, "find_candidates", watched)
    alone = ticket("2023-01-20 10:00", ticket_id="alone")
    refreshed(tickets=[*OLD[:-1], alone, ticket("2023-01-25 10:00", ticket_id="gone")])
    found.clear()
    put(refreshed.path, [*OLD[:-1], alone | {"category": "changed"}])
    with duckdb.connect(refreshed.path) as con:
        con.execute(spoil)
    transform(refreshed.path, "2023-06-01", "UTC", ANY_CHANGED)
    assert found == [looked_at]
    assert {
        row["category"]
        for row in tables(refreshed.path)["fact_tickets"]
        if row["ticket_id"] == "alone"
    } == {"changed"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="a third of the tickets: not worth it"),
        pytest.param({"timezone": "Asia/Tokyo"}, id="another time zone"),
        pytest.param({"as_of": "2023-05-01"}, id="as_of went back"),
        pytest.param({"as_of": "2023-07-01"}, id="as_of moved on and all are open"),
    ],
)
def test_everything_is_built_again(refreshed, changes):
    assert refreshed(**changes, thresholds=Thresholds()) == {}


def test_a_table_that_is_gone_or_bent_is_built_again(refreshed):
    with duckdb.connect(refreshed.path) as con:
        con.execute("ALTER TABLE ticket_sla_risk DROP COLUMN risk_band")
    assert refreshed() == {}
    assert "risk_band" in tables(refreshed.path)["ticket_sla_risk"][0]


@pytest.mark.parametrize(
    ("column", "value", "built"),
    [
        pytest.param("customer_tier", "Platinum", ["segment_daily", "signal_daily", "work_next"], id="a column that few tables read"),
        pytest.param("status", "Pending", ["work_next"], id="a column that rules alone may use"),
        pytest.param("agent_id", "A9", ["daily_agent_load", "segment_daily", "work_next"], id="the agent: a team is a segment"),
        pytest.param(
            "resolved_at", "2023-01-06 09:00",
            ["features_daily", "backlog_daily", "daily_agent_load", "cohort_daily", "segment_daily", "signal_daily", "work_next"],
            id="the resolution",
        ),
    ],
)  # fmt: skip
def test_only_what_reads_a_changed_column_is_built_again(refreshed, column, value, built):
    found = refreshed(tickets=[OLD[0] | {column: value}, *OLD[1:]])
    assert named(found, Build.DAYS, Build.WHOLE) == [
        "dim_calendar",
        "ticket_history",
        *built,
    ]  # both are small


def test_a_daily_table_that_came_out_the_same_in_what_is_read_is_not_different(refreshed):
    """Resolved an hour later on the same day: another mean time, but no other backlog."""
    found = refreshed(tickets=[*OLD[:-1], CLOSED | {"resolved_at": "2023-01-06 10:00"}])
    expected = [
        "dim_calendar",
        "ticket_history",
        "features_daily",
        "daily_agent_load",
        "cohort_daily",
        "work_next",
    ]
    assert named(found, Build.DAYS, Build.WHOLE) == expected
    assert [
        row["avg_tat"]
        for row in tables(refreshed.path)["features_daily"]
        if row["resolved_tickets"]
    ] == [24.0]


def timed(number, month, day, resolved=None, **columns):
    """A ticket with a promise of twelve hours, created on a day at ten."""
    created = f"{month}-{day:02d} 10:00"
    return ticket(created, resolved, ticket_id=f"T{number}", sla_hours=12.0, **columns)


# in each month: kept, broken, open; by its priority on another clock; by its flag in days, or as exported
ON_A_CLOCK = [
    row
    for place, month in enumerate(MONTHS)
    for row in (
        timed(10 * place, month, 2, f"{month}-03 13:00"),
        timed(10 * place + 1, month, 3, f"{month}-20 09:00", priority="High"),
        timed(10 * place + 2, month, 4, _issues="due_at_exported"),
        timed(10 * place + 3, month, 5) | {"sla_hours": 72.0, "_issues": "sla_in_days"},
        timed(10 * place + 4, month, 6) | {"sla_hours": 90_000.0},  # beyond the horizon
    )
]
OFFICES = clock(OFFICE, "Europe/Berlin", High="")
AN_HOUR_A_WEEK = clock({"mon": ("09:00-10:00",)}, "Europe/Berlin")


@pytest.mark.parametrize(
    ("tickets", "as_of", "clocks", "parts"),
    [
        pytest.param([*ON_A_CLOCK[:-5], timed(20, "2023-03", 9), *ON_A_CLOCK[-4:]], "2023-06-01", OFFICES, True, id="a changed ticket"),
        pytest.param([timed(99, "2023-01", 1), *ON_A_CLOCK], "2023-06-01", OFFICES, True, id="an earlier ticket: the clock starts earlier"),
        pytest.param([*ON_A_CLOCK, timed(99, "2023-03", 9) | {"sla_hours": 99_000.0}], "2023-06-01", OFFICES, True, id="a longer promise"),
        pytest.param(ON_A_CLOCK, "2023-07-04 11:30", OFFICES, True, id="as_of moved on"),
        pytest.param(ON_A_CLOCK, "2023-06-01", AN_HOUR_A_WEEK, False, id="another calendar"),
        pytest.param(ON_A_CLOCK, "2023-06-01", clock(OFFICE, "Europe/Berlin"), False, id="another priority"),
        pytest.param(ON_A_CLOCK, "2023-06-01", ROUND_THE_CLOCK, False, id="no calendar"),
        pytest.param(ON_A_CLOCK, "2026-01-01", OFFICES, False, id="deadlines are looked for until 2050 instead of 2045"),
    ],
)  # fmt: skip
def test_refreshing_with_a_calendar_is_building(
    tmp_path, monkeypatch, tickets, as_of, clocks, parts
):
    """And the facts are built in part as long as the calendar means the same."""
    put(tmp_path / "w.duckdb", ON_A_CLOCK)
    transform(tmp_path / "w.duckdb", "2023-06-01", "UTC", ANY, OFFICES)
    found = decisions(monkeypatch)
    put(tmp_path / "w.duckdb", tickets)
    transform(tmp_path / "w.duckdb", as_of, "UTC", ANY, clocks)
    assert ("fact_tickets" in named(found, Build.TICKETS)) == parts
    put(tmp_path / "fresh.duckdb", tickets)
    transform(tmp_path / "fresh.duckdb", as_of, "UTC", ANY, clocks)
    assert tables(tmp_path / "w.duckdb") == tables(tmp_path / "fresh.duckdb")


LATE = ticket("2023-03-10 10:00", "2023-03-12 10:00", ticket_id="late", sla_hours=8.0)
EARLIER = {  # what a day in March still needs of January
    "open": ticket("2023-01-03 10:00", ticket_id="open"),
    "resolved later": ticket(
        "2023-01-03 10:00", "2023-03-11 10:00", ticket_id="slow", agent_id="B", sla_hours=24.0
    ),
    "due later": ticket("2023-01-03 10:00", "2023-01-04 10:00", ticket_id="due", sla_hours=1600.0),
    "a segment that began": ticket(
        "2023-01-02 10:00", "2023-01-03 10:00", ticket_id="gone", category="Fax"
    ),
}


@pytest.fixture
def republished(tmp_path):
    """Publishes tickets, marks a day's rows of daily_agent_load, publishes others.

    It returns whether the mark is still there.
    """
    path = tmp_path / "w.duckdb"

    def publish(
        before,
        after,
        as_of=("2023-05-01", "2023-05-01"),
        spoil="SELECT 1",
        teams=("East", "East"),
        day="2023-01-02",
        thresholds=ANY,
    ):
        put(path, before, teams[0])
        transform(path, as_of[0], "UTC", thresholds)
        with duckdb.connect(path) as con:
            con.execute(
                "UPDATE daily_agent_load SET sla_breaches = 12345 WHERE ops_date = ?::DATE", [day]
            )
            con.execute(spoil)
        for again in (path, tmp_path / "fresh.duckdb"):
            put(again, after, teams[1])
            transform(again, as_of[1], "UTC", thresholds)
        with duckdb.connect(path) as con:
            kept = con.execute(
                "SELECT count(*) FROM daily_agent_load WHERE sla_breaches = 12345"
            ).fetchone()[0]
            con.execute("UPDATE daily_agent_load SET sla_breaches = 0 WHERE sla_breaches = 12345")
        assert tables(path) == tables(tmp_path / "fresh.duckdb")
        return kept > 0

    return publish


@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param([LATE | {"resolved_at": "2023-03-15 10:00"}], id="resolved later"),
        pytest.param([LATE | {"category": "Telex"}], id="a new segment"),
        pytest.param([LATE | {"created_at": "2023-03-08 10:00"}], id="created earlier"),
        pytest.param([], id="gone"),
        pytest.param(
            [LATE, LATE | {"ticket_id": "later", "created_at": "2023-03-20 10:00"}], id="another"
        ),
    ],
)
def test_daily_rows_before_the_first_changed_day_stay(republished, earlier, change):
    """And the rows from it on are those of a fresh warehouse, whatever they need of the tickets before."""
    rest = [ticket("2023-01-02 08:00", "2023-01-02 09:00", ticket_id="first"), earlier]
    assert republished([*rest, LATE], [*rest, *change])


@pytest.mark.parametrize(
    ("before", "change", "stays"),
    [
        pytest.param({}, {"resolved_at": "2023-03-15 10:00"}, True, id="resolved later"),
        pytest.param(
            {}, {"resolved_at": "2023-03-10 11:00"}, True, id="resolved earlier, within the SLA"
        ),
        pytest.param({}, {"resolved_at": None}, False, id="open again"),
        pytest.param(
            {"resolved_at": None}, {"resolved_at": "2023-03-12 10:00"}, False, id="was open"
        ),
        pytest.param(
            {"sla_hours": 1100.0}, {"resolved_at": "2023-03-15 10:00"}, False, id="due later"
        ),
        pytest.param({}, {"sla_hours": None}, True, id="no SLA: other breaches"),
        pytest.param({}, {"agent_id": "B"}, False, id="another agent"),
        pytest.param({}, {"created_at": "2023-03-08 10:00"}, False, id="created earlier"),
    ],
)
def test_daily_rows_after_the_last_changed_day_stay(republished, before, change, stays):
    """Where a resolution alone is another one. And the rows up to it are those of a fresh warehouse."""
    rest = [ticket("2023-01-02 08:00", "2023-01-02 09:00", ticket_id="first"), EARLIER["open"]]
    after = LATE | before | change
    assert republished([*rest, LATE | before], [*rest, after], day="2023-04-20") == stays


OTHER_LATE = ticket("2023-03-14 10:00", "2023-03-20 17:00", ticket_id="other", sla_hours=240.0)


@pytest.mark.parametrize(
    ("change", "as_of"),
    [
        pytest.param({"resolved_at": None}, "2023-05-01", id="another ticket is open again"),
        pytest.param(
            {"sla_hours": 1.0}, "2023-05-01", id="another one is past due: its dates are the same"
        ),
        pytest.param({}, "2023-05-02", id="as_of moved on"),
    ],
)
def test_the_last_changed_day_is_that_of_all_that_changed(republished, change, as_of):
    """One ticket was resolved on another day; and besides."""
    rest = [ticket("2023-01-02 08:00", "2023-01-02 09:00", ticket_id="first"), EARLIER["open"]]
    later = LATE | {"resolved_at": "2023-03-13 10:00"}
    republished(
        [*rest, LATE, OTHER_LATE], [*rest, later, OTHER_LATE | change], ("2023-05-01", as_of)
    )


@pytest.mark.parametrize(("most", "stays"), [(0.67, True), (0.66, False)])
def test_where_most_tickets_are_needed_every_day_is_built(republished, most, stays):
    """Two of three here: one of the day on which a segment began, and the late one."""
    rest = [
        ticket(f"2023-01-0{day} 08:00", f"2023-01-0{day} 09:00", ticket_id=f"T{day}")
        for day in (2, 3)
    ]
    later = LATE | {"resolved_at": "2023-03-11 10:00"}
    thresholds = Thresholds(candidates=100, needed=most)
    assert republished([*rest, LATE], [*rest, later], thresholds=thresholds) == stays


def test_as_of_alone_moves_on(republished):
    """From the day that it was, which had not ended: daily rows before it stay."""
    tickets = [
        ticket("2023-01-02 08:00", "2023-01-02 09:00", ticket_id="first"),
        LATE,
        EARLIER["due later"],
    ]
    assert republished(tickets, tickets, ("2023-03-20 12:00", "2023-05-01"))


@pytest.mark.parametrize(
    ("circumstances", "stays"),
    [
        pytest.param({}, True, id="none"),
        pytest.param({"as_of": ("2023-03-11 12:00", "2023-05-01")}, True, id="as_of moved on"),
        pytest.param({"spoil": "DROP TABLE features_daily"}, False, id="a daily table is gone"),
        pytest.param(
            {"teams": ("East", "West")}, False, id="agents changed: teams are segments of every day"
        ),
    ],
)
def test_when_daily_rows_stay(republished, circumstances, stays):
    rest = [
        ticket("2023-01-02 08:00", "2023-01-02 09:00", ticket_id="first"),
        EARLIER["a segment that began"],
    ]
    assert (
        republished(
            [*rest, LATE], [*rest, LATE | {"resolved_at": "2023-03-11 10:00"}], **circumstances
        )
        == stays
    )


@pytest.mark.parametrize(
    "tickets",
    [
        pytest.param(
            [*OLD, ticket("2023-01-07 10:00", ticket_id="new", sla_hours=None)], id="came"
        ),
        pytest.param(OLD[1:], id="went"),
    ],
)
def test_a_ticket_that_comes_or_goes_differs_in_every_column(refreshed, monkeypatch, tickets):
    """Also in those where it has no value: a SELECT that counts its rows counts otherwise."""
    found, whole = {}, builder.find_changed

    def watched(*known):
        changed = whole(*known)
        found["fact_tickets"] = changed.columns
        return changed

    monkeypatch.setattr(builder, "find_changed", watched)
    refreshed(tickets=tickets)
    assert found["fact_tickets"] == {column.name for column in catalogue()["fact_tickets"].columns}
