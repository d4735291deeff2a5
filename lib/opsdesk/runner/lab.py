"""JupyterLab on the trends of the last good run."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from opsdesk import project
from opsdesk.runner.latest import LATEST
from opsdesk.runner.record import FILE, read_record

TRENDS = "05_trends.ipynb"


def last_trends() -> Path | None:
    """Return the trends of the newest good run over all outputs, None before the first."""
    found = {}
    for notebook in (project.ROOT / "outputs").glob(f"*/{LATEST}/{TRENDS}"):
        record = read_record(notebook.with_name(FILE))
        if record:
            found[record.run_at] = notebook
    return found[max(found)] if found else None


def sample_is_ready() -> bool:
    """Return whether the sample has a good run, which the notebooks in notebooks/ read."""
    return (project.ROOT / "outputs" / "sample" / LATEST / TRENDS).exists()


def open_lab(notebook: Path | None, options: Sequence[str], is_root: bool) -> None:
    """Run JupyterLab on `notebook` until it is stopped; `options` are passed on to it.

    JupyterLab refuses to run as root, as in a container, unless it is asked to.
    """
    from jupyterlab.labapp import LabApp

    shown = notebook or project.notebooks_folder() / TRENDS
    path = quote(shown.relative_to(project.ROOT).as_posix())
    own = [f"--ServerApp.root_dir={project.ROOT}", f"--LabApp.default_url=/lab/tree/{path}"]
    if is_root:
        own.append("--allow-root")
    LabApp.launch_instance([*own, *options])
