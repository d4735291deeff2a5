"""work_next with rules of one's own: the same in every engine, the order total, rebuilt when a rule changes."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import refreshing
from googlesql import rows
from opsdesk.catalogue.tables import catalogue
from opsdesk.googlesql.definition import definition
from opsdesk.steps import transform as step
from opsdesk.warehouse.duckdb.warehouse import DuckDBWarehouse
from opsdesk.work.rules import Rule, Rules
from opsdesk.work.rules_file import read_rules
from tickets import Row, build, event, instant, ticket

pytestmark = pytest.mark.xdist_group("googlesql")
AS_OF = "2023-01-10 12:00"
READ = ("fact_tickets", "ticket_sla_risk")
# texts of a rules file are data: nothing in them is SQL, in no engine
ODD = (
    "it's", 'say "no"', "back\\slash", "\\'; DROP TABLE x; --", "/* a */ -- b", "@as_of @rules {x} %s $1",
    "Zürich 😀", "`tick`", "\\n \\u0041 ''' \"\"\"", "$name $$ ?",
)  # fmt: skip


def work(tickets: list[Row], rules: dict[str, str] | None = None) -> list[Row]:
    """work_next by rank."""
    names = [*READ, "work_next"]
    return sorted(build(tickets, AS_OF, only=names, rules=rules)["work_next"], key=lambda row: row["rank"])  # fmt: skip


def by_google(tickets: list[Row], rules: dict[str, str]) -> list[Row]:
    """The same by Google's own engine."""
    read = build(tickets, AS_OF, only=READ)
    sql = definition(catalogue()["work_next"], rules)
    found = rows(sql, read, {"as_of": instant(AS_OF), "timezone": "UTC"})
    return sorted(found, key=lambda row: row["rank"])


def test_odd_texts_in_rules_and_tickets_stay_texts_in_every_engine() -> None:
    rules = tuple(Rule(text, "TRUE", place - 4, text) for place, text in enumerate(ODD))
    columns = Rules("odd", rules).columns
    (row,) = work([ticket(customer="O'Hara; DROP")], columns)
    assert row["reasons"] == "; ".join(ODD)
    assert row["action"] == ODD[0]
    assert row["score"] == sum(range(-4, 6))
    assert by_google([ticket(customer="O'Hara; DROP")], columns) == [row]


def test_every_condition_that_is_taken_runs_in_every_engine(tmp_path) -> None:
    whens = [
        "hours_open >= 8 AND status = 'Open'", "PRIORITY IN ('High') OR is_unassigned", "LOWER(subject) LIKE '%refund%'",
        "created_at < TIMESTAMP_SUB(@as_of, INTERVAL 3 DAY)", "DATE(created_at, @timezone) = DATE '2023-01-02'",
        "created_date BETWEEN DATE '2023-01-01' AND DATE '2023-01-31'", "SAFE_DIVIDE(hours_open, sla_hours) > 0.5",
        """REGEXP_EXTRACT(attributes, '"region":"([^"]*)"') = 'North'""", "hour_of_day >= 9 AND day_of_week IN ('Mon')",
    ]  # fmt: skip
    path = tmp_path / "own.yaml"
    lines = [f"- name: r{n}\n  when: |-\n    {when}\n  weight: 1\n  do: x\n" for n, when in enumerate(whens)]  # fmt: skip
    path.write_text("".join(lines), encoding="utf-8")
    columns = read_rules(str(path)).columns
    tickets = [
        ticket("2023-01-02 10:00", subject="A Refund", sla_hours=3.0, attributes='{"region":"North"}', agent_id=None),
        ticket("2023-01-10 05:00", priority="High", status="Closed"),
    ]  # fmt: skip
    ours = work(tickets, columns)
    assert [(row["ticket_id"], row["reasons"]) for row in ours] == [
        ("T1", "r0; r1; r2; r3; r4; r5; r6; r7; r8"),
        ("T2", "r1; r5"),
    ]
    assert by_google(tickets, columns) == ours


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("2023-01-09 10:00", "2023-01-09 10:00:00.000001", "2023-01-10 11:00")),
            st.sampled_from((None, 26.0, 27.0)),
            st.sampled_from(("High", "Low")),
        ),
        max_size=9,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_is_total_whatever_the_order_of_the_rows(
    shapes: list[tuple], chance: random.Random
) -> None:
    """Ties in all but the ticket_id; typed out here as Python compares."""
    ids = chance.sample(["a", "B", "b", "Z", "10", "9", "é", "z", "😀"], len(shapes))
    tickets = [
        ticket(created, ticket_id=name, sla_hours=hours, priority=priority)
        for name, (created, hours, priority) in zip(ids, shapes, strict=True)
    ]
    columns = Rules("two", (Rule("any", "TRUE", 1, "x"), Rule("high", "is_high_priority", 1, "y")))
    first = work(tickets, columns.columns)
    chance.shuffle(tickets)
    assert work(tickets, columns.columns) == first
    created = {row["ticket_id"]: instant(row["created_at"]) for row in tickets}
    assert [row["rank"] for row in first] == list(range(1, len(tickets) + 1))
    assert first == sorted(
        first,
        key=lambda row: (
            -row["score"],
            row["hours_left"] is None,
            row["hours_left"] or 0.0,
            created[row["ticket_id"]],
            row["ticket_id"].encode(),
        ),
    )


