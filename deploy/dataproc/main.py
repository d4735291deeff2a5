"""The job on Dataproc: backfill and transform on the session that Dataproc made.

Arguments: KEY=VALUE, the parameters of the notebooks.
"""

import sys
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from opsdesk.dataproc.job import run_steps
from opsdesk.errors import OpsdeskError


def main() -> None:
    """Run both steps; exit with 1 and a sentence where one fails: Dataproc shows both."""
    spark = SparkSession.builder.appName("opsdesk").getOrCreate()
    try:
        given = dict(pair.split("=", 1) for pair in sys.argv[1:])
        run_at = given.pop("run_at", "") or datetime.now(UTC).isoformat()
        for line in run_steps(given, run_at):
            print(line, flush=True)
    except OpsdeskError as error:
        sys.exit(f"opsdesk: {error}")
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
