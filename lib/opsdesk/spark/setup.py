"""What Spark needs to know: how it is set up, and how it reaches Google Cloud."""

from dataclasses import dataclass

from opsdesk.config.spark_options import DEFAULTS, SparkOptions
from opsdesk.google.connection import ON_THIS_MACHINE, GoogleConnection


@dataclass(frozen=True)
class SparkSetup:
    """The blocks `spark:` and `google:` of a params file."""

    options: SparkOptions = DEFAULTS
    google: GoogleConnection = ON_THIS_MACHINE
