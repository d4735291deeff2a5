"""How the stock is made up, and the last 28 days against the 28 before."""

from dataclasses import dataclass

import pandas as pd

from opsdesk.trends.arrival_words import about_arrivals
from opsdesk.trends.arrivals import read_arrivals
from opsdesk.trends.clearing import Clearing, measure_clearing
from opsdesk.trends.concentration import read_concentration
from opsdesk.trends.coverage import Coverage
from opsdesk.trends.debt import read_debt
from opsdesk.trends.histories import count_paused
from opsdesk.trends.history_words import about_paused
from opsdesk.trends.period_words import about_periods
from opsdesk.trends.periods import last_periods, read_periods
from opsdesk.trends.sentences import about_backlog
from opsdesk.trends.spans import Span
from opsdesk.trends.stock_words import (
    about_clearing,
    about_concentration,
    about_debt,
    about_total_age,
)
from opsdesk.warehouse.open import Warehouse


@dataclass(frozen=True)
class Stock:
    """Frames of `trends` about the open tickets, and two periods compared."""

    clearing: Clearing
    debt: pd.DataFrame
    concentration: pd.DataFrame
    arrivals: pd.DataFrame
    spans: tuple[Span, Span] | None
    periods: pd.DataFrame
    paused: tuple[int, int]


def read_stock(warehouse: Warehouse, coverage: Coverage, days: pd.DataFrame) -> Stock:
    """Return how the stock is made up; `days` is the result of `series.read_days`."""
    spans = last_periods(coverage)
    return Stock(
        clearing=measure_clearing(days),
        debt=read_debt(warehouse, coverage),
        concentration=read_concentration(warehouse, coverage),
        arrivals=read_arrivals(warehouse, coverage),
        spans=spans,
        periods=read_periods(warehouse, coverage, spans),
        paused=count_paused(warehouse),
    )


def stock_sentences(
    stock: Stock, coverage: Coverage, weeks: pd.DataFrame, dimension: str
) -> list[str]:
    """Return how long the stock lasts, how new it is, where it piles up, and when tickets come."""
    said = [about_arrivals(stock.arrivals)]
    if not about_backlog(coverage):
        said = [
            about_clearing(stock.clearing),
            about_debt(stock.debt),
            about_paused(*stock.paused),
            about_total_age(weeks),
            about_concentration(stock.concentration, dimension),
            *said,
        ]
    return [sentence for sentence in said if sentence]


def period_sentence(stock: Stock) -> str:
    """Return which days are compared with which; "" where none are."""
    return about_periods(stock.spans)
