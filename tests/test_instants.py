"""The clocks of zones: from the pinned package, whatever the system, DuckDB and Java have."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata, resources

import pytest

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_zone, read_zone, zone_digest, zone_offsets, zone_release

LIB = project.ROOT / "lib" / "opsdesk"
ASK = """
from datetime import UTC, datetime
from opsdesk.instants import read_instant, read_zone
print(datetime(2026, 12, 24, 12, tzinfo=UTC).astimezone(read_zone("America/Vancouver")))
print(read_instant("as_of", "2026-12-24 12:00:00", "Africa/Casablanca"))
"""


def tokyo() -> bytes:
    return (resources.files("tzdata") / "zoneinfo" / "Asia" / "Tokyo").read_bytes()


@pytest.mark.parametrize("system", ["none", "another release"])
def test_the_systems_zones_do_not_matter(tmp_path, system):
    if system == "another release":  # as different as can be
        for name in ("America/Vancouver", "Africa/Casablanca"):
            (tmp_path / name).parent.mkdir()
            (tmp_path / name).write_bytes(tokyo())
    found = subprocess.run(
        [sys.executable, "-c", ASK],
        env={"PYTHONTZPATH": str(tmp_path), "PYTHONPATH": str(LIB.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.splitlines() == ["2026-12-24 05:00:00-07:00", "2026-12-24 12:00:00+00:00"]


def code_of(path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(r"\bzoneinfo\b|\bZoneInfo\b|\bpytz\b|\bdateutil\b", id="Python's own"),
        pytest.param(r"tz_convert\((?!read_zone)|tz_localize\((?!\"UTC\"|None)", id="pandas'"),
        pytest.param(r"(?i)at time zone(?! 'UTC'| zone\b)", id="DuckDB's"),
        pytest.param(r"(?i)from_utc_timestamp|timezone\('(?!UTC')", id="Spark's and DuckDB's"),
    ],
)
def test_no_other_module_asks_other_zones(other):
    modules = [path for path in sorted(LIB.rglob("*.py")) if path.name != "instants.py"]
    found = [
        f"{path.relative_to(LIB)}: {match[0]}"
        for path in modules
        for match in re.finditer(other, code_of(path))
    ]
    assert found == []


def test_all_offsets_are_those_of_the_zone():
    offsets = zone_offsets(
        "Europe/Berlin", datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    )
    assert offsets.changes == (
        datetime(2023, 3, 26, 1, tzinfo=UTC),
        datetime(2023, 10, 29, 1, tzinfo=UTC),
    )
    assert offsets.seconds == (3600, 7200, 3600)
    # 03:00 for both: the skipped hour counts as before, the repeated one as the first of the two
    assert offsets.wall_changes == (datetime(2023, 3, 26, 3), datetime(2023, 10, 29, 3))


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Base", "europe/berlin", "../tzdata/zones", "posixrules", "localtime", "Factory"],
)
def test_what_is_no_zone(name):
    assert not is_zone(name)
    with pytest.raises(OpsdeskError, match="is not an IANA time zone"):
        read_zone(name)


def test_the_release_is_that_of_the_package():
    assert zone_release() == f"tzdata {metadata.version('tzdata')}"
    assert zone_digest("Europe/Berlin") != zone_digest("Europe/Paris")
    assert zone_digest("Europe/Berlin") == zone_digest("Europe/Berlin")
