"""The commands that bring backfill and transform to Dataproc: printed, never run. docs/spark.md explains them, with costs."""

import shlex

import opsdesk
from opsdesk.engine import Engine
from opsdesk.errors import OpsdeskError
from opsdesk.params import Parameters
from opsdesk.spark.batch import TAKES

RUNTIME = "2.2"  # Dataproc's line with Spark 3.5, for batches and for images of clusters
OWN = (
    "engine",
    "spark_master",
    "spark_driver_memory",
    "spark_conf",
    "impersonate",
    "endpoints",
)  # the job says these itself
COMMANDS = """\
# The package, and what the job needs of it, in the bucket
python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .
gcloud storage cp dist/opsdesk-{version}-py3-none-any.whl deploy/dataproc/main.py deploy/dataproc/requirements.txt deploy/dataproc/install.sh {place}/

# Either a Serverless batch: an image once for each version, then a batch for each run
docker build --file deploy/dataproc/Dockerfile --tag {image} .
docker push {image}
gcloud dataproc batches submit pyspark {place}/main.py {where} --version {runtime} --container-image {image} --deps-bucket gs://{bucket}{account} --properties {properties} -- {arguments}

# Or a cluster that goes away after half an hour without work, then a job for each run
gcloud dataproc clusters create {name} {where} --image-version {runtime}-debian12 --num-workers 2 --master-machine-type n2-standard-4 --worker-machine-type n2-standard-4 --max-idle 30m{account} --initialization-actions {place}/install.sh --metadata opsdesk-from={place}
gcloud dataproc jobs submit pyspark {place}/main.py {where} --cluster {name} --properties {properties} -- {arguments}"""  # noqa: E501


def dataproc_commands(parameters: Parameters, region: str, image: str) -> str:
    """The commands for a params file, to be pasted from the project folder. `image` is where a batch's image goes.

    Raises:
        OpsdeskError: a lake that is no bucket, or a warehouse that is not BigQuery: a cluster would not see it.
    """
    given = parameters.values
    if not given["lake"].startswith("gs://") or not given["warehouse"].startswith("bigquery:"):
        raise OpsdeskError(
            "Dataproc reaches neither folders nor DuckDB files of this machine: it needs lake: gs://... and warehouse: bigquery:..."
        )
    project = given["warehouse"].removeprefix("bigquery:").rpartition(".")[0]
    engine = Engine.of(given).beside(given["lake"])
    settings = {"spark.driver.memory": engine.spark_driver_memory, **engine.settings}
    return COMMANDS.format(
        version=opsdesk.__version__,
        runtime=RUNTIME,
        bucket=engine.temp_bucket,
        place=f"gs://{engine.temp_bucket}/deploy/opsdesk-{opsdesk.__version__}",
        name=f"opsdesk-{parameters.name}".lower().replace("_", "-").replace(".", "-"),
        where=shlex.join(["--project", project, "--region", region]),
        image=shlex.quote(image),
        account=f" --service-account {given['impersonate']}" if given["impersonate"] else "",
        properties=shlex.quote("^#^" + "#".join(map("=".join, settings.items()))),  # values may hold commas
        arguments=shlex.join(
            f"{key}={value}" for key, value in given.items() if key in TAKES and key not in OWN and value
        ),
    )
