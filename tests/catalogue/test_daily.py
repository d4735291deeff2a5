"""features_daily, backlog_daily and daily_agent_load, case by case. All days are of January 2023 unless said."""

from datetime import date, timedelta

import pytest

from tickets import Row, build, instant, ticket

AS_OF = "2023-01-05 12:00:00"
DAILY = ("fact_tickets", "features_daily", "backlog_daily")


def day(number: int) -> date:
    return date(2023, 1, number)


def by_day(
    tickets: list[Row],
    table: str,
    columns: tuple[str, ...],
    as_of: str = AS_OF,
    timezone: str = "UTC",
) -> dict[int, tuple]:
    """The named columns of a daily table, by day of the month."""
    rows = build(tickets, as_of, timezone, only=(*DAILY, table))[table]
    return {row["ops_date"].day: tuple(row[name] for name in columns) for row in rows}


FLOWS = ("total_tickets", "resolved_tickets", "open_tickets")


@pytest.mark.parametrize(
    ("tickets", "flows"),
    [
        pytest.param(
            [ticket("2023-01-04")],
            {4: (1, 0, 1), 5: (0, 0, 1)},
            id="open: from the first created_date to the day of as_of",
        ),
        pytest.param(
            [ticket("2023-01-03"), ticket("2023-01-05 13:00")],
            {3: (1, 0, 1), 4: (0, 0, 1), 5: (0, 0, 1)},
            id="created after as_of: not there",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-04 11:00")],
            {4: (1, 1, 0), 5: (0, 0, 0)},
            id="resolved on its first day",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-04 23:59:59")],
            {4: (1, 1, 0), 5: (0, 0, 0)},
            id="resolved a second before midnight",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-05 00:00:00")],
            {4: (1, 0, 1), 5: (0, 1, 0)},
            id="resolved at midnight, so open at day end",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-05 12:00:00")],
            {4: (1, 0, 1), 5: (0, 1, 0)},
            id="resolved at as_of",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-05 12:00:01")],
            {4: (1, 0, 1), 5: (0, 0, 1)},
            id="resolved after as_of",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-02 10:00")],
            {4: (1, 1, 0), 5: (0, 0, 0)},
            id="resolved before it was created: on that day",
        ),
        pytest.param(
            [ticket("2023-01-02", "2023-01-02 01:00"), ticket("2023-01-05")],
            {2: (1, 1, 0), 3: (0, 0, 0), 4: (0, 0, 0), 5: (1, 0, 1)},
            id="quiet days are there, with zeros",
        ),
    ],
)
def test_flows(tickets: list[Row], flows: dict) -> None:
    assert by_day(tickets, "features_daily", FLOWS) == flows


@pytest.mark.parametrize(
    ("timezone", "created", "as_of", "days"),
    [
        pytest.param(
            "UTC",
            "2023-01-04 23:30",
            "2023-01-05 00:00:00",
            [4, 5],
            id="as_of at midnight: its day has begun",
        ),
        pytest.param(
            "UTC",
            "2023-01-04 23:30",
            "2023-01-04 23:59:59",
            [4],
            id="as_of a second before midnight",
        ),
        pytest.param(
            "Europe/Berlin",
            "2023-01-04 23:30",
            "2023-01-05 00:00:00",
            [5],
            id="Berlin: already the next day",
        ),
        pytest.param(
            "America/New_York",
            "2023-01-04 23:30",
            "2023-01-05 04:59:59",
            [4],
            id="New York: still the same day",
        ),
    ],
)
def test_first_and_last_day(timezone: str, created: str, as_of: str, days: list[int]) -> None:
    assert (
        sorted(by_day([ticket(created)], "features_daily", ("ops_date",), as_of, timezone)) == days
    )


def taking(*hours: float, **columns: object) -> list[Row]:
    """Tickets resolved on the 4th after so many hours."""
    start = "2023-01-04 00:00"
    return [
        ticket(start, f"2023-01-04 {int(spent):02d}:{round(spent % 1 * 60):02d}", **columns)
        for spent in hours
    ]


TIMES = ("avg_tat", "median_tat", "p90_tat")


