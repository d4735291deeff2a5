"""Boston: what was to be reached, what the step publishes, and what readers see of it."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from opsdesk.foresight.breach_backtest import run_breach_backtest
from opsdesk.foresight.origins import origins_on
from opsdesk.workbench import Workbench
from steps import backfill, ingest, open_warehouse, transform

RUN_AT = "2024-01-01T00:00:00+00:00"
EXPORT = "lib/opsdesk/data/boston311_2011.csv.gz"
ZONE = "America/New_York"
AS_OF = "2011-12-31 23:59:59"
DAY = timedelta(days=1)
ESTIMATES = (
    "ticket_breach_risk",
    "risk_backtest",
    "risk_calibration",
    "backlog_forecast",
    "forecast_backtest",
    "foresight_checks",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boston")
    ingest(EXPORT, "boston311", "", "full", str(folder / "lake"), RUN_AT)
    place = f"duckdb:{folder}/w.duckdb"
    backfill(str(folder / "lake"), place, "", "", RUN_AT)
    transform(place, AS_OF, ZONE, RUN_AT)
    return place


@pytest.fixture(scope="module")
def result(place):
    return Workbench(RUN_AT).foresee(place)


@pytest.fixture(scope="module")
def tables(place, result):
    return {name: open_warehouse(place).table(name) for name in ESTIMATES}


def test_breach_with_the_origins_of_september_to_december(place):
    """2011-09-01 to 2011-12-30, every fourth midnight."""
    warehouse = open_warehouse(place)
    days = [date(2011, 9, 1) + 4 * n * DAY for n in range(31)]
    as_of = datetime(2012, 1, 1, 4, 59, 59, tzinfo=UTC)
    in_28, in_7 = run_breach_backtest(warehouse, origins_on(days, ZONE), as_of).checks
    assert (in_28.origins, in_28.cases, in_7.cases) == (31, 33_065, 12_398)
    assert in_28.skill > 0.39 and in_28.auc > 0.855 and in_28.calibration_error < 0.035
    assert in_7.skill > 0.48 and in_7.auc > 0.91
    assert in_28.simple_skill == pytest.approx(0.173, abs=0.001)


def test_breach_as_it_is_published(tables):
    """Origins from the 57th day on: 2011-08-26, two days before the hurricane, to 2011-12-28."""
    origins = tables["risk_backtest"]["origin_date"]
    assert [f"{day:%Y-%m-%d}" for day in (origins.min(), origins.max())] == [
        "2011-08-26",
        "2011-12-28",
    ]
    checks = tables["foresight_checks"].set_index(["estimate", "horizon_days"]).loc["breach"]
    assert checks["is_shown"].all()
    assert checks.loc[28, ["skill", "auc", "calibration_error"]].tolist() == pytest.approx(
        [0.403, 0.874, 0.033], abs=0.001
    )
    assert checks.loc[7, ["skill", "auc"]].tolist() == pytest.approx([0.441, 0.908], abs=0.001)


def test_every_open_ticket_that_is_not_due_yet_has_a_row(tables):
    risk = tables["ticket_breach_risk"]
    assert len(risk) == 4_077
    assert risk["basis"].value_counts().to_dict() == {"due_later": 3_237, "curve": 840}
    assert risk["probability"].between(0, 1).sum() == 840
    assert (risk["probability"].isna() == (risk["basis"] != "curve")).all()


def test_backlog_against_stays_as_it_is(tables):
    """By the method chosen at the end, over the 112 last days whose outcome is known."""
    checks = tables["foresight_checks"].set_index(["estimate", "horizon_days"]).loc["backlog"]
    share = checks["error"] / checks["simple_error"]
    assert share[14] <= 0.45 and share[28] <= 0.35
    assert share[[7, 14, 28]].tolist() == pytest.approx([0.458, 0.337, 0.274], abs=0.001)
    assert checks["is_shown"].all()


def test_backlog_by_the_method_that_was_chosen_then(tables):
    """All days of the back-test from 2011-09-01 on."""
    rows = tables["forecast_backtest"]
    rows = rows[rows["origin_date"] >= "2011-09-01"]
    off = rows[["forecast", "unchanged"]].sub(rows["backlog_size"], axis=0).abs()
    sums = off.groupby(rows["horizon_days"]).sum()
    share = sums["forecast"] / sums["unchanged"]
    assert share[14] <= 0.45 and share[28] <= 0.35


def test_coverage(tables):
    """Of all 28 horizons, with the bands that would have been published."""
    rows = tables["forecast_backtest"]
    for level, low, high in ((80, 0.75, 0.93), (95, 0.90, 1.0)):
        known = rows[rows[f"lo{level}"].notna()]
        inside = known["backlog_size"].between(known[f"lo{level}"], known[f"hi{level}"])
        assert low <= inside.mean() <= high


def test_a_day_ahead_is_the_day_before_plus_inflow_minus_outflow(tables):
    days = tables["backlog_forecast"]
    change = days["inflow"] - days["outflow"]
    size = 9_879 + change.cumsum()
    assert size.tolist() == pytest.approx(days["backlog_size"].tolist(), abs=1e-9)
    assert days["ops_date"].tolist() == list(pd.date_range("2012-01-01", "2012-01-28"))


def test_nothing_is_made_again_while_nothing_has_changed(place, result):
    again = Workbench("2025-01-01T00:00:00+00:00").foresee(place)
    assert again.unchanged and again.rows == result.rows
    assert not result.unchanged
    assert open_warehouse(place).estimated()["made_at"].item() == pd.Timestamp(RUN_AT)
