"""Install what a lock file pins into the running Python, and show how far it is.

It runs before anything is installed, so it needs Python and pip only.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator

LARGE = 10.0  # MB from which a package is worth a line
STEP = 50.0  # MB between two lines about the same package
UNITS = {"kB": 0.001, "MB": 1.0, "GB": 1000.0}
DOWNLOADING = re.compile(
    r"\s*Downloading (?P<name>\S+?)-\d\S* \((?P<size>[\d.]+) (?P<unit>[kMG]B)\)"
)
PROGRESS = re.compile(r"Progress (?P<done>\d+) of (?P<whole>\d+)")
BUILDING = re.compile(r"Building wheels for collected packages: (?P<names>.+)")
INSTALLING = re.compile(r"Installing collected packages: (?P<names>.+)")


def main() -> None:
    """Install the lock file that is named on the command line."""
    lock = sys.argv[1]
    command = [
        sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "--progress-bar", "raw", "-r", lock,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        assert pip.stdout
        for line in progress_lines(pip.stdout):
            print(f"  {line}", flush=True)
    if pip.returncode:
        sys.exit(f"The packages of {lock} could not be installed; the lines above say why.")


def progress_lines(output: Iterable[str]) -> Iterator[str]:
    """Return what is worth showing of pip's output: large packages, building, installing."""
    name = ""
    shown = 0.0  # MB of the package that were shown last
    for line in output:
        if found := DOWNLOADING.match(line):
            name = found["name"]
            shown = 0.0
            size = float(found["size"]) * UNITS[found["unit"]]
            if size >= LARGE:
                yield f"fetching {name}, {size:.0f} MB"
        elif found := PROGRESS.match(line):
            done = int(found["done"]) / 1e6
            if done - shown >= STEP:
                shown = done
                yield f"fetching {name}, {done:.0f} of {int(found['whole']) / 1e6:.0f} MB"
        elif found := BUILDING.match(line):
            yield f"building {found['names']}"
        elif found := INSTALLING.match(line):
            yield f"installing {found['names'].count(',') + 1} packages"


if __name__ == "__main__":
    main()
