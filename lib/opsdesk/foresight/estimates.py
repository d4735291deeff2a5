"""The tables of estimates, put together for a warehouse."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from opsdesk.catalogue.tables import Table, catalogue
from opsdesk.foresight.backlog_forecast import BacklogForecast
from opsdesk.foresight.breach_backtest import BreachBacktest
from opsdesk.foresight.checks import MILLIONTHS, checks_table
from opsdesk.foresight.origins import origin_now
from opsdesk.foresight.questions import read_odds_question, read_question
from opsdesk.warehouse.estimates import Question

VERSION = "2"  # of the mathematics; a change makes estimates that are there be made again
QUERIES = ("breach_bins", "ticket_breach_risk")
RISK = "ticket_breach_risk"
DTYPES = {"INT64": "Int64", "FLOAT64": "float64", "STRING": "object", "BOOL": "bool"}


def method() -> str:
    """Return what tells one way of making estimates from another."""
    texts = [VERSION, *map(read_odds_question, QUERIES), read_question("backlog_flows")]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def risk_question(as_of: datetime, timezone: str, *, is_proven: bool) -> Question:
    """Return the question whose answer is ticket_breach_risk."""
    values = origin_now(as_of, timezone).parameters(as_of)
    return Question(read_odds_question(RISK), values | {"is_proven": is_proven})


def no_risk() -> pd.DataFrame:
    """Return ticket_breach_risk without a row."""
    return _typed(pd.DataFrame(), catalogue()[RISK])


def tables_of(backlog: BacklogForecast, breach: BreachBacktest) -> dict[str, pd.DataFrame]:
    """Return the rows of every table of estimates but ticket_breach_risk."""
    frames = {
        "risk_backtest": breach.origins,
        "risk_calibration": breach.calibration,
        "backlog_forecast": backlog.days,
        "forecast_backtest": backlog.backtest,
        "foresight_checks": checks_table([*breach.checks, *backlog.checks]),
    }
    return _as_declared(frames)


def _as_declared(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: _typed(rows, catalogue()[name]) for name, rows in frames.items()}


def _typed(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the columns as declared, in the order of the key, numbers in whole millionths."""
    names = [column.name for column in table.columns]
    if rows.empty:
        rows = pd.DataFrame(columns=names)
    typed = {column.name: DTYPES[column.type] for column in table.columns if column.type in DTYPES}
    numbers = [column.name for column in table.columns if column.type == "FLOAT64"]
    ordered = rows[names].astype(typed).sort_values(list(table.key), ignore_index=True)
    ordered[numbers] = ordered[numbers].round(MILLIONTHS)
    return ordered
