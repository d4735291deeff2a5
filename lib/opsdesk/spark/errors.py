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
WRAPPERS = ("java.util.concurrent", "java.lang.reflect")  # they only carry another error
LONGEST = 300


@contextmanager
def translate_spark_errors(doing: str) -> Iterator[None]:
    """Turn an error of Spark or Java in the block into "`doing`: Spark failed: ...".

    Raises:
        OpsdeskError: with the file that was read, where there is one, and the first cause.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        file = READING.search(str(error))
        where = f" in {file[1]}" if file else ""
        raise OpsdeskError(f"{doing}: Spark failed{where}: {first_cause(error)}") from None


def first_cause(error: Exception) -> str:
    """Return the innermost cause in an error of Java as a sentence, without classes and stack."""
    text = str(error)
    causes = CAUSED_BY.findall(text) or [text.split("\n: ", 1)[-1]]
    informative = [cause for cause in causes if _is_informative(cause)] or causes
    message = _on_one_line(informative[-1].split("\n\tat ")[0]) or type(error).__name__
    sentence = CODE.sub("", CLASS.sub("", message))[:LONGEST].strip()
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _is_informative(cause: str) -> bool:
    """Tell whether a cause says more than its class."""
    return ": " in cause and not cause.startswith(WRAPPERS)


def _on_one_line(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return " ".join(line for line in lines if line)
