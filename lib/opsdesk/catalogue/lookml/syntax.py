"""How LookML is written: lines of text, two spaces for each level."""

from collections.abc import Iterable
from textwrap import wrap

Lines = list[str]
WIDTH = 88  # of a list, before its indentation


def block(head: str, *parts: Iterable[str]) -> Lines:
    """Return the lines of `head { ... }` around other lines."""
    inner = [f"  {line}" for part in parts for line in part]
    return [f"{head} {{", *inner, "}"]


def quoted(name: str, text: str) -> Lines:
    """Return a property with a text.

    LookML readers differ about escaped quotation marks, so the text gets single ones.
    """
    words = " ".join(text.replace('"', "'").split())
    return [f'{name}: "{words}"']


def sql(name: str, text: str) -> Lines:
    """Return a property with SQL."""
    return [f"{name}: {text} ;;"]


def names(name: str, values: Iterable[str]) -> Lines:
    """Return a property with a list of names, in as many lines as it needs."""
    return wrap(f"{name}: [{', '.join(values)}]", WIDTH, subsequent_indent="  ")
