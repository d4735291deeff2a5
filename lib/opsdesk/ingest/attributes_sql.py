"""The SQL of the column `attributes`: further columns of an export as one JSON object of texts.

Its form is canonical, so that the same values give the same text: names in order, no blanks between
them, blank values left out. A quote and a backslash are written as escapes with a number, such as
\\u0022, as control characters are. So a quote always ends a name or a value, and a backslash always
begins an escape: what `dim_attributes` and `segment_daily` take apart need not be parsed.
"""

from collections.abc import Mapping

from opsdesk.duckdb_file import quoted

# the backslash comes first: those that follow bring new ones
ESCAPED = ("\\", '"', *map(chr, range(1, 32)))  # no cell of an export holds a NUL
NEEDS_ESCAPES = r'[\\"\x01-\x1F]'
RESERVED = frozenset({"priority", "category", "channel", "customer_tier", "team", "all"})


def select_attributes(texts: Mapping[str, str]) -> str:
    """Return SQL for the attributes of a row, NULL where all are blank.

    Args:
        texts: for each name SQL for its trimmed text, NULL where that is blank.
    """
    pairs = [_pair(name, text) for name, text in sorted(texts.items())]
    if not pairs:
        return "NULL::VARCHAR"
    listed = f"concat_ws(',', {', '.join(pairs)})"
    return f"'{{' || nullif({listed}, '') || '}}'"


def _pair(name: str, text: str) -> str:
    """Return SQL for a name with its value, NULL where the text is blank."""
    escaped = text
    for sign in ESCAPED:
        code = f"\\u{ord(sign):04x}"
        escaped = f"replace({escaped}, chr({ord(sign)}), {quoted(code)})"
    # replacing is costly, so it runs only where there is something to replace
    needs = f"regexp_matches({text}, {quoted(NEEDS_ESCAPES)})"
    value = f"CASE WHEN {needs} THEN {escaped} ELSE {text} END"
    head = quoted(f'"{name}":"')
    return f"{head} || {value} || '\"'"
