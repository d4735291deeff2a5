"""The SQL of an export's cells: which text becomes which of our columns."""

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.column_finder import Alternative
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.mapping_exclude import ExcludeRule
from opsdesk.ingest.mapping_sources import UNITS
from opsdesk.ingest.white_space import trimmed_sql

CLOCK_TEXT = r"-?\d+:[0-5]\d(:[0-5]\d)?"  # hours and minutes, perhaps seconds


def first_text(plan: ColumnPlan, alternatives: tuple[Alternative, ...], target: str) -> str:
    """Return a column as text: the first of its alternatives that is not blank, or NULL.

    Texts are trimmed, those that mean blank are blank, the mapping's values translate the others.
    """
    texts = _texts(plan, alternatives, target)
    return f"coalesce({', '.join(texts)})" if texts else "NULL::VARCHAR"


def spent_seconds(plan: ColumnPlan, alternatives: tuple[Alternative, ...], target: str) -> str:
    """Return the seconds of the first alternative that is not blank, if it is a length of time.

    NULL where it is another, or cannot be read.
    """
    texts = _texts(plan, alternatives, target)
    cases = [
        f"WHEN {text} IS NOT NULL THEN {_seconds(plan, text, alternative.unit)}"
        for text, alternative in zip(texts, alternatives, strict=True)
    ]
    return f"CASE {' '.join(cases)} END"


def excluding_rule(plan: ColumnPlan) -> str:
    """Return the name of the first rule that excludes a row, NULL where none does."""
    cases = [
        f"WHEN {' OR '.join(_applies(rule, place) for place in places)} THEN {quoted(rule.name)}"
        for rule, places in plan.excluded
    ]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def number(plan: ColumnPlan, text: str) -> str:
    """Return a text as a number, NULL where it is not one.

    With a decimal comma, points may only separate thousands: 4.5 is not a number then.
    """
    if plan.mapping.decimal == ",":
        form = quoted(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
        plain = f"replace(replace({text}, '.', ''), ',', '.')"
        return f"CASE WHEN regexp_full_match({text}, {form}) THEN try_cast({plain} AS DOUBLE) END"
    # DuckDB would read 1_000 as a number
    return f"CASE WHEN NOT contains({text}, '_') THEN try_cast({text} AS DOUBLE) END"


def has_length(plan: ColumnPlan, target: str) -> bool:
    """Return whether one of our columns may come from a length of time."""
    return any(alternative.unit for alternative in plan.targets.get(target, ()))


def hours(plan: ColumnPlan, target: str) -> str:
    """Return one of our columns as a number of hours."""
    read = number(plan, f"{target}_text")
    if has_length(plan, target):
        return f"coalesce({target}_spent / 3600, {read})"
    return read


def _texts(plan: ColumnPlan, alternatives: tuple[Alternative, ...], target: str) -> list[str]:
    values = plan.mapping.values.get(target, {})
    return [_text(plan, alternative, values) for alternative in alternatives]


def _text(plan: ColumnPlan, alternative: Alternative, values: dict[str, str]) -> str:
    cells = [_cell(plan, place) for place in alternative.places]
    text = cells[0]
    if len(cells) > 1:  # blank where one of them is
        text = f" || {quoted(alternative.separator)} || ".join(cells)
    text = _translated(f"({text})" if len(cells) > 1 else text, values)
    conditions = [
        f"{trimmed_sql(f'c{place}')} IN ({', '.join(map(quoted, texts))})"
        for place, texts in alternative.conditions
    ]
    return f"CASE WHEN {' AND '.join(conditions)} THEN {text} END" if conditions else text


def _cell(plan: ColumnPlan, place: int) -> str:
    text = trimmed_sql(f"c{place}")
    missing = ", ".join(map(quoted, plan.mapping.missing))
    return f"CASE WHEN {text} NOT IN ({missing}) THEN {text} END" if missing else text


def _translated(text: str, values: dict[str, str]) -> str:
    if not values:
        return text
    cases = [f"WHEN {quoted(old)} THEN nullif({quoted(new)}, '')" for old, new in values.items()]
    return f"CASE {text} {' '.join(cases)} ELSE {text} END"


def _seconds(plan: ColumnPlan, text: str, unit: str) -> str:
    if not unit:
        return "NULL::DOUBLE"
    hours = f"abs(try_cast(split_part({text}, ':', 1) AS DOUBLE)) * 3600"
    minutes = f"try_cast(split_part({text}, ':', 2) AS DOUBLE) * 60"
    seconds = f"coalesce(try_cast(split_part({text}, ':', 3) AS DOUBLE), 0)"
    sign = f"CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END"
    plain = f"{number(plan, text)} * {UNITS[unit]}"
    length = (
        f"CASE WHEN regexp_full_match({text}, '{CLOCK_TEXT}') "
        f"THEN ({sign}) * ({hours} + {minutes} + {seconds}) ELSE {plain} END"
    )
    # what is longer than a century is no length of time
    return f"CASE WHEN abs({length}) < 100 * 366 * 86400.0 THEN round({length}) END"


def _applies(rule: ExcludeRule, place: int) -> str:
    text = trimmed_sql(f"c{place}")
    if rule.texts:
        return f"{text} IN ({', '.join(map(quoted, rule.texts))})"
    return f"regexp_matches({text}, {quoted(rule.pattern)})"
