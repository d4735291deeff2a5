"""GoogleSQL to DuckDB, by what it computes; to Spark, by its text (Spark's own run comes with the engine)."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest
import sqlglot

from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.catalogue.tables import Table, catalogue, results
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import TRANSLATION, transpile, typed_select
from opsdesk.instants import ZoneBetween, read_zone

PARAMETERS = {"as_of": datetime(2023, 3, 26, 1, 30, tzinfo=UTC), "timezone": "Europe/Berlin"}
OF_TABLES = PARAMETERS | NO_CALENDAR
# One change of the clocks, 2023-03-26 01:00 UTC: 1679792400 s; an hour ahead of UTC, then two.
IN_SPRING = ZoneBetween(
    "Europe/Berlin", datetime(2023, 3, 1, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC)
)
WALL_TIME = (
    "TIMESTAMP_MICROS(UNIX_MICROS(t) + IF(UNIX_MICROS(t) < CAST(1679792400000000 AS BIGINT), "
    "CAST(3600000000 AS BIGINT), CAST(7200000000 AS BIGINT)))"
)
HALF_PAST_ELEVEN = "TIMESTAMP '2023-01-04 23:30:00+00'"


def value(expression: str) -> object:
    """What DuckDB makes of a GoogleSQL expression."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        (found,) = (
            con.sql(transpile(f"SELECT {expression} AS x", "duckdb", PARAMETERS))
            .to_arrow_table()
            .to_pylist()
        )
        return found["x"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("@as_of", PARAMETERS["as_of"], id="an instant"),
        pytest.param("@timezone", "Europe/Berlin", id="a text"),
        pytest.param("DATE(@as_of, @timezone)", date(2023, 3, 26), id="DATE in a zone"),
        pytest.param(
            f"DATE({HALF_PAST_ELEVEN}, @timezone)",
            date(2023, 1, 5),
            id="DATE in a zone, past midnight there",
        ),
        pytest.param(
            "DATETIME(@as_of, @timezone)",
            datetime(2023, 3, 26, 3, 30),
            id="DATETIME in a zone, summer time has begun",
        ),
        pytest.param(
            "FORMAT_TIMESTAMP('%H:%M', @as_of, @timezone)", "03:30", id="FORMAT_TIMESTAMP in a zone"
        ),
        pytest.param("EXTRACT(HOUR FROM @as_of AT TIME ZONE @timezone)", 3, id="EXTRACT in a zone"),
        pytest.param(
            "DATE_ADD(DATE '2023-01-31', INTERVAL 1 DAY)",
            date(2023, 2, 1),
            id="DATE_ADD stays a date",
        ),
        pytest.param(
            "DATE_SUB(DATE '2023-01-01', INTERVAL 1 DAY)",
            date(2022, 12, 31),
            id="DATE_SUB stays a date",
        ),
        pytest.param(
            "DATE_TRUNC(DATE '2023-01-04', MONTH)", date(2023, 1, 1), id="DATE_TRUNC to a month"
        ),
        pytest.param(
            "DATE_TRUNC(DATE '2023-01-04', WEEK)", date(2023, 1, 1), id="a WEEK begins on Sunday"
        ),
        pytest.param(
            "DATE_TRUNC(DATE '2023-01-01', WEEK)", date(2023, 1, 1), id="a Sunday begins its WEEK"
        ),
        pytest.param(
            "DATE_TRUNC(DATE '2023-01-04', ISOWEEK)",
            date(2023, 1, 2),
            id="an ISOWEEK begins on Monday",
        ),
        pytest.param(
            "DATE_TRUNC(DATE '2023-01-01', WEEK(MONDAY))",
            date(2022, 12, 26),
            id="so does WEEK(MONDAY)",
        ),
        pytest.param(
            "EXTRACT(DAYOFWEEK FROM DATE '2023-01-01')", 1, id="Sunday is day 1 of the week"
        ),
        pytest.param("EXTRACT(DAY FROM DATE '2023-01-04')", 4, id="other parts stay"),
        pytest.param("FORMAT_DATE('%a', DATE '2023-01-04')", "Wed", id="weekday"),
        pytest.param(
            "TIMESTAMP_DIFF(TIMESTAMP '2023-01-01 10:59:00+00', TIMESTAMP '2023-01-01 09:58:00+00', HOUR)",
            1,
            id="an hour and a minute is one hour",
        ),
        pytest.param(
            "TIMESTAMP_DIFF(TIMESTAMP '2023-01-01 11:01:00+00', TIMESTAMP '2023-01-01 10:59:00+00', HOUR)",
            0,
            id="two minutes are no hour",
        ),
        pytest.param(
            "(SELECT COUNT(*) FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2023-01-02', DATE '2023-01-01')) AS d)",
            0,
            id="days from later to earlier: none",
        ),
        pytest.param("0.1 + 0.2", 0.1 + 0.2, id="0.1 is a float"),
        pytest.param("1 / 2", 0.5, id="division of whole numbers"),
        pytest.param("DIV(8 - 1, 7)", 1, id="whole division of a difference"),
        pytest.param("2 * DIV(8, 7)", 2, id="twice a whole division"),
        pytest.param("8 - DIV(9 - 1, 2)", 4, id="a whole division in a difference"),
        pytest.param("SAFE_DIVIDE(1, 0)", None, id="division by nothing"),
        pytest.param("CAST(ROUND(2.5) AS INT64)", 3, id="half is rounded up"),
        pytest.param("GREATEST(1, CAST(NULL AS INT64))", None, id="GREATEST with NULL"),
    ],
)
def test_in_duckdb(expression: str, expected: object) -> None:
    found = value(expression)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("expression", "spark"),
    [
        pytest.param(
            "DATE(t, @timezone)",
            f"CAST({WALL_TIME} AS DATE)",
            id="DATE in a zone",
        ),
        pytest.param(
            "DATETIME(t, @timezone)",
            WALL_TIME,
            id="DATETIME in a zone",
        ),
        pytest.param(
            "FORMAT_TIMESTAMP('%H', t, @timezone)",
            f"DATE_FORMAT({WALL_TIME}, 'HH')",
            id="FORMAT_TIMESTAMP in a zone",
        ),
        pytest.param(
            "TIMESTAMP_ADD(t, INTERVAL n SECOND)",
            "TIMESTAMP_MICROS(UNIX_MICROS(t) + (n) * CAST(1000000 AS BIGINT))",
            id="seconds to add are more than fit in INT",
        ),
        pytest.param(
            "DATE_ADD(d, INTERVAL n DAY)", "DATE_ADD(d, CAST(n AS INT))", id="days to add are INT"
        ),
        pytest.param("DATE_TRUNC(d, ISOWEEK)", "CAST(DATE_TRUNC('WEEK', d) AS DATE)", id="ISOWEEK"),
        pytest.param(
            "DATE_TRUNC(d, WEEK)",
            "DATE_ADD(CAST(DATE_TRUNC('WEEK', DATE_ADD(d, 1)) AS DATE), -1)",
            id="WEEK from Sunday",
        ),
        pytest.param(
            "GENERATE_DATE_ARRAY(a, b)",
            "IF(a <= b, SEQUENCE(a, b), CAST(ARRAY() AS ARRAY<DATE>))",
            id="days in order, or none",
        ),
        pytest.param(
            "LEAST(a, b)", "IF(a IS NULL OR b IS NULL, NULL, LEAST(a, b))", id="LEAST with NULL"
        ),
        pytest.param("0.5", "CAST(0.5 AS DOUBLE)", id="0.5 is a float"),
        pytest.param(
            "@as_of", "CAST('2023-03-26 01:30:00.000000+00:00' AS TIMESTAMP)", id="an instant"
        ),
    ],
)
def test_in_spark(expression: str, spark: str) -> None:
    in_spring = PARAMETERS | {"timezone": IN_SPRING}
    text = transpile(f"SELECT {expression} AS x FROM rows", "spark", in_spring)
    assert (
        " ".join(text.split()).replace("( ", "(").replace(" )", ")")
        == f"SELECT {spark} AS x FROM rows"
    )


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in results()])
def test_every_table_has_a_text_that_parses(table: Table, dialect: str) -> None:
    text = typed_select(table, dialect, OF_TABLES)
    tree = sqlglot.parse_one(text, read=dialect)
    assert tree.named_selects == [column.name for column in table.columns]
    assert list(tree.find_all(sqlglot.exp.Parameter)) == []


