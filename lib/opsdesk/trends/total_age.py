"""Total age: the days since all open tickets were opened, added up."""

import pandas as pd


def total_age(days: pd.DataFrame) -> pd.Series:
    """Return how old the tickets open at the end of each day are, in days, all of them together.

    Each ticket that was open the evening before has become one day older, and those resolved on the
    day have left with their age. A reopened ticket comes back with its own. So it costs days, not
    tickets.

    Args:
        days: one row per day from the first one: backlog_size, and waited_days (how old the tickets
            resolved on the day were, all of them together, less those reopened).
    """
    opening = days["backlog_size"].shift(fill_value=0)
    return (opening - days["waited_days"]).cumsum()
