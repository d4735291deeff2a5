"""Every format of times that is tried, the usual ones first."""

import re
from functools import cache

DATES = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%d. %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%Y%m%d",
)
TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f")
ISO_TIMES = ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%H:%M:%S%z", "%H:%M:%S.%f%z", "%H:%M%z")
ISO_SPACED = ("%H:%M:%S%z", "%H:%M:%S.%f%z", "%H:%M:%S %z", "%H:%M%z", "%H:%M:%S,%f")
OTHERS = (
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S.%f UTC",
    "%Y%m%dT%H%M%S",
    "%Y%m%d%H%M%S",
    "%a %b %d %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S %z",
)


@cache
def candidates() -> tuple[str, ...]:
    """Return the formats, each once, in the order in which one is preferred to another."""
    found = [f"%Y-%m-%dT{time}" for time in ISO_TIMES]
    found += [f"{date} {time}" for date in DATES for time in TIMES]
    found += [f"%Y-%m-%d {time}" for time in ISO_SPACED]
    found += [f"{date}, {time}" for date in DATES for time in TIMES]
    found += DATES
    return tuple(dict.fromkeys((*found, *OTHERS)))


def shape(text: str) -> str:
    """Return the form of a time: 9 for digits, a for letters, one blank for several.

    An offset is left out at its end: "2024-01-31T10:00:00+01:00" is 9-9-9a9:9:9.
    """
    without = OFFSET.sub("", text)
    letters = re.sub(r"[^\W\d_]+", "a", without)
    return re.sub(r"\s+", " ", re.sub(r"\d+", "9", letters)).strip()


OFFSET = re.compile(r"(?<=\d)(?:Z| ?[+-]\d\d:?\d\d)$")


@cache
def formats_by_shape() -> dict[str, tuple[str, ...]]:
    """Return the formats that may read texts of a shape, in their order."""
    found: dict[str, list[str]] = {}
    for text_format in candidates():
        form = re.sub(r"%[bBap]", "a", text_format.replace("%z", ""))
        form = re.sub(r"[A-Za-z]+", "a", re.sub(r"(?:%[A-Za-z])+", "9", form))
        found.setdefault(form.strip(), []).append(text_format)
    return {form: tuple(formats) for form, formats in found.items()}