def test_spark_types_are_sparks() -> None:
    text = typed_select(results()[0], "spark", PARAMETERS)
    assert "CAST(agent_id AS STRING) AS agent_id" in text
    assert "CAST(daily_capacity AS DOUBLE) AS daily_capacity" in text


WALL_TIMES = [  # 2026f: Havana leaves summer time in March 2027, which other releases do not know
    pytest.param("2026-10-31 12:00", "America/Havana", "2026-10-31 08:00", id="in summer time"),
    pytest.param("2026-12-24 04:30", "America/Havana", "2026-12-24 00:30", id="and in that winter"),
    pytest.param("2026-12-24 12:00", "America/Vancouver", "2026-12-24 05:00", id="Vancouver"),
    pytest.param("2026-12-24 12:00", "Africa/Casablanca", "2026-12-24 12:00", id="Casablanca"),
    pytest.param("1970-01-01 00:00", "Africa/Monrovia", "1969-12-31 23:15:30", id="44:30 behind"),
    pytest.param("2023-07-01 12:00", "Asia/Kathmandu", "2023-07-01 17:45", id="it never changes"),
    pytest.param("2130-07-01 12:00", "Europe/Berlin", "2130-07-01 14:00", id="a century ahead"),
]


@pytest.mark.parametrize(("instant", "zone", "wall"), WALL_TIMES)
def test_clocks_are_those_of_the_pinned_zones_whatever_duckdb_has(
    instant: str, zone: str, wall: str
) -> None:
    found = value(f"DATETIME(TIMESTAMP '{instant}:00+00', '{zone}')")
    assert found == datetime.fromisoformat(wall)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Africa/Casablanca"])
