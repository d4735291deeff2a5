"""Step 4: the estimates, made from one publication and shown only with it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from opsdesk.catalogue.tables import catalogue
from opsdesk.errors import OpsdeskError
from opsdesk.foresight.backlog_forecast import BacklogForecast, forecast_backlog, no_forecast
from opsdesk.foresight.breach_backtest import no_backtest, run_breach_backtest
from opsdesk.foresight.estimates import RISK, method, no_risk, risk_question, tables_of
from opsdesk.foresight.flows import read_flows
from opsdesk.foresight.origins import past_origins
from opsdesk.instants import read_instant
from opsdesk.trends.coverage import Coverage, last_whole_day, read_coverage
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.estimates import Estimates
from opsdesk.warehouse.protocol import Warehouse

HISTORIES = "ticket_history"


@dataclass(frozen=True)
class ForesightResult:
    """What one step published, or found published already (`unchanged`): rows by table."""

    rows: dict[str, int]
    unchanged: bool
    billed: Billed

    @property
    def tables(self) -> pd.DataFrame:
        """Return the published tables: table, rows, description."""
        tables = catalogue()
        return pd.DataFrame(
            [(name, rows, tables[name].description) for name, rows in self.rows.items()],
            columns=["table", "rows", "description"],
        )


def foresee(warehouse: Warehouse, run_at: str) -> ForesightResult:
    """Make the estimates from what was published last, and publish them with its row of `_runs`.

    Args:
        warehouse: where the published tables are.
        run_at: the moment of the run, ISO 8601 with offset.

    Raises:
        OpsdeskError: nothing is published yet, or something else was published at the same time.
            Nothing was written then.
    """
    made_at = read_instant("run_at", run_at)
    with warehouse.publishing():
        run = _last_run(warehouse)
        found = warehouse.estimated()
        if _is_made_from(found, run):
            rows = json.loads(found["rows"].item())
            return ForesightResult(rows, True, warehouse.billed)
        estimates = _make(warehouse, run, made_at)
        if _last_run(warehouse)["run_id"] != run["run_id"]:
            raise OpsdeskError(
                f"The tables of {warehouse.url} were published again while estimates were made "
                "from the previous ones: run 04_foresight again."
            )
        rows = warehouse.publish_estimates(estimates)
    return ForesightResult(rows, False, warehouse.billed)


def _last_run(warehouse: Warehouse) -> dict[str, Any]:
    runs = warehouse.runs()
    if runs.empty:
        raise OpsdeskError(f"Nothing is published in {warehouse.url} yet: run 03_transform first.")
    return {str(name): value for name, value in runs.iloc[-1].items()}


def _is_made_from(found: pd.DataFrame, run: dict[str, Any]) -> bool:
    if found.empty:
        return False
    row = found.iloc[0]
    there = (row["run_id"], row["fingerprint"], row["method"])
    return there == (run["run_id"], run["fingerprint"], method())


def _make(warehouse: Warehouse, run: dict[str, Any], made_at: datetime) -> Estimates:
    as_of = run["as_of"].to_pydatetime().astimezone(UTC)
    timezone = str(run["timezone"])
    if json.loads(run["rows"]).get(HISTORIES):
        return _nothing(run, made_at)
    coverage = read_coverage(warehouse)
    first_day = coverage.first_day.date()
    origins = past_origins(first_day, coverage.last_day.date(), coverage.burn_in_days, timezone)
    breach = run_breach_backtest(warehouse, origins, as_of)
    backlog = _forecast(warehouse, coverage, first_day)
    return Estimates(
        run_id=str(run["run_id"]),
        fingerprint=str(run["fingerprint"]),
        method=method(),
        made_at=made_at,
        rows=tables_of(backlog, breach),
        questions={RISK: risk_question(as_of, timezone, is_proven=breach.is_proven)},
    )


def _nothing(run: dict[str, Any], made_at: datetime) -> Estimates:
    """Return tables without estimates: histories move deadlines, and the past is not replayed."""
    tables = tables_of(no_forecast("changes"), no_backtest("changes"))
    return Estimates(
        run_id=str(run["run_id"]),
        fingerprint=str(run["fingerprint"]),
        method=method(),
        made_at=made_at,
        rows=tables | {RISK: no_risk()},
        questions={},
    )


def _forecast(warehouse: Warehouse, coverage: Coverage, first_day: date) -> BacklogForecast:
    """Return the forecast, or why an export can have none."""
    if coverage.closed_from is not None:
        return no_forecast("no_backlog")
    if coverage.intake_until is not None:
        return no_forecast("intake_ended")
    if coverage.silent_since is not None:
        return no_forecast("silent")
    last_day = last_whole_day(coverage).date()
    if last_day <= first_day:
        return no_forecast("too_young")
    return forecast_backlog(read_flows(warehouse, first_day, last_day))
