"""The method level: as many tickets are resolved as come in, on the weekdays on which they are."""

import numpy as np

from opsdesk.foresight.flows import Flows, Numbers
from opsdesk.foresight.usual_week import WEEK, usual
from opsdesk.foresight.whole_numbers import Path, make_path


def level_path(flows: Flows, origins: Numbers) -> Path:
    """Return the path by origin: the weekday shape of the outflow, scaled to the inflow.

    Where nothing was resolved in the last four weeks, outflow equals inflow.
    """
    inflow = usual(flows.inflow, origins)
    shape = usual(flows.outflow, origins)
    coming = inflow[:, :WEEK].sum(axis=1, keepdims=True)
    going = shape[:, :WEEK].sum(axis=1, keepdims=True)
    scale = np.divide(coming, going, out=np.zeros_like(coming), where=going > 0)
    outflow = np.where(going > 0, shape * scale, inflow)
    return make_path(flows.backlog[origins], inflow, outflow)
