"""The modules that the sections of notebooks use: `foresight.words.about_backlog(...)`."""

from opsdesk.foresight import answers, published, tables, words

__all__ = ["answers", "published", "tables", "words"]
