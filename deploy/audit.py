"""Look for known advisories about pinned packages: `audit.py PIP_AUDIT LOCK...`.

Exit codes: 0 none is known, 1 some are, 3 it could not be found out.
"""

import json
import subprocess
import sys

FOUND = 1
NOT_CHECKED = 3
PATIENCE = 300  # seconds for one lock


def main(pip_audit: str, locks: list[str]) -> int:
    """Check each lock and say what was found; the worst outcome is the exit code."""
    return max(check(pip_audit, lock) for lock in locks)


def check(pip_audit: str, lock: str) -> int:
    """Check one lock, and print a line per advisory, or why it could not be checked."""
    command = [pip_audit, "--requirement", lock, "--no-deps", "--disable-pip", "--format", "json"]
    command += ["--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        print(
            f"{lock} was not checked: the source of advisories gave no answer. "
            "Run make audit where it can be reached."
        )
        return NOT_CHECKED
    lines = [
        f"{lock}: {package['name']} {package['version']}: {advisory['id']}, "
        f"corrected in {', '.join(advisory['fix_versions']) or 'no version yet'}"
        for package in packages
        for advisory in package.get("vulns", [])
    ]
    skipped = sum("skip_reason" in package for package in packages)
    looked_up = len(packages) - skipped
    if lines:
        print("\n".join(lines))
    elif looked_up:
        print(f"{lock}: no advisory is known about {looked_up} packages.")
    if skipped:
        print(
            f"{lock}: {skipped} of {len(packages)} packages were not checked: the source of "
            "advisories gave no answer. Run make audit where it can be reached."
        )
    if skipped:
        return NOT_CHECKED
    return FOUND if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
