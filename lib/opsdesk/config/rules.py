"""What each parameter may say. A check gets the value and returns what is wrong with it, or nothing."""

import re
from collections.abc import Callable
from datetime import datetime

from opsdesk import project
from opsdesk.config.locations import (
    BUCKET,
    BUCKET_NAME,
    is_in_bucket,
    problem_with_warehouse,
    read_endpoints,
)
from opsdesk.config.spark_options import read_spark_conf
from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_month, is_zone


def problem_with(name: str, value: str) -> str | None:
    """What is wrong with `value` for the parameter `name`, as the end of a sentence; None if nothing is."""
    if any(ord(character) < 32 for character in value):
        return "must be one line without control characters"
    check = CHECKS.get(name)
    return check(value) if check else None


def _filled(value: str) -> str | None:
    return None if value.strip() else "must not be empty"


def _path(value: str) -> str | None:
    if is_in_bucket(value) and not BUCKET.fullmatch(value):
        return "must name a bucket after gs://, such as gs://ops-tickets-files or gs://ops-tickets-files/support"
    return _filled(value)


def _optional_path(value: str) -> str | None:
    return _path(value) if value else None


def _mapping(value: str) -> str | None:
    known = sorted(path.stem for path in (project.ROOT / "params" / "mappings").glob("*.yaml"))
    return (
        None
        if value in known
        else f"is not one of the files in params/mappings/: {', '.join(known) or 'none there'}"
    )


def _export_kind(value: str) -> str | None:
    return (
        None
        if value in ("full", "delta")
        else 'must be "full" (the whole truth) or "delta" (only what changed)'
    )


def _month(value: str) -> str | None:
    valid = not value or is_month(value)
    return None if valid else 'must be a month such as "2023-01", or "" for all'


def _timezone(value: str) -> str | None:
    return (
        None
        if is_zone(value)
        else "is not an IANA time zone such as Europe/Berlin, America/New_York or UTC"
    )


def _as_of(value: str) -> str | None:
    try:
        valid = value in ("latest", "now") or (
            re.match(r"\d{4}-\d\d-\d\d[ T]\d", value)
            and datetime.fromisoformat(value).tzinfo is None
        )
    except ValueError:
        valid = False
    return (
        None
        if valid
        else 'must be "latest", "now" or a time in `timezone` such as "2023-06-30 23:59:59"'
    )


def _location(value: str) -> str | None:
    valid = re.fullmatch(r"[A-Za-z]+(-[A-Za-z0-9]+)*", value)
    return None if valid else "must be a location of BigQuery such as US, EU or europe-west3"


def _bytes(value: str) -> str | None:
    valid = not value or (value.isdecimal() and value.isascii() and int(value) > 0)
    return None if valid else 'must be a number of bytes such as "10000000000", or "" for no bound'


def _uploads(value: str) -> str | None:
    valid = value.isdecimal() and value.isascii() and 1 <= int(value) <= 64
    return None if valid else 'must be a number from "1" to "64"'


def _account(value: str) -> str | None:
    valid = not value or re.fullmatch(r"[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com", value)
    return (
        None
        if valid
        else 'must be a service account such as "opsdesk@my-project.iam.gserviceaccount.com", or ""'
    )


def _endpoints(value: str) -> str | None:
    return _problem_of(read_endpoints, value)


def _problem_of(read: Callable[[str], object], value: str) -> str | None:
    """What a reader says of the value it cannot read, as the end of a sentence."""
    try:
        read(value)
    except OpsdeskError as error:
        return str(error).partition(": ")[2].rstrip(".")
    return None


def _keep_runs(value: str) -> str | None:
    valid = value.isdecimal() and value.isascii() and int(value) >= 1
    return None if valid else 'must be a number of runs such as "30"'


def _engine(value: str) -> str | None:
    return (
        None if value in ("warehouse", "spark") else 'must be "warehouse" (its own SQL) or "spark"'
    )


def _spark_master(value: str) -> str | None:
    valid = re.fullmatch(r"local|local\[(\*|[1-9]\d{0,2})\]|yarn|(spark|k8s)://\S+", value)
    return None if valid else 'must be "local[*]", "local[N]", "spark://host:7077" or "yarn"'


def _memory(value: str) -> str | None:
    valid = re.fullmatch(r"[1-9]\d*[mg]", value)
    return None if valid else 'must be an amount of memory such as "4g" or "900m"'


def _spark_conf(value: str) -> str | None:
    return _problem_of(read_spark_conf, value)


def _writers(value: str) -> str | None:
    valid = value.isdecimal() and value.isascii() and 1 <= int(value) <= 16
    return None if valid else 'must be a number from "1" to "16"'


def _bucket(value: str) -> str | None:
    valid = not value or BUCKET_NAME.fullmatch(value)
    return None if valid else 'must be the name of a bucket, without gs://, or ""'


CHECKS: dict[str, Callable[[str], str | None]] = {
    "export": _path,
    "mapping": _mapping,
    "agents": _optional_path,
    "export_kind": _export_kind,
    "lake": _path,
    "warehouse": problem_with_warehouse,
    "first_month": _month,
    "last_month": _month,
    "timezone": _timezone,
    "as_of": _as_of,
    "google.location": _location,
    "google.maximum_bytes_billed": _bytes,
    "google.uploads": _uploads,
    "google.impersonate": _account,
    "google.endpoints": _endpoints,
    "engine": _engine,
    "keep_runs": _keep_runs,
    "spark.master": _spark_master,
    "spark.driver_memory": _memory,
    "spark.conf": _spark_conf,
    "spark.writers": _writers,
    "spark.temp_bucket": _bucket,
}

BLOCKS = {
    block: tuple(name.partition(".")[2] for name in CHECKS if name.startswith(f"{block}."))
    for block in ("google", "spark")
}
FORMER_NAMES = {
    **{setting: f"google.{setting}" for setting in BLOCKS["google"]},
    **{f"spark_{setting}": f"spark.{setting}" for setting in BLOCKS["spark"]},
    "temp_bucket": "spark.temp_bucket",
}  # names of version 0.1, each with the setting that it is now
