"""The package of patches: it refuses another bqemulator, and is part of what is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from setuptools import find_packages

from opsdesk import project

LIB = project.ROOT / "lib"


@pytest.mark.parametrize(
    ("installed", "says"),
    [
        pytest.param("1.4.1", "bqemulator 1.4.0 only, and 1.4.1 is installed", id="newer"),
        pytest.param("1.3.9", "only, and 1.3.9 is installed", id="older"),
        pytest.param(None, "only, and no version is installed", id="not installed"),
    ],
)
def test_another_bqemulator_is_refused(tmp_path: Path, installed: str | None, says: str) -> None:
    if installed:
        metadata = tmp_path / f"bqemulator-{installed}.dist-info"
        metadata.mkdir()
        text = f"Metadata-Version: 2.1\nName: bqemulator\nVersion: {installed}\n"
        (metadata / "METADATA").write_text(text)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (tmp_path, LIB)))}
    command = [sys.executable, "-m", "bqemulator_patches"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert says in done.stderr
    assert "install bqemulator==1.4.0" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_pinned_bqemulator_is_the_patched_one() -> None:
    pins = (LIB / "opsdesk/emulators/requirements.in").read_text()
    assert "bqemulator==1.4.0 " in pins


def test_the_package_is_installed_next_to_opsdesk() -> None:
    assert {"opsdesk", "bqemulator_patches"} <= set(find_packages(str(LIB)))
