"""How Spark is set up: the block `spark:` of a params file."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from opsdesk.config.blocks import from_block
from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import holds_secret, looks_secret


@dataclass(frozen=True)
class SparkOptions:
    """The settings of the block `spark:`, as texts.

    `conf` is "" or "key=value key=value", where a value with blanks is quoted. `writers` is how
    many tables are written at a time. `temp_bucket` takes what is on its way into BigQuery, "" is
    the lake's bucket.
    """

    master: str = "local[*]"
    driver_memory: str = "4g"
    conf: str = ""
    writers: str = "4"
    temp_bucket: str = ""

    @classmethod
    def of(cls, block: Mapping[str, str]) -> "SparkOptions":
        """Return the options in a block of a params file.

        Raises:
            OpsdeskError: the block has a setting that Spark's does not have.
        """
        return from_block(cls, "spark", block)

    @property
    def is_local(self) -> bool:
        """Return whether Spark runs on this machine, in one process."""
        return is_local_master(self.master)

    @cached_property
    def settings(self) -> dict[str, str]:
        """Return what `conf` passes through to Spark, by key."""
        return read_spark_conf(self.conf)


DEFAULTS = SparkOptions()


def is_local_master(master: str) -> bool:
    """Return whether a master is this machine, in one process."""
    return master.startswith("local")


def read_spark_conf(text: str) -> dict[str, str]:
    """Return the settings in `text`, "key=value key=value", by key.

    Raises:
        OpsdeskError: a pair without a value, a key that is not Spark's or looks like a secret.
    """
    try:
        pairs = [pair.partition("=") for pair in shlex.split(text)]
    except ValueError:
        raise OpsdeskError("spark.conf: a quote is opened and not closed.") from None
    for key, sign, value in pairs:
        if looks_secret(key) or holds_secret(value):
            raise OpsdeskError(
                f"spark.conf: {key} looks like a secret, and parameters are written into "
                "notebooks: give it to Spark's own spark-defaults.conf."
            )
        if not sign or not key.startswith("spark."):
            raise OpsdeskError(f"spark.conf: {key + sign!r} is not of the form spark.key=value.")
    return {key: value for key, _, value in pairs}
