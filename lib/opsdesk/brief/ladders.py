"""The waterfall: from what was open before to what is open now, as rows of a table."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from opsdesk.brief.bars import end_bar, step_bar
from opsdesk.brief.facts import Change
from opsdesk.trends import number_words as words
from opsdesk.trends.change_words import fewest

SHARE = 0.9
MOST = 6  # segments of each side
CELLS = ["inflow", "usual_inflow", "outflow", "usual_outflow"]


class Step(NamedTuple):
    """A step: its name, the change, and opened, usual, resolved, usual (NaN: not shown)."""

    name: str
    change: float
    cells: tuple[float, float, float, float]


class Rung(NamedTuple):
    """A row of a waterfall with its bar."""

    step: Step
    bar: Markup


class Ladder(NamedTuple):
    """One waterfall."""

    name: str
    opening: int
    closing: int
    start: Markup
    rungs: list[Rung]
    end: Markup
    totals: tuple[float, float, float, float]


def by_segment(change: Change, dimension: str) -> Ladder:
    """Return the waterfall by segment: the largest changes of each side, the rest summed up."""
    explained = change.explained.set_index("segment")
    moved = explained["change"]
    steps: list[Step] = []
    for side, verb in ((explained[moved > 0], "grew"), (explained[moved < 0], "shrank")):
        steps += _side(side, verb)
    same = explained[moved == 0]
    if same[CELLS].sum().gt(0).any():
        steps.append(_sum(f"{words.others(len(same))}, as many in as out", same))
    return _ladder(f"By {dimension.replace('_', ' ')}", change, _in_whole_tickets(steps))


def against_usual(change: Change) -> Ladder | None:
    """Return the waterfall against the usual flows; None where these are not known."""
    total = change.explained[["change", *CELLS]].sum(skipna=False)
    if total[["usual_inflow", "usual_outflow"]].isna().any():
        return None
    no = float("nan")
    # in whole tickets, so that the rows add up as they are shown
    usual_in, usual_out = round(total["usual_inflow"]), round(total["usual_outflow"])
    more_in = total["inflow"] - usual_in
    more_out = total["outflow"] - usual_out
    flows = [
        Step(f"{_more(more_in)} opened than usual", more_in, (total["inflow"], usual_in, no, no)),
        Step(
            f"{_more(more_out)} resolved than usual",
            -more_out,
            (no, no, total["outflow"], usual_out),
        ),
    ]
    flows.sort(key=lambda step: -step.change)  # what adds first, then what takes away
    usual = Step("As usual for these weekdays", usual_in - usual_out, (no, usual_in, no, usual_out))
    return _ladder("Against the usual", change, [usual, *flows])


def _side(side: pd.DataFrame, verb: str) -> list[Step]:
    if side.empty:
        return []
    named, rest = fewest(side["change"], SHARE, MOST)
    steps = [_sum(str(name), side.loc[[name]]) for name in named.index]
    if len(rest) == 1:
        steps.append(_sum(str(rest.index[0]), side.loc[rest.index]))
    elif len(rest):
        steps.append(_sum(f"{words.others(len(rest))} that {verb}", side.loc[rest.index]))
    return steps


def _sum(name: str, rows: pd.DataFrame) -> Step:
    total = rows[["change", *CELLS]].sum(skipna=False)
    inflow, usual_inflow, outflow, usual_outflow = (float(total[cell]) for cell in CELLS)
    return Step(name, float(total["change"]), (inflow, usual_inflow, outflow, usual_outflow))


def _in_whole_tickets(steps: list[Step]) -> list[Step]:
    """Return steps whose usual flows are whole, so that they add up to their total as shown."""
    cells = pd.DataFrame([step.cells for step in steps], columns=CELLS, dtype="float64")
    up_to = cells.cumsum(skipna=False).round()
    whole = up_to.diff().fillna(up_to)  # the first has none before it
    return [
        step._replace(cells=cells)
        for step, cells in zip(steps, whole.itertuples(index=False, name=None), strict=True)
    ]


def _more(tickets: float) -> str:
    if not round(tickets):
        return "As many"
    return f"{words.count(abs(tickets))} {'more' if tickets > 0 else 'fewer'}"


def _ladder(name: str, change: Change, steps: list[Step]) -> Ladder:
    explained = change.explained
    ends = pd.Series([step.change for step in steps], dtype="float64").cumsum()
    scale = _scale(min(0, ends.min()) if len(ends) else 0, max(0, ends.max()) if len(ends) else 0)
    rungs = [
        Rung(step, step_bar(scale, end - step.change, end))
        for step, end in zip(steps, ends, strict=True)
    ]
    total = explained[CELLS].sum(skipna=False)
    inflow, usual_inflow, outflow, usual_outflow = (float(total[cell]) for cell in CELLS)
    return Ladder(
        name=name,
        opening=int(explained["opening"].sum()),
        closing=int(explained["closing"].sum()),
        start=end_bar(scale, 0),
        rungs=rungs,
        end=end_bar(scale, float(explained["change"].sum())),
        totals=(inflow, usual_inflow, outflow, usual_outflow),
    )


def _scale(low: float, high: float) -> Callable[[float], float]:
    pad = (high - low) * 0.02 or 1.0

    def scale(value: float) -> float:
        return (value - low + pad) / (high - low + 2 * pad) * 100

    return scale
