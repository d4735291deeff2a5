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
# What helps, by what a cause says. The first that fits counts.
REMEDIES = (
    (
        re.compile(r"different locations?\b"),
        "Name a bucket in the place of the dataset as `spark.temp_bucket`: BigQuery loads from "
        "there what Spark has computed.",
    ),
    (
        re.compile(r"storage\.buckets\.get"),
        "Grant roles/storage.legacyBucketReader on the bucket of `spark.temp_bucket`.",
    ),
)


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
    """Return the innermost cause in an error of Java, without classes and stack, and what helps."""
    text = str(error)
    causes = CAUSED_BY.findall(text) or [text.split("\n: ", 1)[-1]]
    informative = [cause for cause in causes if _is_informative(cause)] or causes
    message = _on_one_line(informative[-1].split("\n\tat ")[0]) or type(error).__name__
    sentence = CODE.sub("", CLASS.sub("", message))[:LONGEST].strip()
    sentence = sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
    remedy = next((words for pattern, words in REMEDIES if pattern.search(sentence)), "")
    return f"{sentence} {remedy}".strip()


def _is_informative(cause: str) -> bool:
    """Tell whether a cause says more than its class."""
    return ": " in cause and not cause.startswith(WRAPPERS)


def _on_one_line(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return " ".join(line for line in lines if line)
