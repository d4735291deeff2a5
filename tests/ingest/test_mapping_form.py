"""A mapping's second form: each way to say where a value comes from, on small exports."""

import duckdb
import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.workbench import Workbench

RUN_AT = "2024-01-01T00:00:00Z"
CREATED = "2023-05-01 10:00:00"
FORMATS = "timestamps: ['%Y-%m-%d %H:%M:%S']\n"


def bring_in(tmp_path, mapping: str, text: str, **changes: str):
    (tmp_path / "own.yaml").write_text(mapping, encoding="utf-8")
    export = tmp_path / "export.csv"
    export.write_text(text, encoding="utf-8")
    values = {"agents": "", "export_kind": "full", "lake": str(tmp_path / "lake"), **changes}
    return Workbench(RUN_AT).ingest(str(export), str(tmp_path / "own.yaml"), **values)


def tickets(tmp_path, *columns: str) -> list[tuple]:
    """The rows of the lake by ticket_id, as texts."""
    files = str(tmp_path / "lake" / "raw" / "*" / "*" / "*.csv")
    names = ", ".join(("ticket_id", *columns))
    return duckdb.execute(
        f"SELECT {names} FROM read_csv($files, all_varchar=true) ORDER BY ticket_id",
        {"files": files},
    ).fetchall()


def minimal(**columns: str) -> str:
    """A mapping of the columns id, opened and closed, and of those given."""
    known = {"ticket_id": "id", "created_at": "opened", "resolved_at": "closed", **columns}
    return "columns:\n" + "".join(f"  {name}: {value}\n" for name, value in known.items())


