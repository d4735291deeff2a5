"""The one rule for secrets: by the name of a setting, or by the form of a value.

A parameter that holds one is refused. In what is written or printed it becomes `***`. The data of
tickets (lake, rejects, warehouse, rows of a query) is never changed.
"""

import re
from typing import Any

HIDDEN = "***"
# The end of a sentence about a parameter.
SECRET_VALUE = (
    "holds what looks like a secret (a password, key, token or signature), and parameters are "
    "written into notebooks and reports: take it out, and give credentials to the environment "
    "instead"
)
NAMES = (
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "key",
    "credential",
    "pwd",
    "signature",
    "authorization",
)
# In a text, `key=` alone is too common a word: only these say that a secret follows.
KINDS_OF_KEY = (
    "access|account|api|auth|client|consumer|encryption|host|master|private|secret|service|shared|"
    "signing|ssh|storage|subscription"
)
WORDS = rf"passwor[dt]|passwd|passphrase|pwd|secret|token|credential|(?:{KINDS_OF_KEY})[-_. ]?key"
# Before a colon and no quote, where prose has such words too.
SURE = (
    r"password|passwd|passphrase|pwd|(?:api|secret|access|private|account)[-_ ]?key(?:[-_]?id)?|"
    r"client[-_]?secret|(?:access|refresh|auth|api|id)[-_]?token"
)
QUOTE = r"""\\*["']"""
# `...` and `***` stand for a value. Lengths are bounded, so that no text takes long.
VALUE = (
    r"""(?!\.\.\.|["']?\*\*\*)"""
    r"""(?:\\+["'][^"']{0,4000}["']"""
    r"""|"(?:[^"\\]|\\.){0,4000}"|'(?:[^'\\]|\\.){0,4000}'|["']?[^\s"'&;,<>)\]}]{1,4000})"""
)
# What is before the value stays (the first group).
AFTER_A_NAME = (
    rf"((?:{WORDS}|signature)[\w.-]{{0,60}}(?:{QUOTE})?\s*(?:=|%3D)\s*){VALUE}",
    rf"((?:{WORDS})[\w.-]{{0,60}}{QUOTE}\s*:\s*)(?={QUOTE}){VALUE}",
    rf"((?<![\w.-])(?:{SURE})\s*:\s*){VALUE}",
    rf"((?<![a-z0-9])(?:sig|sas)(?:=|%3D)){VALUE}",
    rf"([?&;](?:key|code|googleaccessid)=){VALUE}",
    rf"((?<![\w-])--[\w-]{{0,40}}(?:{WORDS})[\w-]{{0,40}}\s+(?!-)){VALUE}",
    rf"(authorization(?:{QUOTE})?\s*[:=]\s*(?:{QUOTE})?)(?!\*)(?:\w+\s+)?[^\s\"'<>,]+",
    r"(\bbearer\s+)(?=[a-z_~+/=-]*[\d.])[\w.~+/=-]{8,}",
)
# user:password@ of an address. A colon before digits alone is a port.
IN_AN_ADDRESS = (
    r"(?<=://)[^\s/\"'<>@:]{0,200}:(?!\d+(?:/|$))[^\s\"'<>]{0,300}@",
    r"(?<=jdbc:oracle:thin:)[^\s/\"'<>@]{1,100}/[^\s\"'<>]{1,200}?@",
)
# Forms that nothing else has: a key in lines (a cut one to its end), then tokens of Google, AWS,
# GitHub, GitLab, Slack and Stripe, and JSON web tokens.
WHOLE = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"
    r"(?:[\s\S]{0,10000}?-----END [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"
    r"|(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{10,})*)",
    r"\bya29\.[\w-]{10,}|\bAIza[\w-]{30,}|\bGOCSPX-[\w-]{10,}|\b1//0[\w-]{20,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{15,}",
    r"\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_live_\w{10,}",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
)
RULES = [
    *((re.compile(pattern), HIDDEN) for pattern in WHOLE),
    *((re.compile(pattern, re.IGNORECASE), rf"{HIDDEN}@") for pattern in IN_AN_ADDRESS),
    *((re.compile(pattern, re.IGNORECASE), rf"\1{HIDDEN}") for pattern in AFTER_A_NAME),
]
COLOURS = re.compile(r"\x1b\[[0-9;:]*m")  # of a terminal; they may be in the middle of a name


def looks_secret(name: str) -> bool:
    """Return whether `name` sounds as if its value must not be written down."""
    parts = re.split(r"[^a-z0-9]+", name.lower())
    return any(word in name.lower() for word in NAMES) or not {"sas", "sig"}.isdisjoint(parts)


def holds_secret(text: str) -> bool:
    """Return whether a part of `text` has the form of a secret."""
    return redacted(text) != text


def without_colours(text: str) -> str:
    """Return a text of a terminal without its colours."""
    return COLOURS.sub("", text)


def redacted(text: str) -> str:
    """Return `text` with `***` in the place of each secret; without one, the same text."""
    plain = without_colours(text)
    hidden = plain
    for pattern, hiding in RULES:
        hidden = pattern.sub(hiding, hidden)
    return text if hidden == plain else hidden


def redacted_values(value: Any) -> Any:
    """Return JSON-like data with every text in it redacted.

    A list of texts may be one text by line, as in notebooks: a secret may go over several of them.
    """
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: redacted_values(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if value and all(isinstance(line, str) for line in value):
        return _redacted_lines(value)
    return [redacted_values(inner) for inner in value]


def _redacted_lines(lines: list[str]) -> list[str]:
    whole = "".join(lines)
    hidden = redacted(whole)
    return lines if hidden == whole else hidden.splitlines(keepends=True)
