"""A sentence in the place of a table or a chart that would be empty, to say why it is."""

import re
from dataclasses import dataclass

SIGNS = re.compile(r"[\\`*\[\]<>$&~|]|(?<!\w)_|_(?!\w)")  # a _ within a word means nothing


@dataclass(frozen=True)
class Sentence:
    """Markdown that a notebook shows as text, and a report as a note."""

    text: str

    def _repr_markdown_(self) -> str:
        """Return what Jupyter shows and stores."""
        return self.text

    def __str__(self) -> str:
        """Return the text, for a terminal."""
        return self.text


def literally(text: str) -> str:
    """Return Markdown that shows `text` as it is, such as the name of a segment."""
    return SIGNS.sub(r"\\\g<0>", text)