HEADER = "id,opened,closed"
CASES = [
    pytest.param(
        minimal(priority="[Urgency, Priority]") + FORMATS,
        [HEADER + ",Priority", f"1,{CREATED},,High"],
        ["priority"], [("1", "High")],
        id="one of two names is enough",
    ),
    pytest.param(
        minimal(priority="[Urgency, Priority]") + FORMATS + "missing: ['?']\nvalues: {priority: {P1: Critical, x: ''}}",
        [HEADER + ",Urgency,Priority", f"1,{CREATED},,?,P1", f"2,{CREATED},,x,Low", f"3,{CREATED},,P1,Low"],
        ["priority"], [("1", "Critical"), ("2", "Low"), ("3", "Critical")],
        id="missing and values come before the choice",
    ),
    pytest.param(
        minimal(ticket_id="{join: [Project, Issue ID], with: '#'}") + FORMATS,
        ["Project,Issue ID,opened,closed", f"web,7,{CREATED},", f"app,7,{CREATED},"],
        [], [("app#7",), ("web#7",)],
        id="a joined id",
    ),
    pytest.param(
        minimal(resolved_at="[closed, {column: changed, when: {state: [Done, Fixed]}}]") + FORMATS,
        [HEADER + ",changed,state", f"1,{CREATED},,2023-05-02 10:00:00,Done", f"2,{CREATED},,2023-05-02 10:00:00,Open",
         f"3,{CREATED},2023-05-03 10:00:00,2023-05-02 10:00:00,Done"],
        ["resolved_at"],
        [("1", "2023-05-02T10:00:00Z"), ("2", None), ("3", "2023-05-03T10:00:00Z")],
        id="an alternative under a condition",
    ),
    pytest.param(
        minimal(created_at="{pattern: 'Started at \\((?P<timezone>.+)\\)'}") + FORMATS + "timezone: Asia/Tokyo",
        ["id,Started at (America/Lima),closed", "1,2023-05-01 10:00:00,2023-05-02 10:00:00"],
        ["created_at", "resolved_at"], [("1", "2023-05-01T15:00:00Z", "2023-05-02T01:00:00Z")],
        id="the zone of a header comes before that of the mapping",
    ),
    pytest.param(
        minimal(first_response_at="{duration: 'first reply', unit: minutes}", resolution_hours="{duration: took, unit: seconds}") + FORMATS,
        [HEADER + ",first reply,took", f"1,{CREATED},2023-05-01 12:00:00,90,7200", f"2,{CREATED},2023-05-01 12:00:00,1:30,2:00:00",
         f"3,{CREATED},,-5,", f"4,{CREATED},,soon,"],
        ["first_response_at", "resolution_hours", "_issues"],
        [("1", "2023-05-01T11:30:00Z", "2.0", None), ("2", "2023-05-01T11:30:00Z", "2.0", None),
         ("3", "2023-05-01T09:55:00Z", None, "first_response_before_created"), ("4", None, None, "bad_first_response_at")],
        id="durations",
    ),
    pytest.param(
        minimal(sla_breached="{duration: left, unit: hours}") + FORMATS,
        [HEADER + ",left", f"1,{CREATED},2023-05-01 12:00:00,-0:42", f"2,{CREATED},2023-05-01 12:00:00,3:10"],
        ["sla_breached", "_issues"], [("1", "true", "judged_by_flag"), ("2", "false", "judged_by_flag")],
        id="the sign of what is left of the promised time",
    ),
    pytest.param(
        minimal(sla_hours="target") + FORMATS + "decimal: ','\n",
        [HEADER + ",target", f'1,{CREATED},,"4,5"', f'2,{CREATED},,"1.000,5"', f"3,{CREATED},,4.5", f"4,{CREATED},,8"],
        ["sla_hours", "_issues"], [("1", "4.5", None), ("2", "1000.5", None), ("3", None, "bad_sla_hours"), ("4", "8.0", None)],
        id="a decimal comma",
    ),
    pytest.param(
        minimal(due_at="due") + "timestamps: {all: ['%d/%m/%Y %H:%M', '%d/%m/%Y'], due_at: ['%Y-%m-%d']}\ntimezone: Europe/Berlin",
        [HEADER + ",due", "1,01/05/2023 10:00,,2023-05-02", "2,01/05/2023,03/05/2023 12:00,"],
        ["created_at", "resolved_at", "sla_hours", "_issues"],
        # until 23:59:59 of 2 May: 37 h 59 min 59 s after 10:00
        [("1", "2023-05-01T08:00:00Z", None, "37.999722222222225", "due_date_only;due_at_exported"),
         ("2", "2023-04-30T22:00:00Z", "2023-05-03T10:00:00Z", None, "date_only")],
        id="formats per column, days without a time",
    ),
    pytest.param(
        minimal(sla_days="promise", sla_breached="late") + FORMATS + "values: {sla_days: {in two days: '2'}}\n",
        # resolved after 73 hours and late: of which days the promise is, a calendar says, so that nothing differs
        [HEADER + ",promise,late", f"1,{CREATED},,1,", f"2,{CREATED},2023-05-04 11:00:00,3,no", f"3,{CREATED},,Next Business Day,",
         f"4,{CREATED},,nbd,", f"5,{CREATED},,in two days,", f"6,{CREATED},,2.5,", f"7,{CREATED},,0,", f"8,{CREATED},,36501,",
         f"9,{CREATED},,,"],
        ["sla_hours", "_issues"],
        [("1", "24.0", "sla_in_days"), ("2", "72.0", "sla_in_days"), ("3", "24.0", "sla_in_days"), ("4", "24.0", "sla_in_days"),
         ("5", "48.0", "sla_in_days"), ("6", None, "bad_sla_hours"), ("7", None, "bad_sla_hours"), ("8", None, "bad_sla_hours"),
         ("9", None, None)],
        id="a promise in days, from 1 to a century",
    ),
    pytest.param(
        minimal(priority="urgency", due_at="due") + FORMATS + "sla_hours_by_priority: {High: 4}\nsla_days_by_priority: {Low: 3}\n",
        [HEADER + ",urgency,due", f"1,{CREATED},,High,", f"2,{CREATED},,Low,", f"3,{CREATED},,Low,2023-05-01 15:00:00",
         f"4,{CREATED},,Low,soon", f"5,{CREATED},,,"],
        ["sla_hours", "_issues"],
        [("1", "4.0", None), ("2", "72.0", "sla_in_days"), ("3", "5.0", "due_at_exported"), ("4", None, "bad_sla_hours"),
         ("5", None, None)],
        id="hours and days by priority, for tickets without a deadline",
    ),
    pytest.param(
        minimal() + "timestamps: ['%d/%m/%Y', '%m/%d/%Y']",
        [HEADER, "1,01/02/2023,", "2,25/02/2023,", "3,02/02/2023,"],
        ["created_at", "_issues"],
        [("1", "2023-02-01T00:00:00Z", "date_only;two_formats_created_at"), ("2", "2023-02-25T00:00:00Z", "date_only"),
         ("3", "2023-02-02T00:00:00Z", "date_only")],
        id="a date that two formats read differently is named",
    ),
    pytest.param(
        minimal(category="{column: Label, nth: 2}") + FORMATS,
        [HEADER + ",Label,Label", f"1,{CREATED},,a,b"],
        ["category"], [("1", "b")],
        id="the second column of a name",
    ),
    pytest.param(
        minimal(channel="Via", customer="Company", subject="Title") + FORMATS
        + "optional: [channel]\nattributes: {product: Product, region: [Area, Region]}",
        [HEADER + ',Company,Title,Product,Region', f'1,{CREATED},,ACME,"printer, on fire","a ""b"" \\",North', f"2,{CREATED},,,,,"],
        ["channel", "customer", "subject", "attributes"],
        [("1", None, "ACME", "printer, on fire", '{"product":"a \\u0022b\\u0022 \\u005c","region":"North"}'), ("2", None, None, None, None)],
        id="an optional column, and more of a ticket",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "lines", "columns", "rows"), CASES)
