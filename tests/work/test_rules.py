"""Rules files: what a condition may be, and what an error says."""

import pytest
import sqlglot
from sqlglot import exp

from opsdesk import project
from opsdesk.catalogue.tables import catalogue, read_sql
from opsdesk.errors import OpsdeskError
from opsdesk.work.columns import rule_columns
from opsdesk.work.conditions import check_condition
from opsdesk.work.rules_file import read_rules

SHIPPED = (
    "breached, due within 4 h, due within 24 h, at risk, high priority, unassigned, "
    "not answered yet, no update for 72 h, slow, reopened"
)


def write(tmp_path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_shipped_rules_are_those_of_the_design() -> None:
    assert ", ".join(rule.name for rule in read_rules("default").rules) == SHIPPED


def test_a_rule_may_use_the_columns_of_open_tickets_and_they_have_these_types() -> None:
    tree = sqlglot.parse_one(read_sql(catalogue()["work_next"]), read="bigquery")
    (made,) = [cte.this for cte in tree.find_all(exp.CTE) if cte.alias == "open_tickets"]
    assert list(rule_columns()) == made.named_selects
    assert set(rule_columns().values()) == {
        "STRING",
        "TIMESTAMP",
        "DATE",
        "FLOAT64",
        "INT64",
        "BOOL",
    }


def test_an_own_rule_is_two_lines(tmp_path) -> None:
    text = "- include: default\n- {name: VIP, when: \"customer = 'Acme'\", weight: 30, do: Call them}\n"
    *shipped, own = read_rules(write(tmp_path, text)).rules
    assert (own.name, own.when, own.weight, own.do) == (
        "VIP", "(customer = 'Acme')", 30, "Call them",
    )  # fmt: skip
    assert tuple(shipped) == read_rules("default").rules


@pytest.mark.parametrize(
    "when",
    [
        "hours_open >= 8 AND status = 'Open' -- waits",
        "PRIORITY IN ('High', 'Critical') OR is_unassigned",
        "is_high_priority IS TRUE AND NOT is_unanswered",
        "LOWER(subject) LIKE '%refund%'",
        "created_at < TIMESTAMP_SUB(@as_of, INTERVAL 30 DAY)",
        "DATE(created_at, @timezone) = DATE '2023-01-31'",
        "created_date BETWEEN DATE '2023-01-01' AND DATE '2023-01-31'",
        "SAFE_DIVIDE(hours_open, sla_hours) > 0.5",
        "COALESCE(hours_left, 0) < 8 * 3",
        'REGEXP_EXTRACT(attributes, \'"region":"([^"]*)"\') = "North"',
        "hour_of_day >= 18 AND day_of_week IN ('Sat', 'Sun')",
        "hours_left IS NOT NULL",
    ],
)  # fmt: skip
def test_conditions_that_are_taken(when: str) -> None:
    assert check_condition(when).startswith("(")


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("custommer = 'Acme'", "there is no column 'custommer'; did you mean customer?"),
        ("t.customer = 'Acme'", "t.customer: name the column alone, customer."),
        ("hours_left <", "the condition cannot be read near"),
        ("priority = 'High", "the condition cannot be read: is a quote or a bracket not closed?"),
        ("TRUE; DROP TABLE fact_tickets", "must be one condition, without semicolons."),
        ("TRUE) OR (TRUE", "the condition cannot be read"),
        ("ticket_id IN (SELECT ticket_id FROM fact_tickets)", "looks at one ticket at a time"),
        ("EXISTS (SELECT 1)", "looks at one ticket at a time"),
        ("MAX(hours_open) > 3", "MAX(hours_open): a rule looks at one ticket at a time"),
        ("ROW_NUMBER() OVER () = 1", "looks at one ticket at a time"),
        ("DROP TABLE x", "looks at one ticket at a time"),
        ("created_at < CURRENT_TIMESTAMP()", "the clock is never read: a run gets @as_of."),
        ("hours_open / sla_hours > 1", "use SAFE_DIVIDE"),
        ("REGEXP_CONTAINS(subject, 'x')", "not proven to be portable"),
        ("hours_open > @limit", "there is no parameter @limit; there are @as_of, @timezone."),
        ("priority = 5", "priority is text and 5 is a number: compare like with like."),
        ("hours_open = '5'", "hours_open is a number and '5' is text"),
        ("hours_open BETWEEN 1 AND '5'", "1 is a number and '5' is text"),
        ("priority IN ('High', 1)", "'High' is text and 1 is a number"),
        ("created_date > '2023-01-31'", "with a date such as DATE '2023-01-31'"),
        ("created_at > DATE '2023-01-31'", "the day of a moment as DATE(created_at, @timezone)"),
        ("priority AND is_unassigned", "priority is text, and true or false is needed in"),
        ("LOWER(hours_left) = 'x'", "hours_left is a number, and text is needed in"),
        ("priority + 1 > 2", "priority is text, and a number is needed in"),
        ("hours_left", "hours_left is a number: write a condition, such as hours_left <= 8."),
        ("'x'", "'x' is text: write a condition"),
        ("CAST(attributes AS FLOAT64) > 1", "one ticket with another text would end the run"),
        ("created_date = DATE '2023-02-30'", "there is no such day"),
        ("(" * 900 + "TRUE" + ")" * 900, "the condition is nested too deeply"),
        ("TRUE OR " * 300 + "TRUE", "the condition has 2,404 characters: 2,000 are allowed."),
    ],
)  # fmt: skip
def test_conditions_that_are_refused(tmp_path, when: str, message: str) -> None:
    quoted = when.replace("'", "''")
    text = f"# mine\n- name: own\n  when: '{quoted}'\n  weight: 1\n  do: act\n"
    with pytest.raises(OpsdeskError) as refused:
        read_rules(write(tmp_path, text))
    assert "mine.yaml, line 3: rule 'own': " in str(refused.value)
    assert message in str(refused.value)


