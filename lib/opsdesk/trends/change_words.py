"""Sentences about what changed: only what was computed, and numbers that add up as they are shown.

All are plain text. Names of segments come from the export: who writes HTML escapes them.
"""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from opsdesk.guards.texts import one_line
from opsdesk.trends.number_words import count, listed, signed

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
        moved = f"{'grew' if change > 0 else 'fell'} by {count(abs(change))} to"
    else:
        moved = "did not change: it is"
    flows = f"{count(total['inflow'])} opened, {count(total['outflow'])} resolved"
    return f"The backlog {moved} {count(total['closing'])} ({flows})."


def where_it_changed(explained: pd.DataFrame, mark: Callable[[str], str] = str) -> str:
    """Return which segments grew and which shrank, the larger side first; "" where none did.

    Of each side it names the fewest segments that make up 80 %, at most three, and counts and sums
    the rest: all signed numbers add up to the change of the backlog. `mark` makes a name stand out.
    """
    changes = explained.set_index("segment")["change"]
    sides = [("grew", changes[changes > 0]), ("shrank", changes[changes < 0])]
    sides.sort(key=lambda side: -abs(side[1].sum()))
    parts = [_side(verb, side, mark) for verb, side in sides if len(side)]
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


def is_close(actual: float, usual: float) -> bool:
    """Return whether a flow is as usual: both are whole tickets, as they are shown."""
    return abs(actual - usual) < CLOSE * usual


def fewest(
    changes: pd.Series, share: float = SHARE_NAMED, most: int = MOST_NAMED
) -> tuple[pd.Series, pd.Series]:
    """Return the fewest changes of one sign that make up `share` of their sum, and the rest.

    At most `most`; the largest come first, equal ones by name.
    """
    ranked = changes.sort_index().sort_values(key=lambda values: -values.abs(), kind="stable")
    # In whole numbers: exactly 80 % is enough.
    is_short = ranked.abs().cumsum() * 100 < round(share * 100) * ranked.abs().sum()
    named = min(int(is_short.sum()) + 1, most)
    return ranked.iloc[:named], ranked.iloc[named:]


def _side(verb: str, changes: pd.Series, mark: Callable[[str], str]) -> str:
    named, rest = fewest(changes)
    if len(rest) == 1:  # as short as "1 other"
        named, rest = pd.concat([named, rest]), rest.iloc[:0]
    parts = [f"{mark(one_line(str(name)))} ({signed(change)})" for name, change in named.items()]
    if len(rest):
        parts.append(f"{len(rest)} others ({signed(rest.sum())})")
    return f"{listed(parts)} {verb}"


def _against(flow: Flow, actual: int, usual: float) -> str:
    shown = round(usual)
    difference = actual - shown  # of the numbers shown, so that they add up
    usually = f"{count(shown)} usual for these weekdays"
    if is_close(actual, shown) or not difference:
        return f"{flow.same}: {count(actual)} {flow.past}, {usually}."
    start, word = (flow.more, "more") if difference > 0 else (flow.less, "fewer")
    apart = f"{count(abs(difference))} {word}"
    return f"{start}: {count(actual)} {flow.past}, {apart} than the {usually}."
