"""The burn-in: how long an export shows too small a backlog, estimated from the export itself."""

import pandas as pd

SETTLED_SHARE = 0.8 - 1e-9  # of the stock that the export can show; exactly four fifths count
HALF = 0.5  # still open at the end of the export: then it is too short to tell


def shares_still_open(resolved: pd.DataFrame, still_open: pd.DataFrame) -> pd.Series:
    """Return the share of tickets still open after each number of whole days (the index).

    A ticket that is still open counts for as long as it was watched, so a young export does not
    look like a fast service desk. This is the estimator of Kaplan and Meier (1958).

    Args:
        resolved: days (whole days to the resolution) and tickets, one row per number of days.
        still_open: days (whole days open so far) and tickets, one row per number of days.
    """
    counts = {
        "resolved": resolved.set_index("days")["tickets"],
        "watched": still_open.set_index("days")["tickets"],
    }
    tickets = pd.DataFrame(counts).astype("float64")
    tickets = tickets.fillna(0.0).sort_index()
    leaving = tickets.sum(axis="columns")
    # At risk on a day are all tickets that leave on it or later.
    at_risk = leaving[::-1].cumsum()[::-1]
    survival = 1 - tickets["resolved"] / at_risk
    shares = survival.cumprod().round(9)  # one of five left is 0.2, not 0.19999
    return shares.set_axis(shares.index + 1)


def burn_in_days(shares: pd.Series, horizon: int) -> int | None:
    """Return the length of the burn-in in days from the first day; None if it is too short to tell.

    An export has the tickets opened since its first day; those already open on it are missing.
    So the stock seems to start at 0, and grows even where the desk keeps pace.

    With the same number of tickets opened every day, the stock after N days is a day's tickets
    times the sum of the shares still open after 0, 1, ... N - 1 days. The burn-in ends when that
    sum is four fifths of its value after `horizon` days, the length of the export. (Four of five
    *tickets* resolved would be the wrong rule: slow tickets make the stock.)

    Tickets that stay open longer than the export are never seen, so the backlog is a lower bound
    after the burn-in too; `Coverage.tail_share` is their share.

    Args:
        shares: the result of `shares_still_open`.
        horizon: days from the first day of the export to its last, both included.
    """
    if shares.empty or shares.iloc[-1] >= HALF:
        return None
    after = shares.reindex(range(horizon))
    after[0] = 1.0  # on its first day every ticket is open
    stock = after.ffill().cumsum()
    enough = SETTLED_SHARE * stock.iloc[-1]
    settled = stock[stock >= enough]
    return int(settled.index[0]) + 1
