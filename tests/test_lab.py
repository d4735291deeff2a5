"""The notebooks in a real JupyterLab in a real Chromium: run all cells, and see them idle without an error."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

import opsdesk
from opsdesk import project

OPSDESK = [sys.executable, "-c", "from opsdesk.cli import main; main()"]
TOKEN = "local-test"
PATIENCE = 90_000  # milliseconds
CHANGE = 20_000  # milliseconds until a change of a control is seen
SETTINGS = {"windowingMode": "none"}  # else JupyterLab keeps cells outside the view out of the page
ERRORS = '.jp-OutputArea-output[data-mime-type*="stderr"], .jp-OutputArea-output[data-mime-type*="error"]'


@pytest.fixture(scope="module")
def sample_published():
    command = [*OPSDESK, "run", "params/sample.yaml"]
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
    port = free_port()
    own = ["--no-browser", "--allow-root", f"--ServerApp.root_dir={work}"]
    server = start_lab(home, [sys.executable, "-m", "jupyterlab", *own, *options(port)], work)
    try:
        wait_for_server(server, f"http://127.0.0.1:{port}/api?token={TOKEN}")
        yield work, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def copy_of_the_project(tmp_path_factory):
    """A project of its own, in which nothing has run; and how to call opsdesk in it."""
    root = tmp_path_factory.mktemp("project")
    for name in ("lib", "notebooks", "params"):
        shutil.copytree(
            project.ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return root


@pytest.fixture(scope="module")
def opened_lab(copy_of_the_project, tmp_path_factory, browser):
    """`opsdesk lab` after a run of another params file than the sample, and before any of the sample."""
    root = copy_of_the_project
    text = (root / "params" / "sample.yaml").read_text()
    assert 'timezone: "UTC"' in text
    (root / "params" / "berlin.yaml").write_text(
        text.replace('timezone: "UTC"', 'timezone: "Europe/Berlin"')
    )
    environment = os.environ | {"PYTHONPATH": str(root / "lib")}
    subprocess.run(
        [*OPSDESK, "run", "params/berlin.yaml"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert not (root / "outputs" / "sample").exists()
    home = tmp_path_factory.mktemp("opened")
    port = free_port()
    command = [*OPSDESK, "lab", "--no-browser", *options(port)]
    server = start_lab(home, command, home, PYTHONPATH=str(root / "lib"))
    try:
        wait_for_server(server, f"http://127.0.0.1:{port}/api?token={TOKEN}")
        yield root, f"http://127.0.0.1:{port}", home / "server.log"
    finally:
        server.terminate()
        server.wait(20)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def emptied(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return notebook


def options(port):
    return [
        "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip


def start_lab(home, command, work, **environment):
    """Start a JupyterLab whose settings are in `home`; its log goes there too."""
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
    tracker = home / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text(json.dumps(SETTINGS))
    with (home / "server.log").open("w") as log:
        return subprocess.Popen(
            command, env={**os.environ, **own, **environment}, cwd=work, stdout=log, stderr=log
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


@pytest.mark.parametrize("name", ["01_ingest.ipynb", "05_trends.ipynb"])
def test_all_cells_run_and_end_idle_without_error(browser, sample_published, lab, name):
    work, url = lab
    page = run_all_in(browser, url, f"{url}/lab/tree/{name}?token={TOKEN}&reset", work / name)
    if name == "05_trends.ipynb":
        assert page.locator(".jp-RenderedImage img").count() > 0
    page.close()


def test_lab_opens_the_trends_of_the_last_run_and_all_cells_run(browser, opened_lab):
    root, url, log = opened_lab
    trends = "outputs/berlin/latest/05_trends.ipynb"
    assert f"/lab/tree/{trends}?token=" in log.read_text()  # what a person without a browser reads
    page = run_all_in(browser, url, f"{url}/?token={TOKEN}", root / trends)
    assert page.url.startswith(f"{url}/lab/tree/{trends}")
    assert page.locator(".jp-RenderedImage img").count() > 0
    given = page.locator(".jp-CodeCell").filter(has_text="outputs/berlin/opsdesk.duckdb")
    assert given.count() == 1
    page.close()


def test_lab_has_run_the_sample_so_that_the_notebooks_run_too(browser, opened_lab):
    root, url, _ = opened_lab
    name = "notebooks/05_trends.ipynb"
    page = run_all_in(browser, url, f"{url}/lab/tree/{name}?token={TOKEN}&reset", root / name)
    assert page.locator(".jp-RenderedImage img").count() > 0
    page.close()


def test_a_person_explores_by_mouse_and_charts_and_tickets_follow(browser, sample_published, lab):
    work, url = lab
    address = f"{url}/lab/tree/explore.ipynb?token={TOKEN}&reset"
    page = run_all_in(browser, url, address, work / "explore.ipynb")
    page.set_default_timeout(CHANGE)
    page.get_by_label("Dimension", exact=True).select_option("priority")
    page.locator(".widget-select-multiple option", has_text="High").click()
    # the chart says of which tickets it is in its picture, and in the text for those who do not see it
    backlog = page.locator('.widget-gridbox img[alt="Open tickets by age: priority High"]')
    backlog.wait_for()
    high = backlog.get_attribute("src")
    page.locator(".widget-select-multiple option", has_text="Low").click(modifiers=["Control"])
    both = page.locator('.widget-gridbox img[alt="Open tickets by age: priority Low or High"]')
    both.wait_for()
    assert both.get_attribute("src") != high
    fill(page, "Day", "2023-05-15")
    expected = opsdesk.open("params/sample.yaml").tickets("2023-05-15", priority=["High", "Low"])
    page.get_by_text(f"{len(expected)} tickets are open on 2023-05-15.").wait_for()
    shown = page.locator(".jp-OutputArea-output table").filter(has_text=expected["ticket_id"][0])
    ids = shown.first.locator("tbody th").all_inner_texts()
    assert ids == list(expected["ticket_id"].head(20))
    fill(page, "From", "2023-06-28")
    page.get_by_text("has no whole week of the charts: choose a longer one").first.wait_for()
    assert page.locator(ERRORS).all_inner_texts() == []
    page.close()


def fill(page, label, day):
    page.get_by_label(label, exact=True).fill(day)
    page.keyboard.press("Enter")


def run_all_in(browser, url, address, path):
    """Open `address`, which shows the notebook at `path`, run all cells, and see no error."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    broken, elsewhere = [], set()
    page.on("pageerror", lambda error: broken.append(error.message))
    page.on(
        "request", lambda request: elsewhere.add(request.url) if leaves(request.url, url) else None
    )
    page.goto(address)
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    status = page.locator("#jp-main-statusbar")
    idle = status.get_by_text(re.compile(r"\| Idle"))
    idle.wait_for()  # the toolbar's circle says idle before there is a kernel
    notebook = json.loads(path.read_text())
    page.get_by_role("menuitem", name="Edit", exact=True).click()
    page.get_by_role("menuitem", name="Clear Outputs of All Cells", exact=True).click()
    run_all(page)
    wait_until_all_ran(page, sum(cell["cell_type"] == "code" for cell in notebook["cells"]))
    idle.wait_for()
    assert page.locator(ERRORS).all_inner_texts() == []
    assert (broken, elsewhere) == ([], set())
    return page


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
