"""SQL on the cells of the file for one of our columns."""

from opsdesk.duckdb_file import quoted
from opsdesk.ingest.column_finder import Alternative

Blanks = tuple[str, ...]


def cell(alternative: Alternative, blanks: Blanks = ()) -> str:
    """Return the cell of a source, NULL where it is blank or its condition is not met."""
    cells = [_filled(place, blanks) for place in alternative.places]
    text = f" || {quoted(alternative.separator)} || ".join(cells)
    conditions = [
        f"c{place} IN ({', '.join(map(quoted, texts))})" for place, texts in alternative.conditions
    ]
    if not conditions:
        return f"({text})"
    return f"CASE WHEN {' AND '.join(conditions)} THEN {text} END"


def first_cell(alternatives: tuple[Alternative, ...], blanks: Blanks = ()) -> str:
    """Return the first cell of some sources that is not blank."""
    if not alternatives:
        return "NULL::VARCHAR"
    return f"coalesce({', '.join(cell(one, blanks) for one in alternatives)})"


def _filled(place: int, blanks: Blanks) -> str:
    if not blanks:
        return f"c{place}"
    return f"CASE WHEN c{place} NOT IN ({', '.join(map(quoted, blanks))}) THEN c{place} END"
