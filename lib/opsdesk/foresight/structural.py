"""The method structural: each age of the backlog is resolved as fast as it was lately."""

import numpy as np

from opsdesk.foresight.flows import HORIZON, OLDEST, Flows, Numbers
from opsdesk.foresight.hazards import Hazards, fit_hazards
from opsdesk.foresight.usual_week import usual, weekdays_ahead
from opsdesk.foresight.whole_numbers import Path, make_path


def structural_path(flows: Flows, origins: Numbers) -> Path:
    """Return the path by origin: tickets get older day by day, and are resolved by their age."""
    hazards = fit_hazards(flows, origins)
    inflow = usual(flows.inflow, origins)
    weekdays = weekdays_ahead(flows.weekdays, origins)
    outflow = _outflow(flows.stock[origins], inflow, weekdays, hazards)
    return make_path(flows.backlog[origins], inflow, outflow)


def _outflow(stock: Numbers, inflow: Numbers, weekdays: Numbers, hazards: Hazards) -> Numbers:
    outflow = np.empty_like(inflow)
    for ahead in range(HORIZON):
        stock = _older(stock, inflow[:, ahead])
        resolved = stock * hazards.daily(weekdays[:, ahead])
        outflow[:, ahead] = resolved.sum(axis=1)
        stock = stock - resolved
    return outflow


def _older(stock: Numbers, coming: Numbers) -> Numbers:
    """Return the stock one day later; the oldest stay in the last age."""
    older = np.empty_like(stock)
    older[:, 0] = coming
    older[:, 1:] = stock[:, :-1]
    older[:, OLDEST] += stock[:, OLDEST]
    return older
