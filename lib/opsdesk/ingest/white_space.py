"""White space, by one rule for the export and the list of agents.

It is what Python's `str.isspace` says, and the byte order mark, which files bring along.
"""

import re
import sys

SIGNS = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isspace()] + ["\ufeff"]
WHITE = "[" + "".join(f"\\x{{{ord(sign):X}}}" for sign in SIGNS) + "]"  # for DuckDB's RE2
_WHITE = re.compile("[" + "".join(SIGNS) + "]+")


def trimmed_sql(text: str) -> str:
    """Return SQL for a text without white space around it, NULL where nothing else is in it."""
    # replacing is costly, so it runs only where there is something to replace
    has_edges = f"regexp_matches({text}, '^{WHITE}|{WHITE}$')"
    without = f"regexp_replace({text}, '^{WHITE}+|{WHITE}+$', '', 'g')"
    return f"nullif(CASE WHEN {has_edges} THEN {without} ELSE {text} END, '')"


def single_spaced(text: str) -> str:
    """Return a text trimmed, with one plain blank for any white space within."""
    return _WHITE.sub(" ", text).strip()


def single_spaced_sql(text: str) -> str:
    """Return SQL for the same, of a text that is trimmed."""
    inner = f"regexp_replace({text}, '{WHITE}+', ' ', 'g')"
    return f"CASE WHEN regexp_matches({text}, '{WHITE}') THEN {inner} ELSE {text} END"
