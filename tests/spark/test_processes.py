"""Spark as it is started elsewhere: by spark-submit from the wheel, on a cluster of processes, on
the other Spark line, and killed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pyspark
import pytest

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.spark.java import find_java
from sparked import QUICK, unequal
from steps import backfill, ingest, open_warehouse, transform

pytestmark = pytest.mark.xdist_group("spark-processes")
RUN_AT = "2024-01-01T00:00:00+00:00"
LIB = project.ROOT / "lib"
SPARK_HOME = Path(pyspark.__file__).parent
TIMES = {"as_of": "2023-06-30 23:59:59", "timezone": "Europe/Berlin"}
STEP = f"""
import sys
from opsdesk import Workbench
from opsdesk.config.spark_options import SparkOptions
spark = SparkOptions(sys.argv[2], "900m", sys.argv[3])
bench = Workbench({RUN_AT!r}, spark=spark)
print(bench.transform(sys.argv[1], {TIMES["as_of"]!r}, {TIMES["timezone"]!r}, "spark").engine)
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample in a lake, loaded and transformed by DuckDB; loaded.duckdb has no tables yet."""
    folder = tmp_path_factory.mktemp("sample")
    source = "lib/opsdesk/data/sample"
    ingest(
        f"{source}/ops_tickets.csv",
        "ops_tickets",
        f"{source}/agents_master.csv",
        "full",
        f"{folder}/lake",
        RUN_AT,
    )
    backfill(f"{folder}/lake", f"duckdb:{folder}/native.duckdb", "", "", RUN_AT)
    shutil.copy(folder / "native.duckdb", folder / "loaded.duckdb")
    transform(f"duckdb:{folder}/native.duckdb", TIMES["as_of"], TIMES["timezone"], RUN_AT)
    return folder


def copy_of(sample, tmp_path):
    shutil.copy(sample / "loaded.duckdb", tmp_path / "w.duckdb")
    return f"duckdb:{tmp_path}/w.duckdb"


def python(*arguments, path=(LIB,), **environment):
    """The environment of this Python with another place for its packages."""
    values = os.environ | environment | {"PYTHONPATH": os.pathsep.join(map(str, path))}
    return {"args": [sys.executable, *arguments], "env": values, "cwd": "/"}


def run(**call):
    done = subprocess.run(**call, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def test_the_wheel_under_spark_submit(sample, tmp_path):
    """As Dataproc runs it: the package from its wheel, far from a project folder, the session made
    by somebody else.
    """
    shutil.copytree(
        LIB, tmp_path / "source" / "lib", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "setup.py"):
        shutil.copy(project.ROOT / name, tmp_path / "source")
    for name in ("notebooks", "params"):  # the wheel brings the shipped rules along
        shutil.copytree(project.ROOT / name, tmp_path / "source" / name)
    build = [
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        ".",
    ]
    subprocess.run([sys.executable, *build], cwd=tmp_path / "source", check=True)
    zipfile.ZipFile(next(tmp_path.glob("opsdesk-*.whl"))).extractall(tmp_path / "installed")
    submit = [
        "spark-submit",
        "--master",
        "local[2]",
        "--driver-memory",
        "900m",
        "--conf",
        "spark.ui.enabled=false",
    ]
    submit += ["--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]
    target = f"duckdb:{tmp_path}/w.duckdb"
    given = {"lake": f"{sample}/lake", "warehouse": target, **TIMES, "run_at": RUN_AT}
    job = project.ROOT / "deploy/dataproc/main.py"
    command = [SPARK_HOME / "bin" / submit[0], *submit[1:], job, *map("=".join, given.items())]
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "installed"),
        "JAVA_HOME": str(find_java(pyspark.__version__)),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(SPARK_HOME),
    }
    said = run(args=command, env=environment, cwd=tmp_path)
    assert "Loaded by Spark" in said and "Computed by Spark" in said, said
    assert unequal(target, f"duckdb:{sample}/native.duckdb") == {}


def test_a_cluster_of_one_master_and_two_workers(sample, tmp_path):
    target = copy_of(sample, tmp_path)
    with cluster(tmp_path) as master:
        conf = (
            f"{QUICK} spark.executor.memory=512m spark.executor.cores=1 spark.driver.host=127.0.0.1"
        )
        conf += " spark.executor.extraJavaOptions='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"
        said = run(**python("-c", STEP, target, master, conf))
        log = (tmp_path / "master.log").read_text()
    assert said == f"Computed by Spark {pyspark.__version__} on {master}\n"
    assert log.count("Launching executor") >= 2  # both workers had part in it
    assert unequal(target, f"duckdb:{sample}/native.duckdb") == {}


def test_the_other_spark_line(sample, tmp_path):
    """The newest Spark 4, without connectors: `make spark4` has put it into .spark4."""
    other = project.ROOT / ".spark4"
    assert (other / "pyspark").is_dir(), (
        "run `make test`, which sets up .spark4, or `make .spark4/ready`"
    )
    version = run(
        **python("-c", "import pyspark; print(pyspark.__version__)", path=(other, LIB))
    ).strip()
    assert version.startswith("4.")
    try:
        find_java(version)
    except OpsdeskError as error:  # the wheel's Java cannot run Spark 4
        pytest.skip(str(error))
    target = copy_of(sample, tmp_path)
    said = run(**python("-W", "ignore", "-c", STEP, target, "local[2]", QUICK, path=(other, LIB)))
    assert said == f"Computed by Spark {version} on local[2]\n"
    assert unequal(target, f"duckdb:{sample}/native.duckdb") == {}


def test_killed_while_spark_computes(sample, tmp_path):
    """kill -9: Java ends by itself, readers keep what they had, the next run sweeps and comes out
    right.
    """
    shutil.copy(sample / "native.duckdb", tmp_path / "w.duckdb")
    target = f"duckdb:{tmp_path}/w.duckdb"
    step = STEP.replace(TIMES["as_of"], "2023-06-01 00:00:00")
    process = subprocess.Popen(
        **python("-c", step, target, "local[2]", QUICK),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    staged = wait_for(lambda: next(tmp_path.glob("w.duckdb.spark-*/staged-*"), None))
    family = psutil.Process(process.pid).children(recursive=True)
    assert any("java" in one.name() for one in family)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert staged.exists()
    assert unequal(target, f"duckdb:{sample}/native.duckdb") == {}
    from opsdesk.spark.scratch import scratch_folder

    with scratch_folder(tmp_path / "w.duckdb"):
        assert not staged.exists()


def test_what_spark_says_when_it_cannot_start(sample, tmp_path):
    target = copy_of(sample, tmp_path)
    call = python("-c", STEP, target, "local[2]", "spark.memory.fraction=7")
    done = subprocess.run(**call, capture_output=True, text=True, check=False, timeout=120)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("opsdesk.errors.OpsdeskError: Spark did not start on local[2]: "), (
        done.stderr[-2000:]
    )
    assert "Look at master, driver_memory and conf of the block `spark:`" in last
    assert open_warehouse(target).runs().empty
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


@contextmanager
def cluster(folder):
    """A standalone cluster of processes on this machine; its URL. Ended by their ids."""
    environment = os.environ | {
        "SPARK_HOME": str(SPARK_HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    environment |= {
        "JAVA_HOME": str(find_java(pyspark.__version__)),
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
    }
    url, start = f"spark://127.0.0.1:{free_port()}", "org.apache.spark.deploy"
    master = [
        f"{start}.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        url.rpartition(":")[2],
        "--webui-port",
        str(free_port()),
    ]
    worker = [
        f"{start}.worker.Worker",
        "--host",
        "127.0.0.1",
        "--cores",
        "1",
        "--memory",
        "600m",
        "--webui-port",
        "0",
    ]
    commands = {"master": master} | {
        name: [*worker, "--work-dir", str(folder / name), url] for name in ("one", "two")
    }
    with ExitStack() as stack:
        for name, command in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("w"))
            process = subprocess.Popen(
                [SPARK_HOME / "bin/spark-class", *command],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=folder,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        wait_for(lambda: (folder / "master.log").read_text().count("Registering worker") == 2)
        yield url


def wait_for(look, patience=120.0):
    """What `look` returns once it is true."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
