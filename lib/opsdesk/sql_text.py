"""Text inside SQL, where a parameter cannot stand."""

import re


def quoted(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def is_month(text: str) -> bool:
    """Whether `text` is a month such as 2023-01 and nothing else."""
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text))
