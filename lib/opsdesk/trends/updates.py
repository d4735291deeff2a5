"""How long ago open tickets were last updated, in bands."""

import numpy as np
import pandas as pd

from opsdesk.trends.questions import ask
from opsdesk.warehouse.open import Warehouse

BANDS = {  # from that many days before as_of
    "under 24 hours": 0,
    "24 to 72 hours": 1,
    "3 to 7 days": 3,
    "7 to 30 days": 7,
    "30 days or more": 30,
}
NOT_KNOWN = "not known"


def read_since_update(warehouse: Warehouse) -> pd.DataFrame:
    """Return the open tickets by the time since their last update, and their share of all open.

    There is one row per band, and one for the tickets whose last update is not known, if any.
    The frame is empty where it is not known of any open ticket.
    """
    by_day = ask(warehouse, "since_update")
    is_known = by_day["days"].notna()
    if not is_known.any():
        return pd.DataFrame(columns=["since_update", "open_tickets", "share_of_open"])
    edges = [*BANDS.values(), np.inf]
    days = by_day["days"].astype("float64")
    bands = pd.cut(days, edges, right=False, labels=list(BANDS))
    tickets = by_day["tickets"].groupby(bands, observed=False).sum()
    if not is_known.all():
        tickets = pd.concat([tickets, pd.Series({NOT_KNOWN: by_day["tickets"][~is_known].sum()})])
    return pd.DataFrame(
        {
            "since_update": list(tickets.index),
            "open_tickets": tickets.to_numpy(),
            "share_of_open": tickets.to_numpy() / by_day["tickets"].sum(),
        }
    )
