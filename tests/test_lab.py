"""The notebooks in a real JupyterLab in a real Chromium: run all cells, and see them idle without an error."""

import json
import os
import re
import socket
import subprocess
import sys
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

from opsdesk import project

TOKEN = "local-test"
PATIENCE = 90_000  # milliseconds
SETTINGS = {"windowingMode": "none"}  # else JupyterLab keeps cells outside the view out of the page
ERRORS = '.jp-OutputArea-output[data-mime-type*="stderr"], .jp-OutputArea-output[data-mime-type*="error"]'


@pytest.fixture(scope="module")
def sample_published():
    command = [
        sys.executable,
        "-c",
        "from opsdesk.cli import main; main()",
        "run",
        "params/sample.yaml",
    ]
    for _ in range(20):
        run = subprocess.run(command, capture_output=True, text=True)
        if "is in use by" not in run.stderr:
            break
        sleep(3)  # another test runs the sample at this moment
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    home = tmp_path_factory.mktemp("lab")
    work = home / "notebooks"
    work.mkdir()
    for path in sorted((project.ROOT / "notebooks").glob("*.ipynb")):
        (work / path.name).write_text(json.dumps(emptied(json.loads(path.read_text()))))
    settings = (
        home / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    )
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start_lab(home, work, port)
    try:
        wait_for_server(server, f"http://127.0.0.1:{port}/api?token={TOKEN}")
        yield work, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def emptied(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return notebook


def start_lab(home, work, port):
    folders = {
        "CONFIG": "JUPYTER_CONFIG_DIR",
        "data": "JUPYTER_DATA_DIR",
        "run": "JUPYTER_RUNTIME_DIR",
    }
    own = {name: str(home / folder) for folder, name in folders.items()}
    own |= {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    options = [
        "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={work}", "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (home / "server.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        return subprocess.Popen(
            command, env={**os.environ, **own}, cwd=work, stdout=log, stderr=log
        )


def wait_for_server(server, address):
    end = monotonic() + 60
    while monotonic() < end and server.poll() is None:
        try:
            urlopen(address, timeout=2).close()
            return
        except OSError:
            sleep(0.2)
    pytest.fail(f"JupyterLab did not start (exit status {server.poll()})")


@pytest.mark.parametrize("name", ["01_ingest.ipynb", "04_trends.ipynb"])
def test_all_cells_run_and_end_idle_without_error(browser, sample_published, lab, name):
    work, url = lab
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    broken, elsewhere = [], set()
    page.on("pageerror", lambda error: broken.append(error.message))
    page.on(
        "request", lambda request: elsewhere.add(request.url) if leaves(request.url, url) else None
    )
    page.goto(f"{url}/lab/tree/{name}?token={TOKEN}&reset")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    status = page.locator("#jp-main-statusbar")
    status.get_by_text(
        re.compile(r"\| Idle")
    ).wait_for()  # the toolbar's circle says idle before there is a kernel
    run_all(page)
    cells = sum(
        cell["cell_type"] == "code" for cell in json.loads((work / name).read_text())["cells"]
    )
    wait_until_all_ran(page, cells)
    status.get_by_text(re.compile(r"\| Idle")).wait_for()
    assert page.locator(ERRORS).all_inner_texts() == []
    assert (broken, elsewhere) == ([], set())
    if name == "04_trends.ipynb":
        assert page.locator(".jp-RenderedImage img").count() > 0
    page.close()


def leaves(address, url):
    return not address.startswith((url, url.replace("http", "ws", 1), "data:", "blob:"))


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def wait_until_all_ran(page, cells):
    prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt")
    end = monotonic() + PATIENCE / 1000
    while monotonic() < end:
        ran = [
            text for text in prompts.all_inner_texts() if re.fullmatch(r"\[\d+\]:", text.strip())
        ]
        if len(ran) == cells or page.locator(ERRORS).count():
            return
        sleep(0.2)
    pytest.fail(
        f"{len(ran)} of {cells} cells ran in {PATIENCE / 1000:.0f} s: {prompts.all_inner_texts()}"
    )
