"""What each setting of the blocks `google:`, `spark:` and `targets:` may be.

A check gets the value and returns what is wrong with it, or nothing.
"""

import re
from collections.abc import Callable
from functools import partial

from opsdesk.config.locations import BUCKET_NAME, read_endpoints
from opsdesk.config.spark_options import read_spark_conf
from opsdesk.config.targets import INDICATORS, read_target
from opsdesk.errors import OpsdeskError

Check = Callable[[str], str | None]
LOCATION = re.compile(r"[A-Za-z]+(-[A-Za-z0-9]+)*")
ACCOUNT = re.compile(r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com")
SPARK_MASTER = re.compile(r"local|local\[(\*|[1-9]\d{0,2})\]|yarn|(spark|k8s)://\S+")
MEMORY = re.compile(r"[1-9]\d*[mg]")


def is_number(value: str, least: int = 1, most: int | None = None) -> bool:
    """Return whether a text is a whole number in plain digits from `least` to `most`."""
    if not (value.isdecimal() and value.isascii()):
        return False
    return int(value) >= least and (most is None or int(value) <= most)


def _location(value: str) -> str | None:
    valid = LOCATION.fullmatch(value)
    return None if valid else "must be a location of BigQuery such as US, EU or europe-west3"


def _bytes(value: str) -> str | None:
    valid = not value or is_number(value)
    return None if valid else 'must be a number of bytes such as "10000000000", or "" for no bound'


def _uploads(value: str) -> str | None:
    return None if is_number(value, most=64) else 'must be a number from "1" to "64"'


def _account(value: str) -> str | None:
    if not value or ACCOUNT.fullmatch(value):
        return None
    return 'must be a service account such as "opsdesk@my-project.iam.gserviceaccount.com", or ""'


def _endpoints(value: str) -> str | None:
    return _problem_of(read_endpoints, value)


def _spark_master(value: str) -> str | None:
    valid = SPARK_MASTER.fullmatch(value)
    return None if valid else 'must be "local[*]", "local[N]", "spark://host:7077" or "yarn"'


def _memory(value: str) -> str | None:
    return None if MEMORY.fullmatch(value) else 'must be an amount of memory such as "4g" or "900m"'


def _spark_conf(value: str) -> str | None:
    return _problem_of(read_spark_conf, value)


def _writers(value: str) -> str | None:
    return None if is_number(value, most=16) else 'must be a number from "1" to "16"'


def _bucket(value: str) -> str | None:
    valid = not value or BUCKET_NAME.fullmatch(value)
    return None if valid else 'must be the name of a bucket, without gs://, or ""'


def _target(indicator: str) -> Check:
    def check(value: str) -> str | None:
        return _problem_of(partial(read_target, indicator), value) if value else None

    return check


def _problem_of(read: Callable[[str], object], value: str) -> str | None:
    """Return what a reader says of the value it cannot read, as the end of a sentence."""
    try:
        read(value)
    except OpsdeskError as error:
        return str(error).partition(": ")[2].rstrip(".")
    return None


BLOCKS: dict[str, dict[str, Check]] = {
    "google": {
        "location": _location,
        "maximum_bytes_billed": _bytes,
        "uploads": _uploads,
        "impersonate": _account,
        "endpoints": _endpoints,
    },
    "spark": {
        "master": _spark_master,
        "driver_memory": _memory,
        "conf": _spark_conf,
        "writers": _writers,
        "temp_bucket": _bucket,
    },
    "targets": {indicator: _target(indicator) for indicator in INDICATORS},
}