@pytest.mark.parametrize(
    ("tickets", "times"),
    [
        pytest.param(taking(3), (3.0, 3.0, 3.0), id="one ticket"),
        pytest.param(
            taking(1, 2), (1.5, 1.0, 2.0), id="two: the median is the smaller, no mean of both"
        ),
        pytest.param(taking(5, 1, 2), (8 / 3, 2.0, 5.0), id="three"),
        pytest.param(taking(*range(1, 11)), (5.5, 5.0, 9.0), id="ten: p90 is the ninth"),
        pytest.param(taking(*range(1, 12)), (6.0, 6.0, 10.0), id="eleven: p90 is the tenth"),
        pytest.param(taking(2, 2, 2, 7), (3.25, 2.0, 7.0), id="ties"),
        pytest.param(taking(1.25, 1.5, 1.75, 1.0), (1.375, 1.25, 1.75), id="within one hour"),
        pytest.param(
            taking(0.25, 0.5, 3.25, 3.5, 3.75),
            (2.25, 3.25, 3.75),
            id="the median opens an hour, the p90 closes it",
        ),
        pytest.param(
            [ticket("2023-01-04", "2023-01-03"), *taking(4)],
            (4.0, 4.0, 4.0),
            id="resolved before created: counted, not timed",
        ),
        pytest.param([ticket("2023-01-04", "2023-01-03")], (None, None, None), id="nothing timed"),
        pytest.param([ticket("2023-01-04")], (None, None, None), id="nothing resolved"),
        pytest.param(taking(0), (0.0, 0.0, 0.0), id="resolved at once"),
    ],
)
def test_resolution_times(tickets: list[Row], times: tuple) -> None:
    assert by_day(tickets, "features_daily", TIMES)[4] == times


def answered(*minutes: int, **columns: object) -> list[Row]:
    """Tickets of the 3rd, 23:30, with a first response so many minutes later."""
    return [
        ticket(
            "2023-01-03 23:30",
            first_response_at=instant("2023-01-03 23:30") + timedelta(minutes=spent),
            **columns,
        )
        for spent in minutes
    ]


RESPONSES = ("first_responses", "median_first_response", "p90_first_response")


@pytest.mark.parametrize(
    ("tickets", "responses"),
    [
        pytest.param(answered(30), (1, 0.5, 0.5), id="at midnight"),
        pytest.param(answered(29), (0, None, None), id="a minute before"),
        pytest.param(answered(30, 45, 60), (3, 0.75, 1.0), id="three"),
        pytest.param([*taking(5), *answered(30)], (1, 0.5, 0.5), id="resolutions are others"),
        pytest.param(answered(60, _issues="date_only") + answered(30), (2, 0.5, 0.5),
                     id="a date without a time: counted, not timed"),
        pytest.param(answered(2880), (0, None, None), id="after as_of"),
        pytest.param([ticket("2023-01-04 10:00", first_response_at="2023-01-03 09:00")], (1, 0.0, 0.0),
                     id="before it was created: that day, at once"),
    ],
)  # fmt: skip
def test_first_responses(tickets: list[Row], responses: tuple) -> None:
    assert by_day(tickets, "features_daily", RESPONSES)[4] == responses


@pytest.mark.parametrize(
    ("tickets", "rate"),
    [
        pytest.param(taking(1, 2, 3, 5, sla_hours=4.0), 0.25, id="one of four too late"),
        pytest.param(
            [*taking(5, sla_hours=4.0), *taking(1, 1, 1)],
            1.0,
            id="tickets without target do not dilute it",
        ),
        pytest.param(taking(1), None, id="nothing to judge"),
        pytest.param(taking(4, sla_hours=4.0), 0.0, id="all in time"),
        pytest.param(
            [*taking(1, sla_hours=4.0), ticket("2023-01-03", sla_hours=1.0)],
            0.0,
            id="a breached ticket still open does not count",
        ),
        pytest.param(
            [
                *taking(1, sla_breached=True, _issues="judged_by_flag"),
                *taking(1, sla_breached=False, _issues="judged_by_flag"),
            ],
            0.5,
            id="judged by flag",
        ),
        pytest.param(
            [*taking(5, sla_hours=4.0), ticket("2023-01-04", "2023-01-03", sla_hours=4.0)],
            0.5,
            id="resolved before created: met",
        ),
    ],
)
def test_sla_breach_rate(tickets: list[Row], rate: float | None) -> None:
    assert by_day(tickets, "features_daily", ("sla_breach_rate",))[4] == (rate,)


DUE = ("sla_due_tickets", "sla_due_missed", "sla_attainment", "past_due_tickets")
QUIET = (0, 0, None, 0)