def test_second_form(tmp_path, mapping, lines, columns, rows):
    bring_in(tmp_path, mapping, "\n".join(lines) + "\n")
    assert tickets(tmp_path, *columns) == rows


RULES = """exclude:
  - {name: merged, column: Tags, matches: '(^|\\s)closed_by_merge(\\s|$)'}
  - {name: spam, column: Tags, in: [spam, junk]}
  - {name: gone, column: nowhere, in: [x]}
"""


def test_exclude(tmp_path):
    lines = [
        HEADER + ",state,Tags,changed",
        f"1,{CREATED},,Open, spam ,",
        f"2,{CREATED},,Open,a closed_by_merge b,",
        f"3,{CREATED},,Open,not_closed_by_merge,",
        f"4,{CREATED},,Open,a,2023-05-01 11:00:00",  # older than the excluded version
        f"4,{CREATED},,Open,junk,2023-05-01 12:00:00",
        f"5,{CREATED},,Open,junk,2023-05-01 11:00:00",  # excluded, but not the newest
        f"5,{CREATED},,Open,a,2023-05-01 12:00:00",
        f",{CREATED},,Open,spam,",  # a rule comes before any other reason
        f"6,{CREATED},,Closed,junk,",
        "7,soon,,Open,a,",
    ]
    mapping = minimal(status="state", updated_at="changed") + FORMATS + RULES
    found = bring_in(tmp_path, mapping + "closed_statuses: [Closed]", "\n".join(lines))
    assert found.record["excluded"] == {"merged": 1, "spam": 4}
    assert found.record["rejected"] == {"bad_created_at": 1, "duplicate_ticket_id": 2}
    assert [row[0] for row in tickets(tmp_path)] == ["3", "5"]
    assert list(found.reconciliation["rows"]) == [10, 2, 3, 5]
    assert found.record["notes"] == [
        f"{tmp_path}/export.csv has no column 'nowhere': the rule 'gone' excluded nothing."
    ]


def test_every_row_excluded(tmp_path):
    lines = [HEADER + ",Tags", f"1,{CREATED},,spam"]
    with pytest.raises(OpsdeskError, match=r"Every row of export.csv would be excluded \(spam 1\)"):
        bring_in(tmp_path, minimal() + FORMATS + RULES, "\n".join(lines))


def test_the_zone_of_the_run(tmp_path):
    text = f"{HEADER}\n1,{CREATED},\n"
    found = bring_in(tmp_path, minimal() + FORMATS, text, timezone="Europe/Berlin")
    assert tickets(tmp_path, "created_at") == [("1", "2023-05-01T08:00:00Z")]
    assert found.record["zone"] == {"timezone": "Europe/Berlin", "from": "run"}
    # another zone is another reading of the same file
    again = bring_in(tmp_path, minimal() + FORMATS, text, timezone="UTC")
    assert not again.unchanged
    named = bring_in(tmp_path, minimal() + FORMATS + "timezone: UTC", text, timezone="Asia/Tokyo")
    assert tickets(tmp_path, "created_at") == [("1", "2023-05-01T10:00:00Z")]
    assert named.record["zone"] == {"timezone": "UTC", "from": "mapping"}