RULE = "{name: a, when: is_unassigned, weight: 1, do: act}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.yaml has no rule: write a line such as - {name: VIP"),
        ("name: a", "mine.yaml is not a list of rules: begin each with -"),
        ("- a", "line 1: this is not a rule: write it as {name: VIP"),
        ("- {name: a", "mine.yaml, line 2 is not YAML"),
        (f"- {RULE}\n- {RULE}", "line 2: there is a rule 'a' already, in {file}, line 1"),
        (f"- include: default\n- {RULE.replace('a,', 'slow,', 1)}", "already, in params/rules/default.yaml, line"),
        ("- {name: a, when: is_unassigned, do: act}", "line 1: the rule has no 'weight'"),
        ("- {name: a, wenn: is_unassigned}", "line 1: a rule has no 'wenn'; did you mean when?"),
        ("- name: a\n  name: b", "line 2: 'name' is there twice"),
        ("- {name: a, when: [x], weight: 1, do: act}", "'when' must be one value"),
        (f"- {RULE.replace('1', '1.5')}", "rule 'a': the weight '1.5' is not a whole number up to 1,000,000."),
        (f"- {RULE.replace('1', '10000000')}", "is not a whole number up to 1,000,000."),
        (f"- {RULE.replace('a,', 'a;b,', 1)}", "the name 'a;b' has a semicolon"),
        (f"- {RULE.replace('act', '')}", "line 1: 'do' must be a text in one line"),
        ("- {include: default, name: a}", "`include` is alone in its entry"),
        ("- include: defalt", "There are no rules 'defalt' (looked for params/rules/defalt.yaml)"),
        ("- include: {file}", "{file} includes itself"),
    ],
)  # fmt: skip
def test_files_that_are_refused(tmp_path, text: str, message: str) -> None:
    file = str(tmp_path / "mine.yaml")
    with pytest.raises(OpsdeskError) as refused:
        read_rules(write(tmp_path, text.replace("{file}", file)))
    assert message.replace("{file}", file) in str(refused.value)


def test_a_project_of_before_has_the_rules_of_the_package(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(project, "ROOT", tmp_path)
    assert len(read_rules("default").rules) == 10
