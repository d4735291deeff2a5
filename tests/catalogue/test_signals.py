"""signal_daily on daily counts: against an independent computation, and case by case on the boundaries."""

import random
from datetime import date, datetime, timedelta

import duckdb
import pytest

from brute_force import signals
from opsdesk.catalogue.tables import catalogue
from opsdesk.googlesql.translate import typed_select
from ticket_rows import differences
from tickets import Row, instant

FIRST = date(2023, 1, 1)
NIGHT = "23:59:59"


def counted(days: dict[date, tuple[int, int]]) -> list[Row]:
    return [
        {"ops_date": day, "total_tickets": created, "resolved_tickets": resolved}
        for day, (created, resolved) in days.items()
    ]


def judged(features: list[Row], segments: list[Row], as_of: str | datetime) -> list[Row]:
    """The rows that the SQL makes of features_daily and segment_daily."""
    parameters = {"as_of": instant(as_of), "timezone": "UTC"}
    select = typed_select(catalogue()["signal_daily"], "duckdb", parameters)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            "CREATE TABLE features_daily "
            "(ops_date DATE, total_tickets BIGINT, resolved_tickets BIGINT)"
        )
        con.execute(
            "CREATE TABLE segment_daily "
            "(ops_date DATE, dimension VARCHAR, segment VARCHAR, created BIGINT, resolved BIGINT)"
        )
        for table, rows in (("features_daily", features), ("segment_daily", segments)):
            marks = ", ".join("?" * (3 if table == "features_daily" else 5))
            if rows:
                values = [list(row.values()) for row in rows]
                con.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        return con.sql(select).to_arrow_table().to_pylist()


def all_created(values: list[int], as_of: str = "") -> list[Row]:
    """The rows of all tickets created, `values` being the days from FIRST on."""
    days = {FIRST + timedelta(number): (value, 0) for number, value in enumerate(values)}
    rows = judged(counted(days), [], as_of or f"{max(days)} {NIGHT}")
    found = [row for row in rows if row["indicator"] == "created"]
    return sorted(found, key=lambda row: row["ops_date"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_days_equal_the_independent_computation(seed: int) -> None:
    chance = random.Random(seed)
    days = [FIRST + timedelta(number) for number in range(150)]
    features, segments = [], []
    for dimension, segment, mean, since in (
        ("all", "all", 400, 0), ("priority", "High", 7, 0), ("priority", "Low", 60, 31),
        ("category", "a", 5, 0), ("region", "all", 12, 100), ("region", "rare", 1, 0),
    ):  # fmt: skip
        for day in days[since:]:
            usual = mean * (0.4 if day.weekday() > 4 else 1) * (2 if day.day == 28 else 1)
            usual *= 1.2 if seed == 2 and day.month == 4 else 1
            row = [max(0, round(chance.gauss(usual, usual**0.5))) for _ in range(2)]
            if dimension == "all":
                features.append(
                    {"ops_date": day, "total_tickets": row[0], "resolved_tickets": row[1]}
                )
            else:
                segments.append({"ops_date": day, "dimension": dimension, "segment": segment,
                                 "created": row[0], "resolved": row[1]})  # fmt: skip
    found = judged(features, segments, f"{days[-1]} 12:00")
    assert {row["signal"] for row in found} == {"high", "low", "shift", None}
    assert differences("signal_daily", found, signals(features, segments, set(days[:-1]))) == []


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param([9, 2, 5], None, id="three weeks: too few"),
        pytest.param([9, 2, 5, 4], 4.5, id="four: the mean of the middle two"),
        pytest.param([9, 2, 5, 4, 7], 5, id="five: the one in the middle"),
        pytest.param([9, 2, 5, 4, 7, 1], 4.5, id="six"),
        pytest.param([9, 2, 5, 4, 7, 1, 0], 4, id="seven"),
        pytest.param([9, 2, 5, 4, 7, 1, 0, 8], 4.5, id="eight"),
        pytest.param([1000, 9, 2, 5, 4, 7, 1, 0, 8], 4.5, id="nine: the first is too old"),
    ],
)
def test_expected_is_the_median_of_the_same_weekday(before: list[int], expected: float) -> None:
    values = [number for value in before for number in (value, *[50] * 6)]
    assert all_created([*values, 3])[-1]["expected"] == expected


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        pytest.param("2023-01-03 23:59:58", date(2023, 1, 2), id="a second is missing"),
        pytest.param("2023-01-03 23:59:59", date(2023, 1, 3), id="its last second"),
        pytest.param("2023-01-04 00:00", date(2023, 1, 3), id="the next day has begun"),
    ],
)
def test_a_day_counts_once_it_is_over(as_of: str, last: date) -> None:
    assert all_created([1, 2, 3, 4], as_of)[-1]["ops_date"] == last


LEVEL = [100, 121] * 43  # each weekday is 100 and 121 in turn, so that 110.5 is expected


@pytest.mark.parametrize(
    ("days", "signal"),
    [
        pytest.param([111] * 8, "shift", id="above on the eighth day in a row"),
        pytest.param([111] * 7, None, id="seven days"),
        pytest.param([110] * 7, "shift", id="below, with the day before them"),
        pytest.param([111] * 7 + [100], None, id="seven above, one below"),
        pytest.param([111] * 8 + [300], "high", id="high, though the ninth in a row"),
        pytest.param([111] * 8 + [10], "low", id="low"),
    ],
)
def test_signal(days: list[int], signal: str | None) -> None:
    values = [*LEVEL[:83], *days]  # 100 on the day before them: below
    assert all_created(values)[-1]["signal"] == signal


def test_the_first_limits_need_28_pairs_of_days() -> None:
    rows = all_created([*LEVEL[:60]])
    assert next(row["ops_date"] - FIRST for row in rows if row["upper"] is not None).days == 57


def test_a_day_that_leaves_a_level_line_is_a_signal_without_excess() -> None:
    last = all_created([*[30] * 70, 31])[-1]
    assert (last["lower"], last["upper"], last["excess"], last["signal"]) == (30, 30, None, "high")
