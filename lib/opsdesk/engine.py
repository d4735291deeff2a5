"""Who computes: the warehouse with its own SQL, or Spark. Spark is imported only where it is asked for."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

from opsdesk.errors import OpsdeskError

SECRETS = ("password", "secret", "token", "credential")


@dataclass(frozen=True)
class Engine:
    """The parameters that say who computes, as texts.

    `engine` is "warehouse" or "spark"; the rest concerns Spark alone. `spark_conf` is "" or "key=value key=value", where a
    value with blanks is quoted; `spark_writers` is how many tables are written at a time; `temp_bucket` takes what is
    on its way into BigQuery, "" is the lake's bucket.
    """

    engine: str = "warehouse"
    spark_master: str = "local[*]"
    spark_driver_memory: str = "4g"
    spark_conf: str = ""
    spark_writers: str = "4"
    temp_bucket: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Engine":
        """The engine that the parameters of a run describe."""
        return cls(**{field.name: parameters[field.name] for field in fields(cls) if field.name in parameters})

    @property
    def is_spark(self) -> bool:
        """Whether Spark computes.

        Raises:
            OpsdeskError: `engine` is neither of the two.
        """
        if self.engine not in ("warehouse", "spark"):
            raise OpsdeskError(f'engine: {self.engine!r} is neither "warehouse" nor "spark".')
        return self.engine == "spark"

    def beside(self, lake: str) -> "Engine":
        """The same with its temp_bucket named: the lake's bucket where it is "" and the lake has one."""
        bucket = lake.removeprefix("gs://").partition("/")[0] if lake.startswith("gs://") else ""
        return self if self.temp_bucket else replace(self, temp_bucket=bucket)

    @property
    def is_local(self) -> bool:
        """Whether Spark runs inside this machine's one process."""
        return self.spark_master.startswith("local")

    @cached_property
    def settings(self) -> dict[str, str]:
        """What `spark_conf` passes through to Spark, by key."""
        return read_spark_conf(self.spark_conf)

    @property
    def writers(self) -> int:
        """How many tables are written at a time."""
        return int(self.spark_writers)


THE_WAREHOUSE = Engine()


def read_spark_conf(text: str) -> dict[str, str]:
    """The settings in `text`, "key=value key=value", by key.

    Raises:
        OpsdeskError: a pair that is none, a key that is none of Spark's, one that sounds like a secret.
    """
    try:
        pairs = [pair.partition("=") for pair in shlex.split(text)]
    except ValueError:
        raise OpsdeskError("spark_conf: a quote is opened and not closed.") from None
    for key, sign, _ in pairs:
        if any(word in key.lower() for word in SECRETS):
            raise OpsdeskError(
                f"spark_conf: {key} looks like a secret, and parameters are written into notebooks: give it to Spark's own spark-defaults.conf."
            )
        if not sign or not key.startswith("spark."):
            raise OpsdeskError(f"spark_conf: {key + sign!r} is not of the form spark.key=value.")
    return {key: value for key, _, value in pairs}
