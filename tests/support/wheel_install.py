"""The command opsdesk of an environment that has the wheel, as a person without a clone has it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from opsdesk import project

ROOT = project.ROOT
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.split()
IN_THE_WHEEL = ("lib/", "notebooks/", "params/", "setup.py", "pyproject.toml", "README.md")


def do(*command, folder, **variables):
    """Run a command in a folder, without this clone on Python's path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def install_wheel(folder: Path) -> Path:
    """Build the wheel in a folder, install it there with this environment's packages; return the command."""
    source = folder / "source"
    for name in filter(lambda name: name.startswith(IN_THE_WHEEL), TRACKED):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    (source / "params" / "my_own.yaml").write_text('timezone: "UTC"\n')
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    built = do(*pip, "wheel", ".", "--no-deps", "--no-build-isolation", "-w", folder, folder=source)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    into = (*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    installed = do(*into, folder=folder)
    assert installed.returncode == 0, installed.stderr
    packages = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    # read after the wheel was installed, and without the .pth of an editable opsdesk
    with open(f"{packages}/others.pth", "w") as pth:  # noqa: PTH123
        pth.write(sysconfig.get_path("purelib") + "\n")
    return python.with_name("opsdesk")
