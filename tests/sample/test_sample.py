"""The made-up export: always the same, life-like, and dirty in known places."""

import csv
import tracemalloc
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from opsdesk import project, sample
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.reasons import ISSUE_MEANINGS, REASONS
from opsdesk.ingest.timestamp_formats import TIMESTAMPS
from opsdesk.sample import dirt, write_sample
from opsdesk.sample.tickets import COLUMNS, Plan
from steps import ingest

BUNDLED = project.ROOT / "lib" / "opsdesk" / "data" / "sample"
FILES = ("ops_tickets.csv", "agents_master.csv")
RUN_AT = "2026-01-01T00:00:00Z"


def well_formed_rows(export: Path) -> list[dict[str, str]]:
    """Rows that have all their cells and a readable created_at."""
    with export.open(encoding="utf-8", newline="") as lines:
        whole = [line for line in list(lines)[1:] if line.rstrip("\n").endswith('."')]
    rows = [
        dict(zip(COLUMNS, cells, strict=True))
        for cells in csv.reader(whole)
        if len(cells) == len(COLUMNS)
    ]
    return [row for row in rows if row["created_at"].startswith("202")]


@pytest.fixture(scope="module")
def larger(tmp_path_factory) -> sample.SampleSummary:
    """20,000 tickets over 181 days."""
    return write_sample(tmp_path_factory.mktemp("larger"), 20_000)


@pytest.fixture(scope="module")
def created(larger) -> list[datetime]:
    return [datetime.fromisoformat(row["created_at"]) for row in well_formed_rows(larger.export)]


def test_the_bundled_sample_is_what_the_command_writes(tmp_path):
    write_sample(tmp_path, 3000)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (BUNDLED / name).read_bytes(), (
            f"{name}: make the bundled sample again"
        )
    assert (BUNDLED / "ops_tickets.csv").stat().st_size < 1_000_000


def test_the_bundled_sample_is_the_one_released():
    # A machine that draws other numbers would agree with itself: this digest is of the right bytes.
    digests = {name: sha256((BUNDLED / name).read_bytes()).hexdigest()[:16] for name in FILES}
    assert digests == {
        "ops_tickets.csv": "633d90d182c3161f",
        "agents_master.csv": "672b4f9e91888231",
    }


def test_the_size_of_the_chunks_changes_nothing(tmp_path, monkeypatch):
    write_sample(tmp_path / "large", 5000)
    monkeypatch.setattr(sample, "CHUNK", dirt.CYCLE)
    write_sample(tmp_path / "small", 5000)
    assert (tmp_path / "large" / FILES[0]).read_bytes() == (
        tmp_path / "small" / FILES[0]
    ).read_bytes()


def test_memory_is_bounded_by_the_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(sample, "CHUNK", dirt.CYCLE)
    write_sample(tmp_path, 1)  # what is built once (the clock's texts) does not count
    peaks = []
    for tickets in (2_000, 20_000):
        tracemalloc.start()
        write_sample(tmp_path, tickets, days=30)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.parametrize(
    "tickets", [pytest.param(3_000, id="the bundled size"), pytest.param(20_000, id="larger")]
)
def test_ingest_finds_exactly_what_was_planted(tmp_path, tickets):
    summary = write_sample(tmp_path, tickets)
    record = ingest(
        str(summary.export),
        "ops_tickets",
        str(summary.agents),
        "full",
        str(tmp_path / "lake"),
        RUN_AT,
    ).record
    assert record["rejected"] == summary.rejected
    assert record["issues"] == summary.issues
    assert record["rows"] == summary.rows
    assert record["kept"] == summary.rows - sum(summary.rejected.values())


def test_every_reason_and_every_issue_of_a_utc_export_is_there(larger):
    # an implausible date is in no sample: the bytes of samples stay what they are
    assert set(larger.rejected) == set(REASONS) - {"implausible_created_at"}
    assert set(larger.issues) == set(ISSUE_MEANINGS) - {
        "ambiguous_time",
        "nonexistent_time",
        "judged_by_flag",
        "implausible_resolved_at",  # as implausible_created_at: in no sample
        # of columns or forms that samples do not have
        "bad_updated_at",
        "bad_first_response_at",
        "first_response_before_created",
        "date_only",
        "due_date_only",
        *(f"two_formats_{name}" for name in TIMESTAMPS),
    }


def test_one_ticket_in_fifty_is_spoiled_each_kind_as_often(larger):
    assert sum(larger.planted.values()) == 400
    assert set(larger.planted.values()) == {22, 23}
    assert larger.rows == 20_000 + larger.planted["older_version"]


