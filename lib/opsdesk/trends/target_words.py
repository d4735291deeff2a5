"""Judged targets in words: a table, and a sentence for each."""

from typing import Any

import pandas as pd

from opsdesk.config.targets import ALL, Target
from opsdesk.trends import number_words as words
from opsdesk.trends.judgement import MONTH, Judgement
from opsdesk.trends.worst import Worst, worst_sentence

NO_TARGETS = (
    "No target is set. Write a block `targets:` into the params file, such as "
    '`attainment: "0.9"` and `backlog_size: "500"`.'
)
NAMES = {
    "attainment": "SLA attainment",
    "backlog_size": "Open tickets",
    "past_due": "Past due",
    "p90_hours": "Time to resolve, p90",
    "first_response_hours": "First response, median",
}


def target_table(judgements: list[Judgement]) -> pd.DataFrame:
    """Return one row per target: target, is to be, last week, state, since, normal range."""
    rows = [
        (
            _name(each.target),
            f"{_bound(each.target)} {shown(each.target, each.target.value)}",
            "–" if each.value is None else shown(each.target, each.value),
            _state(each),
            _range(each) or None,  # a column without any value is not shown
        )
        for each in judgements
    ]
    return pd.DataFrame(rows, columns=["target", "is to be", "last week", "state", "a normal week"])


def target_sentences(judgements: list[Judgement]) -> list[str]:
    """Return a sentence for each target."""
    return [_sentence(each) for each in judgements]


def worst_sentences(judgements: list[Judgement]) -> list[str]:
    """Return for each missed target which segments have most of it, where that is known."""
    sentences = [worst_sentence(each.worst) for each in judgements]
    return [sentence for sentence in sentences if sentence]


def target_record(each: Judgement) -> dict[str, Any]:
    """Return a judged target as plain values, with its sentence."""
    target = each.target
    state = "not known" if each.is_met is None else "met" if each.is_met else "missed"
    return {
        "indicator": target.indicator,
        "dimension": target.dimension,
        "segment": target.segment,
        "target": target.value,
        "value": each.value,
        "state": state,
        "weeks": each.weeks,
        "lower": each.lower,
        "upper": each.upper,
        "outlook": each.outlook,
        "change": each.change,
        "sentence": _sentence(each),
        "worst": _worst_record(each.worst),
        "worst_sentence": worst_sentence(each.worst),
    }


def _worst_record(worst: Worst | None) -> list[dict[str, Any]]:
    if worst is None:
        return []
    return [
        {
            "dimension": worst.by,
            "segment": part.segment,
            "tickets": part.tickets,
            "share": part.tickets / worst.total,
        }
        for part in worst.parts
    ]


def shown(target: Target, value: float) -> str:
    """Return a value of a target with its unit."""
    if target.indicator == "attainment":
        return words.share(value)
    return words.count(value) if target.is_stock else f"{value:,.1f} h"


def _sentence(each: Judgement) -> str:
    name = _name(each.target)
    goal = f"{_bound(each.target)} {shown(each.target, each.target.value)}"
    if each.value is None:
        return f"{name}: not known against its target of {goal}, because {each.why}."
    state = "is met" if each.is_met else "is missed"
    first = f"{name}: {shown(each.target, each.value)}, so the target of {goal} {state}"
    first += f", {_weeks(each)}." if each.weeks > 1 else " this week."
    return f"{first}{_outlook(each)}"


def _outlook(each: Judgement) -> str:
    if each.change is not None:
        return f" It changed by {each.change:+,.0f} in {MONTH} weeks."
    if not each.outlook:
        return ""
    span = _range(each)
    ends = {
        "met": "so it will be met again unless something changes",
        "missed": "so it will be missed again unless something changes",
        "either": "so it is met in some weeks and missed in others by chance",
    }
    return f" A normal week is {span}, {ends[each.outlook]}."


def _range(each: Judgement) -> str:
    if each.lower is None or each.upper is None:
        return ""
    return f"{shown(each.target, each.lower)} to {shown(each.target, each.upper)}"


def _state(each: Judgement) -> str:
    if each.is_met is None:
        return f"not known: {each.why}"
    return f"{'met' if each.is_met else 'missed'}, {_weeks(each)}"


def _weeks(each: Judgement) -> str:
    return "1 week" if each.weeks == 1 else f"{each.weeks} weeks in a row"


def _name(target: Target) -> str:
    name = NAMES[target.indicator]
    return name if target.dimension == ALL else f"{name}, {target.dimension} {target.segment}"


def _bound(target: Target) -> str:
    return "at least" if target.is_lower_bound else "at most"
