"""Sentences about what changed: only what was computed, and numbers that add up as they are shown.

All are plain text. Names of segments come from the export: who writes HTML escapes them.
"""

from typing import NamedTuple

import pandas as pd

from opsdesk.guards.texts import printable

SHARE_NAMED = 0.8
MOST_NAMED = 3
CLOSE = 0.1  # of what is usual: within a tenth of it nothing is more or less


class Flow(NamedTuple):
    """How the sentences about one flow begin."""

    column: str
    past: str
    more: str
    less: str
    same: str


FLOWS = (
    Flow("inflow", "opened", "More came in than usual", "Less came in than usual",
         "As much came in as usual"),
    Flow("outflow", "resolved", "More was done than usual", "Less was done than usual",
         "As much was done as usual"),
)  # fmt: skip


def how_it_moved(explained: pd.DataFrame) -> str:
    """Return how the backlog moved, from the result of `explain`."""
    total = explained[["inflow", "outflow", "closing", "change"]].sum()
    change = int(total["change"])
    if change:
        moved = f"{'grew' if change > 0 else 'fell'} by {_count(abs(change))} to"
    else:
        moved = "did not change: it is"
    flows = f"{_count(total['inflow'])} opened, {_count(total['outflow'])} resolved"
    return f"The backlog {moved} {_count(total['closing'])} ({flows})."


def where_it_changed(explained: pd.DataFrame) -> str:
    """Return which segments grew and which shrank, the larger side first; "" where none did.

    Of each side it names the fewest segments that make up 80 %, at most three, and counts and sums
    the rest: all signed numbers add up to the change of the backlog.
    """
    changes = explained.set_index("segment")["change"]
    sides = [("grew", changes[changes > 0]), ("shrank", changes[changes < 0])]
    sides.sort(key=lambda side: -abs(side[1].sum()))
    parts = [_side(verb, side) for verb, side in sides if len(side)]
    return "; ".join(parts) + "." if parts else ""


def against_usual(explained: pd.DataFrame) -> list[str]:
    """Return a sentence for each flow: more, less or as much as is usual for these weekdays.

    None where it is not known what is usual.
    """
    sentences = []
    for flow in FLOWS:
        usual = explained[f"usual_{flow.column}"].sum(skipna=False)
        if pd.notna(usual):
            sentences.append(_against(flow, int(explained[flow.column].sum()), usual))
    return sentences


def fewest(changes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the fewest changes of one sign that make up 80 % of their sum, and the rest.

    At most three; the largest come first, equal ones by name.
    """
    ranked = changes.sort_index().sort_values(key=lambda values: -values.abs(), kind="stable")
    # In whole numbers: exactly 80 % is enough.
    is_short = ranked.abs().cumsum() * 100 < round(SHARE_NAMED * 100) * ranked.abs().sum()
    count = min(int(is_short.sum()) + 1, MOST_NAMED)
    return ranked.iloc[:count], ranked.iloc[count:]


def _side(verb: str, changes: pd.Series) -> str:
    named, rest = fewest(changes)
    parts = [f"{printable(str(name))} ({_signed(change)})" for name, change in named.items()]
    if len(rest) == 1:  # as short as "1 other"
        parts.append(f"{printable(str(rest.index[0]))} ({_signed(rest.iloc[0])})")
    elif len(rest):
        parts.append(f"{len(rest)} others ({_signed(rest.sum())})")
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{listed} {verb}"


def _against(flow: Flow, actual: int, usual: float) -> str:
    shown = round(usual)
    difference = actual - shown  # of the numbers shown, so that they add up
    usually = f"{_count(shown)} usual for these weekdays"
    if abs(actual - usual) < CLOSE * usual or not difference:
        return f"{flow.same}: {_count(actual)} {flow.past}, {usually}."
    start, word = (flow.more, "more") if difference > 0 else (flow.less, "fewer")
    apart = f"{_count(abs(difference))} {word}"
    return f"{start}: {_count(actual)} {flow.past}, {apart} than the {usually}."


def _count(tickets: float) -> str:
    return f"{tickets:,.0f}"


def _signed(change: float) -> str:
    return f"{'+' if change > 0 else '−'}{abs(change):,.0f}"