def test_the_newer_version_of_a_ticket_comes_later_in_the_file(larger):
    rows = well_formed_rows(larger.export)
    versions = Counter(row["ticket_id"] for row in rows if row["ticket_id"])
    twice = {ticket_id for ticket_id, count in versions.items() if count > 1}
    statuses = {}
    for row in rows:
        if row["ticket_id"] in twice:
            statuses.setdefault(row["ticket_id"], []).append(row["status"])
    assert len(twice) == larger.planted["older_version"]
    assert all(first == "Open" for first, _ in statuses.values())
    assert sum(last in ("Resolved", "Closed") for _, last in statuses.values()) > len(twice) / 2


def test_tickets_come_in_order_of_creation(larger):
    repeated = Counter(row["ticket_id"] for row in well_formed_rows(larger.export))
    times = [
        row["created_at"]
        for row in well_formed_rows(larger.export)
        if repeated[row["ticket_id"]] == 1
    ]
    assert times == sorted(times)


def test_weekends_and_nights_are_quiet(created):
    weekend = sum(moment.weekday() >= 5 for moment in created) / 52
    weekday = sum(moment.weekday() < 5 for moment in created) / 129
    assert weekend < weekday / 2
    office = sum(8 <= moment.hour < 18 for moment in created)
    assert office > 0.7 * len(created)


def test_the_outage_week_stands_out(created):
    weeks = Counter(moment.date() - timedelta(moment.weekday()) for moment in created)
    busiest, second = weeks.most_common(2)
    assert busiest[0] == date(2023, 4, 17)
    assert busiest[1] > 1.8 * second[1]


def test_volume_grows(created):
    months = Counter(moment.month for moment in created)
    assert months[6] / 30 > 1.1 * months[1] / 31


def test_resolution_times_have_a_heavy_tail(larger):
    hours = sorted(
        float(row["resolution_hours"])
        for row in well_formed_rows(larger.export)
        if row["resolution_hours"][:1].isdigit()
    )
    median, p99 = hours[len(hours) // 2], hours[len(hours) * 99 // 100]
    assert 4 < median < 24
    assert p99 > 40 * median


def test_some_tickets_are_open_some_wait_for_an_agent_one_agent_is_unknown(larger):
    rows = well_formed_rows(larger.export)
    known = {
        line.split(",")[0] for line in larger.agents.read_text(encoding="utf-8").splitlines()[1:]
    }
    assert 0.01 < sum(not row["resolved_at"] for row in rows) / len(rows) < 0.1
    assert any(not row["agent_id"] for row in rows)
    assert {row["agent_id"] for row in rows} - known - {""} == {"AG-9999"}


def test_resolved_at_is_mostly_in_the_other_style(larger):
    styles = Counter(
        "/" in row["resolved_at"] for row in well_formed_rows(larger.export) if row["resolved_at"]
    )
    assert styles[True] > 5 * styles[False] > 0


@pytest.mark.parametrize(
    ("tickets", "start", "days"),
    [
        pytest.param(29_999, date(2023, 1, 1), 181, id="half a year"),
        pytest.param(30_000, date(2023, 1, 1), 731, id="two years"),
        pytest.param(3_000_000, date(2022, 1, 1), 1096, id="three years"),
        pytest.param(30_000_000, date(2020, 1, 1), 1827, id="five years"),
    ],
)
def test_the_period_follows_the_number_of_tickets(tickets, start, days):
    assert sample.usual_period(tickets) == (start, days)
    assert start + timedelta(days) <= date(2025, 1, 1)


@pytest.mark.parametrize("tickets", [1, 49, 50, 51, 901])
def test_any_number_of_tickets_can_be_had(tmp_path, tickets):
    summary = write_sample(tmp_path, tickets, start=date(2024, 2, 28), days=3)
    lines = summary.export.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + summary.rows
    assert lines[0] == ",".join(COLUMNS)


def test_a_sample_of_nothing_is_refused(tmp_path):
    with pytest.raises(OpsdeskError, match="at least one ticket"):
        write_sample(tmp_path, 0)
    with pytest.raises(OpsdeskError, match="at least one ticket and one day"):
        write_sample(tmp_path, 5, days=0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OpsdeskError, match=r"Cannot write the sample into .*file"):
        write_sample(tmp_path / "file", 10)


def test_the_outage_starts_on_a_monday_within_the_period():
    for days in (1, 7, 30, 181, 731):
        plan = Plan(10, date(2023, 1, 4), days, 8)
        monday = plan.start + timedelta(plan.outage_day)
        assert monday.weekday() == 0 or plan.outage_day == 0
        assert plan.outage_day < days