@pytest.mark.parametrize(
    ("tickets", "due"),
    [
        pytest.param(
            [ticket("2023-01-04 10:00", sla_hours=4.0)],
            {4: (1, 1, 0.0, 1), 5: (0, 0, None, 1)},
            id="open: missed, and past due ever since",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-04 14:00:00", sla_hours=4.0)],
            {4: (1, 0, 1.0, 0), 5: QUIET},
            id="resolved at due_at: in time",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-04 14:00:01", sla_hours=4.0)],
            {4: (1, 1, 0.0, 0), 5: QUIET},
            id="resolved late the same day: missed, not past due",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-05 00:00:00", sla_hours=4.0)],
            {4: (1, 1, 0.0, 1), 5: QUIET},
            id="resolved late at midnight: past due at day end",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", sla_hours=14.0 - 1 / 3600)],
            {4: (1, 1, 0.0, 1), 5: (0, 0, None, 1)},
            id="due a second before midnight",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", sla_hours=14.0)],
            {4: QUIET, 5: (1, 1, 0.0, 1)},
            id="due at midnight: the next day",
        ),
        pytest.param(
            [ticket("2023-01-04 12:00", sla_hours=24.0)],
            {4: QUIET, 5: (1, 1, 0.0, 1)},
            id="due at as_of: past due on the last day",
        ),
        pytest.param(
            [ticket("2023-01-04 12:00", sla_hours=24.0 + 1 / 3600)],
            {4: QUIET, 5: QUIET},
            id="due a second after as_of: not due yet",
        ),
        pytest.param(
            [ticket("2023-01-04 12:00", "2023-01-05 11:00", sla_hours=30.0)],
            {4: QUIET, 5: QUIET},
            id="resolved before as_of, due after it: not due yet",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-05 13:00", sla_hours=4.0)],
            {4: (1, 1, 0.0, 1), 5: (0, 0, None, 1)},
            id="resolved after as_of: still past due",
        ),
        pytest.param(
            [ticket("2023-01-04", "2023-01-04 01:00")],
            {4: QUIET, 5: QUIET},
            id="no target: never due",
        ),
        pytest.param(
            [ticket("2023-01-04", "2023-01-05", sla_breached=True, _issues="judged_by_flag")],
            {4: QUIET, 5: QUIET},
            id="judged by flag: never due",
        ),
        pytest.param(
            [
                ticket("2023-01-04 01:00", "2023-01-04 02:00", sla_hours=4.0),
                *[ticket("2023-01-04 01:00", sla_hours=4.0)] * 3,
            ],
            {4: (4, 3, 0.25, 3), 5: (0, 0, None, 3)},
            id="one of four in time",
        ),
        pytest.param(
            [ticket("2023-01-04 10:00", "2023-01-03", sla_hours=4.0)],
            {4: (1, 0, 1.0, 0), 5: QUIET},
            id="resolved before created: in time",
        ),
    ],
)
def test_due(tickets: list[Row], due: dict) -> None:
    assert by_day(tickets, "features_daily", DUE) == due
    assert by_day(tickets, "backlog_daily", ("past_due",)) == {
        number: values[-1:] for number, values in due.items()
    }


def test_backlog_flows() -> None:
    tickets = [
        ticket("2023-01-02"),
        ticket("2023-01-02", "2023-01-04"),
        ticket("2023-01-04", "2023-01-04 05:00"),
        ticket("2023-01-05"),
    ]
    assert by_day(tickets, "backlog_daily", ("opening", "inflow", "outflow", "backlog_size")) == {
        2: (0, 2, 0, 2),
        3: (2, 0, 0, 2),
        4: (2, 1, 2, 1),
        5: (1, 1, 0, 2),
    }


BANDS = ("age_0_1", "age_2_7", "age_8_30", "age_31_90", "age_over_90")


@pytest.mark.parametrize(
    ("created", "band"),
    [
        pytest.param("2023-01-05 11:00", "age_0_1", id="today"),
        pytest.param("2023-01-04 00:00", "age_0_1", id="1 day"),
        pytest.param("2023-01-03 23:59:59", "age_2_7", id="2 days, in calendar days"),
        pytest.param("2022-12-29", "age_2_7", id="7 days"),
        pytest.param("2022-12-28", "age_8_30", id="8 days"),
        pytest.param("2022-12-06", "age_8_30", id="30 days"),
        pytest.param("2022-12-05", "age_31_90", id="31 days"),
        pytest.param("2022-10-07", "age_31_90", id="90 days"),
        pytest.param("2022-10-06", "age_over_90", id="91 days"),
    ],
)
def test_age_bands(created: str, band: str) -> None:
    rows = build([ticket(created)], AS_OF, only=DAILY)["backlog_daily"]
    last = max(rows, key=lambda row: row["ops_date"])
    assert {name for name in BANDS if last[name]} == {band}
    assert last[band] == 1


