"""Sentences with some words in bold; a page, a mail and a terminal each show them their own way."""

import re

from markupsafe import Markup, escape

# Control characters: no name from an export has them once it is printable.
START = "\x02"
END = "\x03"
CODE = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")
STRONG = re.compile(f"{START}([^{START}{END}]*){END}")


def strong(text: object) -> str:
    """Return text that is bold where that can be shown."""
    return f"{START}{text}{END}"


def as_html(sentence: str) -> Markup:
    """Return a sentence as HTML: all of it escaped, only our own marks become tags.

    What is bold is mostly a name from the export: its asterisks and backticks stay as they are.
    """
    parts = STRONG.split(str(escape(sentence)))
    parts[::2] = [_marked(part) for part in parts[::2]]
    parts[1::2] = [f"<strong>{part}</strong>" for part in parts[1::2]]
    return Markup("".join(parts))


def as_text(sentence: str) -> str:
    """Return a sentence as plain text; code keeps its backticks."""
    parts = STRONG.split(sentence)
    parts[::2] = [EMPHASIS.sub(r"\1", part) for part in parts[::2]]
    return "".join(parts)


def _marked(html: str) -> str:
    """Return escaped text with tags for code and emphasis."""
    html = CODE.sub(r"<code>\1</code>", html)
    return EMPHASIS.sub(r"<em>\1</em>", html)
