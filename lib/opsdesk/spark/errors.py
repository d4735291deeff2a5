"""What Spark and Java raise, as one sentence with the first real cause."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from opsdesk.errors import OpsdeskError

CAUSED_BY = re.compile(
    r"^\s*Caused by: (.+?)(?=^\s+at |^\s+\.\.\. \d|\Z)", re.MULTILINE | re.DOTALL
)
READING = re.compile(r"reading file (\S+?)\.?(?:\s|$)")
CLASS = re.compile(r"^(?:[\w$]+\.)+[\w$]+(?:Exception|Error)?: ")
CODE = re.compile(r"^\[[A-Z_.]+\] ")
LONGEST = 300


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turns an error of Spark or Java inside into an OpsdeskError that says what was being done, where, and why it failed."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        file = READING.search(str(error))
        where = f" in {file[1]}" if file else ""
        raise OpsdeskError(f"{doing}: Spark failed{where}: {first_cause(error)}") from None


def first_cause(error: Exception) -> str:
    """The innermost cause in an error of Java, without class names and stack; a sentence."""
    text = str(error)
    causes = CAUSED_BY.findall(text) or [text.split("\n: ", 1)[-1]]
    telling = [cause for cause in causes if _is_telling(cause)] or causes
    lines = [line.strip() for line in telling[-1].split("\n\tat ")[0].splitlines() if line.strip()]
    said = CODE.sub("", CLASS.sub("", " ".join(lines) or type(error).__name__))[:LONGEST].strip()
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _is_telling(cause: str) -> bool:
    """Whether a cause says more than the class it is of."""
    return ": " in cause and not cause.startswith(("java.util.concurrent", "java.lang.reflect"))