AGES = ("age_p50_days", "age_p90_days")


@pytest.mark.parametrize(
    ("created", "ages"),
    [
        pytest.param([5], (0, 0), id="one of today"),
        pytest.param([1, 3], (2, 4), id="two: the median is the younger"),
        pytest.param([1, 2, 4], (3, 4), id="three"),
        pytest.param([1, *[5] * 9], (0, 0), id="nine of ten are of today"),
        pytest.param([1, 1, *[5] * 8], (0, 4), id="eight of ten are of today"),
    ],
)
def test_age_percentiles(created: list[int], ages: tuple) -> None:
    assert (
        by_day(
            [ticket(f"2023-01-{number:02d} 10:00") for number in created], "backlog_daily", AGES
        )[5]
        == ages
    )


def test_no_age_without_backlog() -> None:
    tickets = [ticket("2023-01-04 10:00", "2023-01-04 11:00")]
    assert by_day(tickets, "backlog_daily", ("backlog_size", *BANDS, *AGES))[4] == (
        0,
        0,
        0,
        0,
        0,
        0,
        None,
        None,
    )


LOAD = (
    "tickets_assigned",
    "tickets_resolved",
    "avg_resolution_hours",
    "sla_breaches",
    "open_tickets_from_day",
    "open_tickets",
)


@pytest.mark.parametrize(
    ("tickets", "load"),
    [
        pytest.param(
            [ticket("2023-01-03")],
            {3: (1, 0, None, 0, 1, 1), 4: (0, 0, None, 0, 0, 1), 5: (0, 0, None, 0, 0, 1)},
            id="held until as_of",
        ),
        pytest.param(
            [ticket("2023-01-03 10:00", "2023-01-03 13:00")],
            {3: (1, 1, 3.0, 0, 0, 0)},
            id="resolved on the day: no row afterwards",
        ),
        pytest.param(
            [ticket("2023-01-02 10:00", "2023-01-04 10:00", sla_hours=4.0)],
            {2: (1, 0, None, 0, 0, 1), 3: (0, 0, None, 0, 0, 1), 4: (0, 1, 48.0, 1, 0, 0)},
            id="the breach counts on the day of resolution",
        ),
        pytest.param(
            [
                ticket("2023-01-02 10:00", "2023-01-02 11:00"),
                ticket("2023-01-04 10:00", "2023-01-04 12:00"),
                ticket("2023-01-04 10:00"),
            ],
            {2: (1, 1, 1.0, 0, 0, 0), 4: (2, 1, 2.0, 0, 1, 1), 5: (0, 0, None, 0, 0, 1)},
            id="no row while nothing is held",
        ),
        pytest.param(
            [ticket("2023-01-03", "2023-01-02")],
            {3: (1, 1, None, 0, 0, 0)},
            id="resolved before created: counted, not timed",
        ),
        pytest.param(
            [ticket("2023-01-03", "2023-01-02"), ticket("2023-01-03 10:00", "2023-01-03 13:00")],
            {3: (2, 2, 3.0, 0, 0, 0)},
            id="the mean is of those timed",
        ),
        pytest.param(
            [ticket("2023-01-05", sla_hours=1.0)],
            {5: (1, 0, None, 0, 1, 1)},
            id="breached but open: no breach yet",
        ),
    ],
)
def test_agent_load(tickets: list[Row], load: dict) -> None:
    assert by_day(tickets, "daily_agent_load", LOAD) == load


def test_agents_are_kept_apart_and_unassigned_is_one_of_them() -> None:
    tickets = [
        ticket("2023-01-05", agent_id="A1"),
        ticket("2023-01-05", agent_id=None),
        ticket("2023-01-05", agent_id=None),
    ]
    rows = build(tickets, AS_OF, only=("fact_tickets", "daily_agent_load"))["daily_agent_load"]
    assert {row["agent_id"]: row["open_tickets"] for row in rows} == {"A1": 1, "(unassigned)": 2}


@pytest.mark.parametrize(
    "table",
    [
        "features_daily",
        "backlog_daily",
        "daily_agent_load",
        "cohort_daily",
        "segment_daily",
        "ticket_sla_risk",
    ],
)
def test_no_tickets_no_rows(table: str) -> None:
    assert build([ticket("2023-02-01")], AS_OF)[table] == []
