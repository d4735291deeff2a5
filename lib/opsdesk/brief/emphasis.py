"""Sentences with some words in bold; a page, a mail and a terminal each show them their own way."""

import re

from markupsafe import Markup, escape

# Control characters: no name from an export has them once it is printable.
START = "\x02"
END = "\x03"
CODE = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")


def strong(text: object) -> str:
    """Return text that is bold where that can be shown."""
    return f"{START}{text}{END}"


def as_html(sentence: str) -> Markup:
    """Return a sentence as HTML: all of it escaped, only our own marks become tags."""
    html = str(escape(sentence))
    html = html.replace(START, "<strong>").replace(END, "</strong>")
    html = CODE.sub(r"<code>\1</code>", html)
    return Markup(EMPHASIS.sub(r"<em>\1</em>", html))


def as_text(sentence: str) -> str:
    """Return a sentence as plain text."""
    return sentence.replace(START, "").replace(END, "")
