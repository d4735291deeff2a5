"""What is loud about an export, what looks wrong with it, and which of its lines are a footer."""

import pytest

from exports import line, run_ingest, write_export
from opsdesk.ingest.alarm import alarms, rejected_share


def record(**changes):
    return {"rows": 1000, "kept": 1000, "rejected": {}, "issues": {}, **changes}


@pytest.mark.parametrize(
    ("changes", "loud"),
    [
        pytest.param({"rejected": {"bad_created_at": 20}}, 0, id="2 % rejected"),
        pytest.param({"rejected": {"bad_created_at": 21}}, 1, id="over 2 % rejected"),
        pytest.param({"rejected": {"duplicate_ticket_id": 900}}, 0, id="older versions of tickets"),
        pytest.param({"rejected": {"created_in_future": 900}}, 1, id="tickets of the future"),
        pytest.param({"rejected": {"created_in_future": 900}, "signature": {"kind": "delta"}}, 0, id="which wait"),
        pytest.param({"rejected": {"bad_created_at": 21}, "footers": 1}, 0, id="one of them a footer"),
        pytest.param({"issues": {"bad_sla_hours": 50}}, 0, id="an issue of 5 %"),
        pytest.param({"issues": {"bad_sla_hours": 51, "ambiguous_time": 51}}, 2, id="two issues over 5 %"),
        pytest.param({"issues": {"judged_by_flag": 1000, "date_only": 1000}}, 0, id="the form of the export"),
        pytest.param({"rows": 0, "kept": 0}, 0, id="a quiet day"),
    ],
)  # fmt: skip
def test_loud_in_proportion(changes, loud):
    assert len(alarms(record(**changes))) == loud


GOOD = [line(f"T{number}") for number in range(100)]
FOOTER = ["", "Total,100", ",,,,,,,,,,,", "printed at noon"]  # a blank line is no row


@pytest.mark.parametrize(
    ("lines", "footers", "rejected"),
    [
        pytest.param([*GOOD, *FOOTER], 3, 3, id="lines at the end"),
        pytest.param([*FOOTER, *GOOD], 0, 3, id="the same at the start"),
        pytest.param([*GOOD, "cut", *GOOD[:1], "Total"], 1, 3, id="a line among good ones is none"),
        pytest.param([*GOOD, *["Total"] * 10], 10, 10, id="ten"),
        pytest.param([*GOOD, *["Total"] * 11], 0, 11, id="eleven are a fault"),
        pytest.param([*GOOD, line("T999", "31.12.2023"), "Total"], 1, 2, id="a bad date is none"),
    ],
)  # fmt: skip
def test_footers_are_rejected_without_an_alarm(tmp_path, lines, footers, rejected):
    found = run_ingest(tmp_path, write_export(tmp_path, *lines)).record
    assert (found["footers"], sum(found["rejected"].values())) == (footers, rejected)
    older = found["rejected"].get("duplicate_ticket_id", 0)
    assert rejected_share(found) == (rejected - footers - older) / found["rows"]


def tickets(status, count, resolved, **cells):
    """Return that many tickets of a status, of which some are resolved after two hours."""
    return [
        line(f"{status}{number}", status=status, **cells,
             resolved_at="2023-01-02 12:00:00" if number < resolved else "")
        for number in range(count)
    ]  # fmt: skip


KNOWN = tickets("Open", 50, 0)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(KNOWN, [], id="nothing odd"),
        pytest.param(
            KNOWN + tickets("Done", 20, 16),
            ['The status "Done" is not among the mapping\'s closed_statuses, but 16 of its 20 tickets (80.0%) have'],
            id="a status that mostly has a resolved date",
        ),
        pytest.param(KNOWN + tickets("Done", 20, 15), [], id="fewer than four of five"),
        pytest.param(KNOWN + tickets("Done", 19, 19), [], id="too few tickets"),
        pytest.param(KNOWN + tickets("CLOSED", 30, 30), [], id="a closed status in capitals"),
        pytest.param(
            tickets("Closed", 20, 20, sla_hours="4", sla_breached="true") + KNOWN,
            ["The SLA flag contradicts the timestamps of 20 of 20 resolved tickets with a target (100.0%): it looks"],
            id="an inverted flag",
        ),
        pytest.param(
            tickets("Closed", 20, 20, sla_hours="4", sla_breached="true")
            + tickets("Resolved", 20, 20, sla_hours="4", sla_breached="false"),
            [], id="half of the flags differ",
        ),
    ],
)  # fmt: skip
def test_what_looks_odd(tmp_path, lines, says):
    found = run_ingest(tmp_path, write_export(tmp_path, *lines))
    said = found.record["suspicions"]
    assert [text[: len(start)] for text, start in zip(said, says, strict=True)] == says
    assert list(found.odd[found.odd["kind"] == "odd"]["what"]) == said


def test_a_mapping_without_closed_statuses_is_named(tmp_path, monkeypatch):
    text = "columns: {ticket_id: ticket_id, created_at: created_at, resolved_at: resolved_at, status: status}\n"
    folder = tmp_path / "params" / "mappings"
    folder.mkdir(parents=True)
    (folder / "plain.yaml").write_text(f'{text}timestamps: ["%Y-%m-%d %H:%M:%S"]\n')
    monkeypatch.setattr("opsdesk.project.ROOT", tmp_path)
    found = run_ingest(tmp_path, write_export(tmp_path, *KNOWN), mapping="plain").record
    assert [text[:40] for text in found["suspicions"]] == [
        "The mapping names no closed_statuses, so"
    ]


def test_a_loud_issue_names_a_ticket(tmp_path):
    bad = tickets("Bad", 5, 0, sla_hours="soon")
    found = run_ingest(tmp_path, write_export(tmp_path, *KNOWN, *bad)).record
    assert found["issue_tickets"] == {"bad_sla_hours": "Bad0"}
    assert alarms(found)[0].startswith("9.1% of the kept rows have the issue bad_sla_hours (5: ")
    assert alarms(found)[0].endswith(", such as ticket Bad0.")
