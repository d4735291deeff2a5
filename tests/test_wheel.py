"""The wheel without a clone: a project in an empty folder gives the numbers of the notebooks here."""

import json

import pytest

from wheel_install import IN_THE_WHEEL, ROOT, TRACKED, do, install_wheel

COMPARED = ("01_ingest.ipynb", "05_trends.ipynb")


@pytest.fixture(scope="module")
def opsdesk(tmp_path_factory):
    """Return the command of an environment with the wheel, and with the packages of this one."""
    return install_wheel(tmp_path_factory.mktemp("wheel"))


def numbers(notebook):
    """Return the text of each output that does not differ from run to run."""
    cells = json.loads(notebook.read_text())["cells"]
    return [
        output["data"]["text/plain"]
        for cell in cells
        if "nbval-ignore-output" not in cell["metadata"].get("tags", [])
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {}) and "image/png" not in output["data"]
    ]


@pytest.mark.skipif(not TRACKED, reason="not a git checkout")
def test_a_project_without_a_clone(opsdesk, tmp_path):
    nowhere = do(opsdesk, "status", "params/sample.yaml", folder=tmp_path)
    assert (nowhere.returncode, "type `opsdesk init DIR`" in nowhere.stderr) == (1, True)
    desk = tmp_path / "desk"
    (desk / ".git").mkdir(parents=True)
    (desk / ".gitignore").write_text("mine\n")
    begun = do(opsdesk, "init", "desk", folder=tmp_path)
    assert begun.returncode == 0, begun.stderr
    assert ".gitignore was there already" in begun.stdout
    assert (desk / ".gitignore").read_text() == "mine\n"
    there = {path.relative_to(desk).as_posix() for path in desk.rglob("*.*") if path.is_file()}
    shipped = {
        name
        for name in TRACKED
        if name.endswith((".ipynb", ".yaml")) and name.startswith(IN_THE_WHEEL[1:3])
    }
    assert there == shipped | {".gitignore", "README.md"}  # and nobody's my_own.yaml
    again = do(opsdesk, "init", "desk", folder=tmp_path)
    assert (again.returncode, "desk is not empty (it has README.md)" in again.stderr) == (1, True)
    # a folder below the project is in it; no browser is there
    run = do(
        opsdesk,
        "run",
        "params/sample.yaml",
        "--open",
        folder=desk / "params",
        BROWSER="/no/browser",
    )
    assert run.returncode == 0, run.stderr
    latest = desk / "outputs" / "sample" / "latest"
    for name in COMPARED:
        assert numbers(latest / name) == numbers(ROOT / "notebooks" / name)
    assert (latest / "report.html").exists()
    digest = do(opsdesk, "digest", "params/sample.yaml", folder=desk)
    assert digest.stdout == (latest / "digest.txt").read_text(encoding="utf-8")
    assert digest.stdout.startswith("sample, Friday 30 June 2023, as of 30 Jun 23:59 (UTC)")
    mail = do(opsdesk, "digest", "params/sample.yaml", "--output", "x.eml", folder=desk)
    assert mail.returncode == 0
    assert (desk / "x.eml").read_bytes() == (latest / "digest.eml").read_bytes()
    look = "from opsdesk.explore.controls import Controls as C; print(C.open_desk('params/sample.yaml').days())"
    python = opsdesk.with_name("python")
    explored = do(python, "-c", look, folder=desk / "notebooks")  # where explore.ipynb runs
    assert explored.stdout == "2023-01-01 to 2023-06-30\n", explored.stderr
    # a notebook that a scheduler runs in a folder of its own
    begin = "import opsdesk; opsdesk.start_notebook(); print(opsdesk.project.ROOT)"
    lost = do(python, "-c", begin, folder=tmp_path)
    assert "name it in the variable OPSDESK_PROJECT" in lost.stderr
    found = do(python, "-c", begin, folder=tmp_path, OPSDESK_PROJECT=str(desk))
    assert found.stdout == f"{desk}\n", found.stderr
    wrong = do(python, "-c", begin, folder=desk, OPSDESK_PROJECT=str(tmp_path))
    assert f"OPSDESK_PROJECT names {tmp_path}, which is no opsdesk project" in wrong.stderr


@pytest.mark.skipif(not TRACKED, reason="not a git checkout")
def test_the_emulators_find_their_params_file_without_a_clone(opsdesk, tmp_path):
    code = "from opsdesk.emulators.params_file import params_text; print(params_text({}))"
    done = do(opsdesk.with_name("python"), "-c", code, folder=tmp_path)
    assert 'mapping: "boston311"' in done.stdout, done.stderr