@pytest.mark.parametrize(
    ("columns", "reasons"),
    [
        pytest.param({"agent_id": None}, "", id="no agents at all: nobody is unassigned"),
        pytest.param({"sla_hours": 52.0}, "due within 4 h; slow", id="four hours exactly"),
        pytest.param({"sla_hours": 48.0}, "breached; slow", id="due at as_of"),
        pytest.param({"sla_hours": 72.0}, "due within 24 h; slow", id="24 hours exactly"),
        pytest.param({"sla_hours": 76.0}, "slow", id="28 of 76 hours left: on track"),
        pytest.param({"sla_hours": 50.0, "_issues": "date_only"}, "at risk", id="a day without hours"),
        pytest.param({"updated_at": "2023-01-07 12:00"}, "no update for 72 h; slow", id="72 hours exactly"),
        pytest.param({"priority": "Critical"}, "high priority", id="no ticket like it was resolved"),
    ],
)  # fmt: skip
def test_the_edges_of_the_shipped_rules(columns: Row, reasons: str) -> None:
    """Opened 48 hours ago; 17 of 20 tickets like it took an hour, the slowest three too long to count."""
    resolved = [
        ticket("2022-12-01", f"2022-12-0{day} {hour}:00", agent_id=columns.get("agent_id", "A1"))
        for day, hour in [("1", "01")] * 17 + [("9", "09")] * 3
    ]
    old = ticket("2022-07-01", "2022-07-14 11:59:59")  # resolved more than 180 days ago
    (old["agent_id"],) = {row["agent_id"] for row in resolved}
    one = ticket("2023-01-08 12:00", ticket_id="one", **columns)
    if columns.get("agent_id", "A1") is None:
        reasons = "slow"
    found = {row["ticket_id"]: row["reasons"] for row in work([*resolved, *[old] * 9, one])}
    assert found == ({"one": reasons} if reasons else {})


def test_a_reopened_ticket_comes_first_and_nothing_falls_due_while_paused() -> None:
    """Both have 3 hours left: A was reopened and waits, B is open. C is breached, and waits since."""
    log = [
        event("A", "2023-01-10 10:00", "status", "Open", "Solved"),
        event("A", "2023-01-10 11:00", "status", "Solved", "Waiting"),
        event("C", "2023-01-10 11:30", "status", "Open", "Waiting"),
    ]
    tickets = [
        ticket("2023-01-10 09:00", ticket_id="A", sla_hours=4.0),
        ticket("2023-01-10 09:00", ticket_id="B", sla_hours=6.0),
        ticket("2023-01-10 09:00", ticket_id="C", sla_hours=1.0),
    ]
    tables = build(tickets, AS_OF, only=[*READ, "work_next"], events=log)
    found = {row["ticket_id"]: (row["reasons"], row["hours_left"]) for row in tables["work_next"]}
    assert found == {
        "A": ("reopened", 3.0),
        "B": ("due within 4 h", 3.0),
        "C": ("breached", -1.5),
    }


def test_a_changed_rule_builds_the_table_again_and_the_same_rules_do_not(tmp_path) -> None:
    path, rules = tmp_path / "w.duckdb", tmp_path / "own.yaml"
    refreshing.put(path, [ticket("2023-01-02 10:00", ticket_id="T1", agent_id=None)])

    def publish(text: str) -> tuple[bool, list]:
        rules.write_text(text)
        given = ("2023-01-05 00:00", "UTC", refreshing.RUN_AT)
        result = step.transform(DuckDBWarehouse(path), *given, rules=str(rules))
        return result.unchanged, refreshing.tables(path)["work_next"]

    first = "- {name: old, when: hours_open > 24, weight: 3, do: act}\n"
    unchanged, (row,) = publish(first)
    assert (unchanged, row["score"], row["action"]) == (False, 3, "act")
    assert publish(f"# the same\n{first}")[0]
    unchanged, (row,) = publish(first.replace("act", "wait"))
    assert (unchanged, row["action"]) == (False, "wait")
    assert publish(first.replace("24", "999"))[1] == []
