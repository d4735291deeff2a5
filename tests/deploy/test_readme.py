"""deploy/README.md has one line for each thing in deploy/, with what it says was run."""

import re

from opsdesk import project

DEPLOY = project.ROOT / "deploy"
ROWS = re.findall(
    r"^\| \[([^]]+)\]\(\S+\) \|(.+)\|$", (DEPLOY / "README.md").read_text(), re.MULTILINE
)


def test_there_is_one_line_for_each_folder_and_program():
    there = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in DEPLOY.iterdir()
        if path.name not in ("README.md", "__pycache__")
    ]
    assert sorted(name for name, _ in ROWS) == sorted(there)


def test_each_line_says_for_whom_how_and_which_tests_prove_it():
    for name, rest in ROWS:
        whom, start, proof = rest.split(" | ")
        assert whom.strip() and "`" in start, name
        (tests,) = re.findall(r"`(tests/\S+)`", proof)
        assert (project.ROOT / tests).exists(), name
