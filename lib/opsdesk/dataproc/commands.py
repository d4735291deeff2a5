"""The commands that bring backfill and transform to Dataproc: printed, never run."""

import shlex
from collections.abc import Mapping
from types import MappingProxyType

import opsdesk
from opsdesk.config.locations import (
    BigQueryLocation,
    bucket_url,
    is_in_bucket,
    read_bucket,
    read_warehouse,
)
from opsdesk.config.parameters import Parameters
from opsdesk.config.rules import SHIPPED_CALENDARS, SHIPPED_RULES
from opsdesk.config.spark_options import SparkOptions
from opsdesk.dataproc.job import TAKES
from opsdesk.errors import OpsdeskError
from opsdesk.spark.jars import BIGQUERY_CONNECTOR

# Lines with Spark 3.5, both supported until 2027 at least.
RUNTIME = "2.3"  # of batches
IMAGE_VERSION = "2.2-debian12"  # of clusters
PYTHON = "3.11"  # of the image of clusters
# A batch has a driver of 4 cores, and each must have a gigabyte at least.
LEAST_DRIVER_MEMORY = 4096  # megabytes
NO_OTHERS: Mapping[str, str] = MappingProxyType({})
# The commands themselves say these: master and properties, the account, Google's own addresses.
NOT_PASSED_ON = (
    "spark.master",
    "spark.driver_memory",
    "spark.conf",
    "google.impersonate",
    "google.endpoints",
)
# Each command is one line, so that it can be pasted: a backslash at the end continues it here only.
COMMANDS = """\
# The package, and what the job needs of it, in the bucket
python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .
gcloud storage cp dist/opsdesk-{version}-py3-none-any.whl deploy/dataproc/main.py \
deploy/dataproc/requirements.txt deploy/dataproc/install.sh {place}/

# Either a Serverless batch: an image once for each version, then a batch for each run
docker build --platform linux/amd64 --build-arg VERSION={version} \
--file deploy/dataproc/Dockerfile --tag {image} .
docker push {image}
gcloud dataproc batches submit pyspark {place}/main.py {where} --version {runtime} \
--container-image {image} --deps-bucket gs://{bucket}{account} \
--properties {batch_properties} -- {arguments}

# Or a cluster that goes away after half an hour without work, then a job for each run
# (its machines have no way to the internet, so all packages go through the bucket)
python -m pip download --only-binary=:all: --python-version {python} \
--platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
--dest dist/wheels-{version} --requirement deploy/dataproc/requirements.txt
gcloud storage cp dist/wheels-{version}/*.whl {place}/wheels/
gcloud dataproc clusters create {name} {where} --image-version {image_version} \
--num-workers 2 --master-machine-type n2-standard-4 --worker-machine-type n2-standard-4 \
--delete-max-idle 30m{account} --initialization-actions {place}/install.sh \
--metadata opsdesk-from={place},SPARK_BQ_CONNECTOR_VERSION={connector}
gcloud dataproc jobs submit pyspark {place}/main.py {where} --cluster {name} \
--properties {properties} -- {arguments}"""


def dataproc_commands(parameters: Parameters, region: str, image: str) -> str:
    """Return the commands for a params file, to be pasted from the project folder.

    `image` is where a batch's image goes.

    Raises:
        OpsdeskError: the lake is not a bucket or the warehouse is not BigQuery, so a cluster cannot
            see it; or the driver has less memory than a batch takes.
    """
    given = parameters.values
    target = read_warehouse(given["warehouse"])
    if not is_in_bucket(given["lake"]) or not isinstance(target, BigQueryLocation):
        raise OpsdeskError(
            "Dataproc reaches neither folders nor DuckDB files of this machine: "
            "it needs lake: gs://... and warehouse: bigquery:..."
        )
    if given.get("rules", SHIPPED_RULES) != SHIPPED_RULES:
        raise OpsdeskError(
            f"rules: {given['rules']!r} is a file of this machine, which Dataproc does not reach: "
            f"run 03_transform here, or add -p rules={SHIPPED_RULES}."
        )
    if given.get("calendar", "") not in ("", *SHIPPED_CALENDARS):
        raise OpsdeskError(
            f"calendar: {given['calendar']!r} is a file of this machine, which Dataproc does not "
            f"reach: run 03_transform here, or take one of {', '.join(SHIPPED_CALENDARS)}."
        )
    options = SparkOptions.of(parameters.block("spark"))
    bucket = options.temp_bucket or read_bucket(given["lake"]).bucket
    _refuse_small_driver(options)
    account = given.get("google.impersonate")
    connector = BIGQUERY_CONNECTOR.version
    return COMMANDS.format(
        version=opsdesk.__version__,
        runtime=RUNTIME,
        image_version=IMAGE_VERSION,
        python=PYTHON,
        connector=connector,
        bucket=bucket,
        place=bucket_url(bucket, f"deploy/opsdesk-{opsdesk.__version__}"),
        name=_cluster_name(parameters.name),
        where=shlex.join(["--project", target.project, "--region", region]),
        image=shlex.quote(image),
        account=f" --service-account {account}" if account else "",
        properties=_properties(options),
        # Dataproc has a connector of its own; this is the version that was tried.
        batch_properties=_properties(options, {"dataproc.sparkBqConnector.version": connector}),
        arguments=_arguments(given),
    )


def _cluster_name(run: str) -> str:
    return f"opsdesk-{run}".lower().replace("_", "-").replace(".", "-")


def _refuse_small_driver(options: SparkOptions) -> None:
    unit = 1 if options.driver_memory.endswith("m") else 1024
    if int(options.driver_memory[:-1]) * unit < LEAST_DRIVER_MEMORY:
        raise OpsdeskError(
            f"spark.driver_memory: a batch of Dataproc takes 4g or more, not "
            f"{options.driver_memory!r}: write 4g."
        )


def _properties(options: SparkOptions, others: Mapping[str, str] = NO_OTHERS) -> str:
    settings = {"spark.driver.memory": options.driver_memory, **others, **options.settings}
    listed = "#".join(f"{key}={value}" for key, value in settings.items())
    return shlex.quote(f"^#^{listed}")  # gcloud's own separator would be a comma, which values hold


def _arguments(given: dict[str, str]) -> str:
    passed_on = TAKES.difference(NOT_PASSED_ON)
    return shlex.join(
        f"{key}={value}" for key, value in given.items() if key in passed_on and value
    )
