"""The bundled Boston export through the whole pipeline, against the answers known beforehand (lib/opsdesk/data/README.md)."""

from datetime import date

import pytest

from brute_force import signals
from opsdesk import project
from opsdesk.trends.coverage import read_coverage
from opsdesk.trends.day_names import read_day_names
from opsdesk.trends.signal_words import about_signals
from opsdesk.trends.signals import read_signal_days, read_signals
from opsdesk.trends.spans import Span
from steps import backfill, ingest, open_warehouse, transform
from ticket_rows import differences

RUN_AT = "2024-01-01T00:00:00+00:00"
EXPORT = "lib/opsdesk/data/boston311_2011.csv.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boston")
    ingested = ingest(EXPORT, "boston311", "", "full", str(folder / "lake"), RUN_AT)
    assert ingested.record["issues"] == {"bad_sla_hours": 3, "ambiguous_time": 4}
    assert (ingested.record["rows"], ingested.record["kept"]) == (58_251, 58_251)
    backfill(str(folder / "lake"), f"duckdb:{folder}/w.duckdb", "", "", RUN_AT)
    return folder


@pytest.fixture(scope="module")
def in_2011(folder):
    """Tables as of the end of 2011."""
    result = transform(
        f"duckdb:{folder}/w.duckdb", "2011-12-31 23:59:59", "America/New_York", RUN_AT
    )
    warehouse = open_warehouse(f"duckdb:{folder}/w.duckdb")
    names = ("features_daily", "backlog_daily", "segment_daily", "signal_daily")
    return (
        result,
        {name: warehouse.table(name) for name in names},
        warehouse.query("SELECT sla_state, COUNT(*) AS n FROM fact_tickets GROUP BY sla_state"),
    )


@pytest.mark.parametrize(
    ("day", "open_tickets", "created", "resolved"),
    [
        ("2011-07-31", 2_942, 72, 20),
        ("2011-09-30", 6_752, 445, 424),
        ("2011-12-31", 9_879, 63, 134),
    ],
)
def test_days(in_2011, day, open_tickets, created, resolved):
    backlog = in_2011[1]["backlog_daily"].set_index("ops_date").loc[day]
    assert backlog[["backlog_size", "inflow", "outflow"]].tolist() == [
        open_tickets,
        created,
        resolved,
    ]


def test_created_by_month(in_2011):
    days = in_2011[1]["features_daily"]
    assert days.groupby(days["ops_date"].dt.month)["total_tickets"].sum().tolist() == [
        9_854,
        11_547,
        10_427,
        9_999,
        8_087,
        8_337,
    ]


def test_busiest_closing_day(in_2011):
    days = in_2011[1]["features_daily"].set_index("ops_date")["resolved_tickets"]
    assert (str(days.idxmax().date()), days.max()) == ("2011-12-22", 766)


def test_promises(in_2011):
    days = in_2011[1]["features_daily"].sort_values("ops_date")
    due, missed = days["sla_due_tickets"].sum(), days["sla_due_missed"].sum()
    assert (due, missed, round(1 - missed / due, 4)) == (39_682, 9_754, 0.7542)
    assert days["past_due_tickets"].iloc[-1] == 4_707


SIGNALS = {  # the hurricane, a snowstorm, a clean-up on 22 December, and holidays
    "created": {
        "high": ["2011-08-28", "2011-08-29", "2011-10-30"],
        "low": ["2011-09-05", "2011-10-10", "2011-11-11", "2011-11-24", "2011-12-26"],
    },
    "resolved": {
        "high": ["2011-08-28", "2011-08-31", "2011-12-22"],
        "low": ["2011-09-05", "2011-10-10", "2011-11-11", "2011-11-24", "2011-12-26"],
    },
}


def test_days_that_are_no_noise(in_2011):
    rows = in_2011[1]["signal_daily"].query("dimension == 'all'").sort_values("ops_date")
    found = {
        indicator: {
            signal: days["ops_date"].astype(str).tolist()
            for signal, days in own.groupby("signal")
            if signal != "shift"
        }
        for indicator, own in rows.groupby("indicator")
    }
    assert found == SIGNALS


NAMED = {  # by params/notes.yaml and the holidays of Massachusetts
    "2011-08-28": "hurricane",
    "2011-08-29": "the day after the hurricane",
    "2011-08-31": "",
    "2011-09-05": "Labor Day",
    "2011-10-10": "Columbus Day",
    "2011-10-30": "snowstorm",
    "2011-11-11": "Veterans Day",
    "2011-11-24": "Thanksgiving Day",
    "2011-12-22": "a clean-up",
    "2011-12-26": "Christmas Day (observed)",
}


def test_the_days_that_are_no_noise_have_names(in_2011, folder):
    warehouse = open_warehouse(f"duckdb:{folder}/w.duckdb")
    names = read_day_names("params/notes.yaml", "US-MA")
    covered = read_coverage(warehouse)
    of_desk = read_signals(warehouse, covered, names).query("dimension == 'all'")
    alone = of_desk[of_desk["signal"] != "shift"]
    assert dict(zip(alone["ops_date"].astype(str), alone["name"], strict=True)) == NAMED
    week = Span(date(2011, 12, 25), date(2011, 12, 31))
    days = read_signal_days(warehouse, covered, names, week)
    assert about_signals(read_signals(warehouse, covered, names, week), days) == [
        "One day was outside its limits: Monday 26 December, Christmas Day (observed): 70 opened "
        "(215 to 718 is noise) and 18 resolved (76 to 766)."
    ]
    first_judged = read_signal_days(warehouse, covered, names).query("is_judged")["ops_date"].min()
    assert (
        str(first_judged.date()) == "2011-08-27"
    )  # the 58th day of the export: 1 July is the first


def test_signals_equal_the_independent_computation(in_2011):
    tables = {
        name: in_2011[1][name].assign(ops_date=lambda rows: rows["ops_date"].dt.date)
        for name in ("features_daily", "segment_daily", "signal_daily")
    }
    features, segments, found = (table.to_dict("records") for table in tables.values())
    for row in found:
        row |= {key: None for key, value in row.items() if value != value or value is None}
    over = {row["ops_date"] for row in features}
    assert differences("signal_daily", found, signals(features, segments, over)) == []


def test_rows(in_2011):
    rows = in_2011[0].rows
    assert [
        rows[name]
        for name in ("fact_tickets", "features_daily", "backlog_daily", "daily_agent_load")
    ] == [
        58_251,
        184,
        184,
        14_699,
    ]


def test_everything_known(folder):
    """As of the last event in the data, eight years later; percentiles against DuckDB's own over the export's text."""
    result = transform(f"duckdb:{folder}/w.duckdb", "latest", "America/New_York", RUN_AT)
    assert result.known_until.startswith("2019-10-31")
    hours = open_warehouse(f"duckdb:{folder}/w.duckdb").query(
        "SELECT COUNT(*) AS closed, quantile_disc(resolution_hours_clean, 0.5) AS median, quantile_disc(resolution_hours_clean, 0.9) AS p90, "
        "MAX(resolution_hours_clean) AS longest FROM fact_tickets WHERE is_resolved"
    ).iloc[0]  # fmt: skip
    assert (
        hours["closed"],
        round(hours["median"], 1),
        round(hours["p90"]),
        round(hours["longest"]),
    ) == (
        54_570,
        22.2,
        1_899,
        69_893,
    )


def test_the_bundled_export_is_small_enough_to_clone():
    assert (project.ROOT / EXPORT).stat().st_size < 1_500_000
