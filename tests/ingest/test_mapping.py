"""Mapping files: an invalid value is reported with file and key."""

import pytest

from opsdesk import OpsdeskError, project
from opsdesk.ingest.mapping import read_mapping

COLUMNS = "columns: {ticket_id: id, created_at: opened, resolved_at: closed}\n"
FORMATS = "timestamps: ['%Y-%m-%d %H:%M:%S']\n"


def read(tmp_path, monkeypatch, text: str):
    (tmp_path / "params" / "mappings").mkdir(parents=True)
    (tmp_path / "params" / "mappings" / "own.yaml").write_text(text)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    return read_mapping("own")


@pytest.mark.parametrize("name", ["ops_tickets", "boston311"])
def test_shipped_mappings_are_sound(name):
    assert {"ticket_id", "created_at", "resolved_at"} <= read_mapping(name).columns.keys()


def test_defaults(tmp_path, monkeypatch):
    mapping = read(tmp_path, monkeypatch, COLUMNS + FORMATS)
    assert (
        mapping.timezone,
        mapping.delimiter,
        mapping.closed_statuses,
        mapping.decimal,
    ) == (
        "",
        ",",
        (),
        ".",
    )


REFUSED = [
    pytest.param("", "needs a block `columns:`", id="empty"),
    pytest.param("columns: [a]", "needs a block `columns:`", id="a list"),
    pytest.param("a: [", "is not YAML", id="not YAML"),
    pytest.param("columns: {ticket_id: id}\n" + FORMATS, "must say where created_at comes from", id="a column missing"),
    pytest.param(COLUMNS.replace("ticket_id", "ticketid") + FORMATS, "unknown column 'ticketid'. Did you mean ticket_id", id="misspelt column"),
    pytest.param(COLUMNS + FORMATS + "timezon: UTC", "unknown key 'timezon'. Did you mean timezone", id="misspelt key"),
    pytest.param(COLUMNS + FORMATS + "timezone: Berlin", "'Berlin' is not an IANA time zone", id="no zone"),
    pytest.param(COLUMNS + FORMATS + "timezone: posix/Europe/Berlin", "is not an IANA time zone", id="a zone of Python alone"),
    pytest.param(COLUMNS + "timestamps: []", "timestamps must list the accepted formats", id="no formats"),
    pytest.param(COLUMNS + "timestamps: ['%H:%i']", "'%H:%i', which is not a format", id="unknown directive"),
    pytest.param(COLUMNS + "timestamps: ['%Y %Z']", "names of zones are ambiguous", id="names of zones"),
    pytest.param(COLUMNS + FORMATS + "closed_statuses: Closed", "closed_statuses must be a list of texts", id="a text for a list"),
    pytest.param(COLUMNS + FORMATS + "closed_statuses: [No]", "put No, Yes and numbers in quotes", id="an unquoted No"),
    pytest.param(COLUMNS + FORMATS + "values: {priority: {No: Low}}", "put No, Yes and numbers in quotes", id="an unquoted No to translate"),
    pytest.param(COLUMNS + FORMATS + 'values: {priority: {a: "b\\nc"}}', "into one line each", id="a newline"),
    pytest.param(COLUMNS + FORMATS + "sla_hours_by_priority: {High: 0}", "a number of hours above 0", id="no hours"),
    pytest.param(COLUMNS + FORMATS + "sla_hours_by_priority: {High: .inf}", "a number of hours above 0", id="endless hours"),
    pytest.param(COLUMNS + FORMATS + "sla_days_by_priority: {Low: 1.5}", "a whole number of days, 1 or more", id="half days"),
    pytest.param(COLUMNS + FORMATS + "sla_days_by_priority: {Low: true}", "a whole number of days, 1 or more", id="no days"),
    pytest.param(COLUMNS + FORMATS + "sla_days_by_priority: {Low: 36501}", "a whole number of days, 1 or more", id="a century of days"),
    pytest.param(COLUMNS + FORMATS + "sla_hours_by_priority: {Low: 4}\nsla_days_by_priority: {Low: 1}", "'Low' has a promise in",
                 id="two promises"),
    pytest.param(COLUMNS + FORMATS + "delimiter: ab", "delimiter must be one character", id="a long delimiter"),
    pytest.param(COLUMNS + FORMATS + "timezone: UTC\ntimezone: UTC", "timezone is given twice", id="a key twice"),
    pytest.param(COLUMNS + FORMATS + "exclude: [{name: a, column: []}]", "a column name, or a list", id="no column"),
    pytest.param(COLUMNS.replace("}", ", sla_hours: s, due_at: d}") + FORMATS, "map sla_hours or due_at, not both", id="two targets"),
    pytest.param(COLUMNS.replace("}", ", sla_days: s, due_at: d}") + FORMATS, "map due_at or sla_days, not both", id="days and a deadline"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_refused(tmp_path, monkeypatch, text, says):
    with pytest.raises(OpsdeskError) as error:
        read(tmp_path, monkeypatch, text)
    assert says in str(error.value)
    assert "params/mappings/own.yaml" in str(error.value)


def test_text_that_looks_like_a_placeholder_is_text(tmp_path, monkeypatch):
    mapping = read(
        tmp_path, monkeypatch, COLUMNS + FORMATS + "values: {priority: {'$run_at': '{source}'}}\n"
    )
    assert mapping.values == {"priority": {"$run_at": "{source}"}}