RULE_A = "{name: a, column: b, in: [c]}"
NO_PATTERN = "{name: a, column: b, matches: '('}"
YES = "{column: a, when: {b: [Yes]}}"
UNIT = "{pattern: 'La.*', unit: hours}"
REFUSED = [
    pytest.param(minimal(priority="[Urgency, Level]") + FORMATS, "has no column 'Urgency' or 'Level'", id="none of the names"),
    pytest.param(minimal(priority="Label") + FORMATS, "has the column 'Label' twice (at 4, 5): which one", id="a name twice"),
    pytest.param(minimal(priority="{column: Label, nth: 3}") + FORMATS, "has no column 'Label' (3)", id="no third one"),
    pytest.param(minimal(priority=UNIT) + FORMATS, "`unit` belongs to a block with `duration`", id="a unit without a duration"),
    pytest.param(minimal(priority="{pattern: 'La.*'}") + FORMATS, "'Label', 'Label' all match La.*", id="a pattern that fits two"),
    pytest.param(minimal(priority="{pattern: '('}") + FORMATS, "is not a regular expression", id="no pattern"),
    pytest.param(minimal(priority="{column: a, join: [b, c]}") + FORMATS, "a block says one of column, join", id="two ways at once"),
    pytest.param(minimal(priority="{duration: a, unit: hours}") + FORMATS, "priority cannot come from a duration", id="no duration"),
    pytest.param(minimal(due_at="{duration: a, unit: weeks}") + FORMATS, "unit must be one of", id="no unit"),
    pytest.param(minimal(priority="{column: a, when: [b]}") + FORMATS, "when must be a block", id="no condition"),
    pytest.param(minimal(priority=YES) + FORMATS, "put No, Yes and numbers in quotes", id="a condition on an unquoted Yes"),
    pytest.param(minimal(created_at="{pattern: '(?P<zone>.+)'}") + FORMATS, "the only group of a pattern is timezone", id="another group"),
    pytest.param(minimal() + FORMATS + "exclude: [{name: a, column: b}]", "needs `in` or `matches`", id="a rule without a condition"),
    pytest.param(minimal() + FORMATS + f"exclude: [{NO_PATTERN}]", "no valid regular expression", id="a rule that is no pattern"),
    pytest.param(minimal() + FORMATS + f"exclude: [{RULE_A}, {RULE_A}]", "two rules called 'a'", id="two rules of a name"),
    pytest.param(minimal() + FORMATS + "optional: [ticket_id]", "ticket_id cannot be optional", id="no id"),
    pytest.param(minimal() + FORMATS + "optional: [prio]", "unknown column 'prio'", id="an unknown optional"),
    pytest.param(minimal() + FORMATS + "attributes: {Product: P}", "needs a name of small letters", id="a name of capitals"),
    pytest.param(minimal() + FORMATS + "attributes: {team: P}", "team is one of our names", id="one of our names"),
    pytest.param(minimal() + FORMATS + "decimal: ';'", 'decimal must be "." or ","', id="no decimal sign"),
    pytest.param(minimal() + FORMATS + "encoding: base64", "is not one that Python knows", id="no codec of texts"),
    pytest.param(minimal() + FORMATS + "header_row: 0", "header_row must be a row from 1", id="row 0"),
    pytest.param(minimal() + "timestamps: {when: ['%Y']}", "unknown column 'when'", id="formats of no column"),
    pytest.param(minimal(), "lists no format for created_at", id="texts without formats"),
    pytest.param(minimal() + "timestamps: {created_at: ['%Y']}", "lists no format for resolved_at", id="formats of one column only"),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "says"), REFUSED)
def test_refused(tmp_path, mapping, says):
    with pytest.raises(OpsdeskError) as error:
        bring_in(tmp_path, mapping, f"{HEADER},Label,Label\n1,{CREATED},,a,b\n")
    assert says in str(error.value)
    assert not (tmp_path / "lake" / "raw").exists()


def test_columns_in_two_zones(tmp_path):
    mapping = minimal(created_at="[{pattern: 'A \\((?P<timezone>.+)\\)'}, opened]") + FORMATS
    text = "id,opened,closed,A (Asia/Tokyo)\n1,,,2023-05-01 10:00:00\n"
    with pytest.raises(OpsdeskError, match="columns in different zones for created_at"):
        bring_in(tmp_path, mapping, text)
    with pytest.raises(OpsdeskError, match="'Tokyo' in the header 'A \\(Tokyo\\)' is not an IANA"):
        bring_in(tmp_path, mapping, text.replace("Asia/", ""))
