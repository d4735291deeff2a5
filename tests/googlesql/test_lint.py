"""The lint: what is not proven to be portable is refused, with the remedy."""

import pytest

from opsdesk.catalogue.tables import Table, read_sql, results
from opsdesk.errors import OpsdeskError
from opsdesk.googlesql.translate import problems, transpile


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in results()])
def test_the_files_are_portable(table: Table) -> None:
    assert problems(read_sql(table)) == []


@pytest.mark.parametrize(
    ("expression", "remedy"),
    [
        pytest.param(
            "CAST(x AS INT64)", "write CAST(ROUND(x) AS INT64)", id="a column cast to INT64"
        ),
        pytest.param(
            "CAST(x * 2.5 AS INT64)", "write CAST(ROUND(x) AS INT64)", id="a product cast to INT64"
        ),
        pytest.param(
            "CAST(x AS STRING)",
            "write CAST(CAST(ROUND(x) AS INT64) AS STRING)",
            id="a number as text",
        ),
        pytest.param("CAST(x AS NUMERIC)", "only casts to INT64, FLOAT64", id="another type"),
        pytest.param("SAFE_CAST(x AS INT64)", "read texts in ingest", id="SAFE_CAST"),
        pytest.param(
            "PERCENTILE_DISC(x, 0.5) OVER ()", "use ROW_NUMBER and COUNT", id="PERCENTILE_DISC"
        ),
        pytest.param(
            "PERCENTILE_CONT(x, 0.5) OVER ()", "use ROW_NUMBER and COUNT", id="PERCENTILE_CONT"
        ),
        pytest.param("APPROX_QUANTILES(x, 2)", "use ROW_NUMBER and COUNT", id="APPROX_QUANTILES"),
        pytest.param("ARRAY_AGG(x)", "use ROW_NUMBER and COUNT", id="ARRAY_AGG"),
        pytest.param("STRING_AGG(x)", "use ROW_NUMBER and COUNT", id="STRING_AGG"),
        pytest.param("ANY_VALUE(x)", "use ROW_NUMBER and COUNT", id="ANY_VALUE"),
        pytest.param("MAX_BY(x, y)", "use ROW_NUMBER with an order", id="MAX_BY"),
        pytest.param("MIN_BY(x, y)", "use ROW_NUMBER with an order", id="MIN_BY"),
        pytest.param(
            "APPROX_COUNT_DISTINCT(x)", "use COUNT(DISTINCT x)", id="APPROX_COUNT_DISTINCT"
        ),
        pytest.param("AVG(x)", "use SAFE_DIVIDE(SUM(x), COUNT(x))", id="AVG"),
        pytest.param("DATE_DIFF(a, b, MONTH)", "use DAY", id="DATE_DIFF in months"),
        pytest.param("DATE_DIFF(a, b, WEEK(MONDAY))", "use DAY", id="DATE_DIFF in weeks"),
        pytest.param("DATETIME_DIFF(a, b, MINUTE)", "or TIMESTAMP_DIFF", id="DATETIME_DIFF"),
        pytest.param(
            "TIMESTAMP_DIFF(a, b, MONTH)",
            "use MICROSECOND, SECOND, MINUTE, HOUR, DAY",
            id="TIMESTAMP_DIFF",
        ),
        pytest.param("DATE_ADD(d, INTERVAL 1 YEAR)", "use DAY, MONTH", id="DATE_ADD in years"),
        pytest.param(
            "DATE_TRUNC(d, WEEK(TUESDAY))",
            "use WEEK, WEEK(MONDAY), ISOWEEK",
            id="a week from Tuesday",
        ),
        pytest.param(
            "t + INTERVAL 1 DAY", "use DATE_ADD or TIMESTAMP_ADD", id="adding an INTERVAL"
        ),
        pytest.param(
            "EXTRACT(ISOWEEK FROM d)", "use DATE_TRUNC(d, ISOWEEK)", id="EXTRACT of an ISO week"
        ),
        pytest.param(
            "EXTRACT(WEEK(MONDAY) FROM d)", "use DATE_TRUNC(d, ISOWEEK)", id="EXTRACT of a week"
        ),
        pytest.param("EXTRACT(SECOND FROM t)", "use YEAR, QUARTER, MONTH", id="EXTRACT of seconds"),
        pytest.param("FORMAT_DATE('%G-W%V', d)", "use a text of %Y %m %d", id="a format of weeks"),
        pytest.param(
            "FORMAT_DATE('%YT%m', d)", "use a text of %Y %m %d", id="a letter in a format"
        ),
        pytest.param("FORMAT_DATE(x, d)", "use a text of %Y %m %d", id="a format from a column"),
        pytest.param("PARSE_TIMESTAMP('%Y', x)", "ingest reads them", id="PARSE_TIMESTAMP"),
        pytest.param("PARSE_DATE('%Y', x)", "ingest reads them", id="PARSE_DATE"),
        pytest.param(
            "TIMESTAMP(d, @timezone)", "compare local dates", id="the instant of a midnight"
        ),
        pytest.param(
            "TIMESTAMP_TRUNC(t, DAY, @timezone)",
            "compare local dates",
            id="the midnight before an instant",
        ),
        pytest.param("DATE(t)", "write DATE(t, @timezone)", id="DATE without a zone"),
        pytest.param("CURRENT_TIMESTAMP()", "a run gets @as_of", id="CURRENT_TIMESTAMP"),
        pytest.param("CURRENT_DATETIME()", "a run gets @as_of", id="CURRENT_DATETIME"),
        pytest.param("CURRENT_DATE()", "a run gets @as_of", id="CURRENT_DATE"),
        pytest.param("UNIX_SECONDS(t)", "use DIV(UNIX_MICROS(t), 1000000)", id="UNIX_SECONDS"),
        pytest.param("IEEE_DIVIDE(x, y)", "use SAFE_DIVIDE", id="IEEE_DIVIDE"),
        pytest.param("x / y", "use SAFE_DIVIDE", id="division by a column"),
        pytest.param("x / 0", "use SAFE_DIVIDE", id="division by 0"),
        pytest.param("MOD(x, y)", "use SAFE_DIVIDE", id="the rest of a division by a column"),
        pytest.param("RANGE_BUCKET(x, y)", "use CASE with a WHEN", id="RANGE_BUCKET"),
        pytest.param("ROUND(x, 2)", "use ROUND(x) on the smaller unit", id="ROUND to digits"),
        pytest.param("SUBSTR(x, 0, 2)", "count from 1", id="SUBSTR from 0"),
        pytest.param("SUBSTR(x, -2)", "count from 1", id="SUBSTR from the end"),
        pytest.param("SUBSTR(x, y)", "count from 1", id="SUBSTR from a column"),
        pytest.param("REPLACE(x, '', 'a')", "write the text to replace", id="REPLACE nothing"),
        pytest.param("REPLACE(x, y, 'a')", "write the text to replace", id="REPLACE a column"),
        pytest.param("REGEXP_EXTRACT(x, 'a')", "with one group", id="a pattern without group"),
        pytest.param("REGEXP_EXTRACT(x, '(a)(b)')", "with one group", id="two groups"),
        pytest.param("REGEXP_EXTRACT(x, '(\\\\d)')", "without backslash", id="a class"),
        pytest.param("REGEXP_EXTRACT(x, '(a)', 2)", "first two arguments", id="a position"),
        pytest.param("REGEXP_EXTRACT_ALL(x, 'a')", "in UNNEST only", id="an array of matches"),
        pytest.param("x LIKE y", "use a text without one, or STARTS_WITH", id="LIKE a column"),
        pytest.param(
            r"x LIKE '100\\%'", "use a text without one, or STARTS_WITH", id="LIKE with a backslash"
        ),
        pytest.param("x IN UNNEST([1, 4])", "write the values", id="IN an array"),
        pytest.param("[1, 2]", "in UNNEST only", id="an array"),
        pytest.param("ARRAY_LENGTH(x)", "use COUNT(*) of its UNNEST", id="ARRAY_LENGTH"),
        pytest.param(
            "FARM_FINGERPRINT(x)",
            "prove it in tests/googlesql/test_everywhere.py",
            id="a function nobody tried",
        ),
        pytest.param(
            "MY_OWN(x)",
            "prove it in tests/googlesql/test_everywhere.py",
            id="a function nobody knows",
        ),
        pytest.param(
            "SAFE.LOWER(x)",
            "prove it in tests/googlesql/test_everywhere.py",
            id="SAFE. before a function",
        ),
        pytest.param(
            "x & 1", "prove it in tests/googlesql/test_everywhere.py", id="an operator nobody tried"
        ),
    ],
)
def test_what_is_not_portable_is_refused(expression: str, remedy: str) -> None:
    sql = f"SELECT {expression} AS x FROM t"
    (found,) = problems(sql)
    assert remedy in found
    with pytest.raises(OpsdeskError, match="would not mean the same everywhere"):
        transpile(sql, "duckdb", {"timezone": "UTC"})


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        pytest.param(
            "SELECT d FROM t LEFT JOIN UNNEST([1]) AS d",
            "use CROSS JOIN UNNEST",
            id="LEFT JOIN UNNEST",
        ),
        pytest.param(
            "SELECT x FROM UNNEST(['a']) AS x WITH OFFSET AS o",
            "use GENERATE_ARRAY",
            id="WITH OFFSET",
        ),
        pytest.param(
            "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT i FROM r",
            "use GENERATE_DATE_ARRAY or a window function",
            id="WITH RECURSIVE",
        ),
        pytest.param(
            "SELECT * REPLACE (n + 1 AS n) FROM t", "name the columns", id="SELECT * REPLACE"
        ),
        pytest.param("SELECT * EXCEPT (n) FROM t", "name the columns", id="SELECT * EXCEPT"),
        pytest.param("SELECT AS STRUCT 1 AS a", "select columns", id="SELECT AS STRUCT"),
        pytest.param("SELECT k FROM t GROUP BY ALL", "name the columns", id="GROUP BY ALL"),
        pytest.param(
            "SELECT k FROM t GROUP BY ROLLUP (k)", "prove it in tests", id="GROUP BY ROLLUP"
        ),
        pytest.param(
            "SELECT * FROM (SELECT k, n FROM t) PIVOT (SUM(n) FOR k IN ('a'))",
            "use SUM(IF(...))",
            id="PIVOT",
        ),
        pytest.param(
            "SELECT SUM(n) OVER (ORDER BY n RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t",
            "only frames of ROWS",
            id="a frame of RANGE",
        ),
        pytest.param(
            "SELECT n FROM t TABLESAMPLE SYSTEM (10 PERCENT)", "prove it in tests", id="TABLESAMPLE"
        ),
    ],
)
def test_clauses_that_are_not_portable_are_refused(sql: str, remedy: str) -> None:
    (found,) = problems(sql)
    assert remedy in found


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("CAST(ROUND(x) AS INT64)", id="a rounded cast"),
        pytest.param("CAST(a > b AS INT64)", id="a condition cast to INT64"),
        pytest.param("CAST(NULL AS INT64)", id="a typed NULL"),
        pytest.param("DATE_DIFF(a, b, DAY)", id="DATE_DIFF in days"),
        pytest.param("x / 3600000000", id="division by a number"),
        pytest.param("SUBSTR(x, 1)", id="SUBSTR from 1"),
        pytest.param("REPLACE(x, 'a', '')", id="REPLACE a text"),
        pytest.param("REGEXP_EXTRACT(x, '^(a)')", id="one group"),
        pytest.param("COUNT(*)", id="COUNT of all"),
    ],
)
def test_what_is_portable_is_not_refused(expression: str) -> None:
    assert (
        problems(f"SELECT {expression} FROM t CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(a, b)) AS d")
        == []
    )
