"""Locations as parameters name them: the one place that reads gs://, duckdb: and bigquery:."""

import re
from dataclasses import dataclass
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError

SERVICES = ("storage", "bigquery", "bigquery_storage", "trust_store")
BUCKET_SCHEME = "gs://"
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
BUCKET = re.compile(rf"gs://{BUCKET_NAME.pattern}(/[^/].*)?/?")
# A project's id may begin with the domain of its organisation, such as example.com:my-project.
PROJECT_ID = r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]"
DATASET = re.compile(rf"(?P<project>{PROJECT_ID})\.(?P<dataset>[A-Za-z0-9_]{{1,1024}})")
BETWEEN_PATTERNS = " | "
WAREHOUSE_SCHEMES = ("duckdb", "bigquery")


@dataclass(frozen=True)
class BucketLocation:
    """A place in Cloud Storage; `path` follows the bucket's name, "" is the whole bucket."""

    bucket: str
    path: str


@dataclass(frozen=True)
class DuckDBLocation:
    """A DuckDB file on this machine."""

    path: Path


@dataclass(frozen=True)
class BigQueryLocation:
    """A dataset of BigQuery."""

    project: str
    dataset: str


def is_in_bucket(text: str) -> bool:
    """Return whether a location is in Cloud Storage."""
    return text.startswith(BUCKET_SCHEME)


def split_patterns(export: str) -> list[str]:
    """Return the paths and globs that the parameter `export` names."""
    return [pattern.strip() for pattern in export.split(BETWEEN_PATTERNS)]


def is_in_bigquery(text: str) -> bool:
    """Return whether a warehouse is a dataset of BigQuery."""
    return text.startswith("bigquery:")


def read_bucket(text: str) -> BucketLocation:
    """Return bucket and path of `text`, such as gs://ops-tickets-files/exports/*.csv."""
    bucket, _, path = text.removeprefix(BUCKET_SCHEME).partition("/")
    return BucketLocation(bucket, path)


def bucket_url(bucket: str, path: str = "") -> str:
    """Return the location as a params file names it."""
    return f"{BUCKET_SCHEME}{bucket}/{path}".rstrip("/")


def problem_with_warehouse(text: str) -> str | None:
    """Return what is wrong with a warehouse's location, as the end of a sentence."""
    kind, _, place = text.partition(":")
    if kind == "bigquery" and not DATASET.fullmatch(place):
        return (
            "must name project and dataset, such as bigquery:my-project-123.ops_analytics "
            "(the project's id, not its name; the dataset of letters, digits and _)"
        )
    if kind == "duckdb" and not place.strip():
        return "must name a file after duckdb:, such as duckdb:outputs/local/opsdesk.duckdb"
    if kind not in WAREHOUSE_SCHEMES:
        return "must begin with duckdb: or bigquery:, such as duckdb:outputs/local/opsdesk.duckdb"
    return None


def read_warehouse(text: str) -> DuckDBLocation | BigQueryLocation:
    """Return the warehouse that the parameter `warehouse` names.

    Raises:
        OpsdeskError: neither duckdb:PATH nor bigquery:PROJECT.DATASET.
    """
    if problem := problem_with_warehouse(text):
        raise OpsdeskError(f"warehouse: {text!r} {problem}.")
    place = text.partition(":")[2]
    if named := DATASET.fullmatch(place) if is_in_bigquery(text) else None:
        return BigQueryLocation(named["project"], named["dataset"])
    return DuckDBLocation(project.resolve(place))


def read_endpoints(text: str) -> dict[str, str]:
    """Return the addresses in `text`, "service=address ..." separated by blanks, by service.

    Raises:
        OpsdeskError: an unknown service, or a pair without an address.
    """
    pairs = [pair.partition("=") for pair in text.split()]
    for service, sign, address in pairs:
        if service not in SERVICES or not sign or not address:
            raise OpsdeskError(
                f"endpoints: {service}{sign}{address!r} is not of the form service=address "
                f"with a service of {', '.join(SERVICES)}."
            )
    return {service: address for service, _, address in pairs}
