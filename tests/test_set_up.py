"""The set-up shows what it fetches and how far it is, from what pip says."""

import importlib.util
import subprocess
import sys

import pytest

from opsdesk import project

FILE = project.ROOT / "deploy" / "set_up.py"


@pytest.fixture(scope="module")
def set_up():
    spec = importlib.util.spec_from_file_location("set_up", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param(["Collecting click==8.5.1", "  Downloading click-8.5.1-py3-none-any.whl (103 kB)"], [],
                     id="a small package"),
        pytest.param(["  Downloading duckdb-2.0.0-cp311-cp311-manylinux.whl (23.9 MB)"], ["fetching duckdb, 24 MB"],
                     id="a large one"),
        pytest.param(["Downloading google_cloud_x-3.1.tar.gz (1.5 GB)"], ["fetching google_cloud_x, 1500 MB"],
                     id="a huge one, a name with an underscore"),
        pytest.param(
            ["  Downloading pyspark-3.5.9.tar.gz (317.5 MB)", "Progress 1000 of 317500000", "Progress 40000000 of 317500000",
             "Progress 51000000 of 317500000", "Progress 90000000 of 317500000", "Progress 102000000 of 317500000"],
            ["fetching pyspark, 318 MB", "fetching pyspark, 51 of 318 MB", "fetching pyspark, 102 of 318 MB"],
            id="every 50 MB of a package",
        ),
        pytest.param(
            ["Downloading a-1.tar.gz (120.0 MB)", "Progress 100000000 of 120000000",
             "Downloading b-1.tar.gz (60.0 MB)", "Progress 55000000 of 60000000"],
            ["fetching a, 120 MB", "fetching a, 100 of 120 MB", "fetching b, 60 MB", "fetching b, 55 of 60 MB"],
            id="each package from its beginning",
        ),
        pytest.param(["Building wheels for collected packages: pyspark"], ["building pyspark"], id="a wheel is built"),
        pytest.param(["Installing collected packages: a, b, c"], ["installing 3 packages"], id="the end"),
    ],
)  # fmt: skip
def test_lines(set_up, said, shown):
    assert list(set_up.progress_lines(said)) == shown


def test_what_cannot_be_installed_ends_with_a_sentence(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64)
    done = subprocess.run(
        [sys.executable, str(FILE), str(lock)],
        capture_output=True,
        text=True,
        check=False,
        env={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 1
    assert "No matching distribution found for no-such-package" in done.stderr
    assert done.stderr.rstrip().endswith(
        f"The packages of {lock} could not be installed; the lines above say why."
    )