def test_every_hour_of_years_is_what_python_says(zone: str) -> None:
    first = datetime(2021, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(hours=number) for number in range(24 * 365 * 8)]
    parameters = {"timezone": ZoneBetween(zone, hours[0], hours[-1])}
    sql = transpile("SELECT DATETIME(t, @timezone) AS x FROM hours", "duckdb", parameters)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        micros = [int(hour.timestamp()) for hour in hours]
        con.execute(
            "CREATE TABLE hours AS SELECT to_timestamp(s) AS t FROM (SELECT unnest(?) AS s)",
            [micros],
        )
        found = [wall for (wall,) in con.execute(sql).fetchall()]
    assert found == [hour.astimezone(read_zone(zone)).replace(tzinfo=None) for hour in hours]


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(OpsdeskError, match="'Mars/Base' is not an IANA time zone"):
        transpile("SELECT DATE(@as_of, 'Mars/Base')", "duckdb", PARAMETERS)


def test_a_parameter_is_a_value_and_never_sql() -> None:
    quote = "it's; DROP TABLE fact_tickets --"
    with duckdb.connect() as con:
        assert con.execute(
            transpile("SELECT @timezone AS x", "duckdb", {"timezone": quote})
        ).fetchone() == (quote,)


def test_an_instant_of_another_offset_is_the_same_instant() -> None:
    there = datetime(2023, 3, 26, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert transpile("SELECT @as_of", "duckdb", {"as_of": there}) == transpile(
        "SELECT @as_of", "duckdb", PARAMETERS
    )


@pytest.mark.parametrize(
    ("sql", "parameters", "message"),
    [
        pytest.param(
            "SELECT @as_off",
            PARAMETERS,
            "the parameter @as_off, which has no value; given are: as_of, timezone",
            id="an unknown parameter",
        ),
        pytest.param(
            "SELECT @as_of",
            {"as_of": datetime(2023, 1, 1)},
            "@as_of is the wall time 2023-01-01 00:00:00: give an instant with its offset",
            id="a wall time",
        ),
        pytest.param(
            "SELECT a\nFROM (t", PARAMETERS, "The SQL cannot be read: .* in line 2", id="no SQL"
        ),
    ],
)
def test_errors(sql: str, parameters: dict, message: str) -> None:
    with pytest.raises(OpsdeskError, match=message):
        transpile(sql, "duckdb", parameters)


# Digests of the translated texts, without their comments, for this version of the translation.
VERSION = 3
DIGESTS = {
    ("duckdb", "dim_agents"): "251f29c65b944820",
    ("duckdb", "dim_calendar"): "f9dc0bb998ab8c61",
    ("duckdb", "ticket_history"): "af0808c292641b64",
    ("duckdb", "fact_tickets"): "a0eda6591dcdbd7d",
    ("duckdb", "dim_attributes"): "48b9f9ebc89621f8",
    ("duckdb", "features_daily"): "973cb5bb45c8a978",
    ("duckdb", "backlog_daily"): "f2b58fa74de8ab06",
    ("duckdb", "daily_agent_load"): "3aa893163eaa13ea",
    ("duckdb", "ticket_sla_risk"): "f7c2f2ea045e4075",
    ("duckdb", "cohort_daily"): "f5268d2707b1dfb8",
    ("duckdb", "segment_daily"): "592c119c0322bc89",
    ("duckdb", "signal_daily"): "deb02c278c98cb08",
    ("duckdb", "work_next"): "6154953062435b9d",
    ("spark", "dim_agents"): "1cd25e966b662183",
    ("spark", "dim_calendar"): "760a45cac15bb6c2",
    ("spark", "ticket_history"): "a6d87e218575a0dc",
    ("spark", "fact_tickets"): "0a45e97605d32de4",
    ("spark", "dim_attributes"): "29aaeb629de2fb67",
    ("spark", "features_daily"): "af686b81f519a46a",
    ("spark", "backlog_daily"): "aa0f13036807ea6d",
    ("spark", "daily_agent_load"): "80470c747ad16fae",
    ("spark", "ticket_sla_risk"): "11e828e3dc34e286",
    ("spark", "cohort_daily"): "f7dd1c4cc2fc671a",
    ("spark", "segment_daily"): "56009ac0010b92ba",
    ("spark", "signal_daily"): "2071750e6ee08f85",
    ("spark", "work_next"): "e46aa08b397589ed",
}


@pytest.mark.parametrize(("dialect", "name"), DIGESTS)
def test_another_text_is_another_version_of_the_translation(dialect: str, name: str) -> None:
    """A warehouse is built again where TRANSLATION, the SQL file or sqlglot changes, and else not.

    Where only the translation changes a text, raise TRANSLATION and VERSION. Then, or where the
    file or sqlglot changed, write the new digests here.
    """
    text = re.sub(r"\s*/\*.*?\*/", "", typed_select(catalogue()[name], dialect, OF_TABLES))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert (TRANSLATION, digest) == (VERSION, DIGESTS[dialect, name])


def test_every_table_has_its_digest_in_both_dialects() -> None:
    assert list(DIGESTS) == [(d, table.name) for d in ("duckdb", "spark") for table in results()]
