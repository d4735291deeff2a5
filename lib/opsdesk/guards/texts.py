"""What a person reads in a terminal or a message: no control characters, no secrets, no endless
text.

Cells, names of files and errors of libraries may hold anything. An escape could move the cursor,
change the window or hide what is printed; a sign of direction could turn the order of letters.
"""

from unicodedata import category

from opsdesk.guards.secrets import redacted

# Unicode's classes: control, format (direction, without width), broken, ends of lines.
CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
LONGEST = 2_000  # characters of a message; an error of a person's own data seldom has 500
START_OF_CUT = 1_400
END_OF_CUT = 400
LOOKED_AT = 40_000  # characters at each end in which secrets are looked for


def printable(text: str) -> str:
    """Return `text` with a blank for each character that has no picture, but for line breaks.

    Such are escapes, control characters, signs of direction or without width, and broken Unicode.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def is_plain(text: str) -> bool:
    """Return whether a text is one line without control characters and signs of direction."""
    return text.isprintable() or not any(category(sign) in CONTROLS for sign in text)


def one_line(text: str) -> str:
    """Return `text` printable, with a blank for each line break too."""
    return printable(text).replace("\n", " ")


def readable(message: str) -> str:
    """Return a message that may be printed and written down: it keeps its start and its end."""
    text = message
    if len(text) > 2 * LOOKED_AT:
        text = text[:LOOKED_AT] + text[-LOOKED_AT:]
    text = printable(redacted(text))
    if len(text) <= LONGEST:
        return text
    left_out = len(message) - START_OF_CUT - END_OF_CUT
    between = f" ... ({left_out:,} characters left out) ... "
    return text[:START_OF_CUT] + between + text[-END_OF_CUT:]
