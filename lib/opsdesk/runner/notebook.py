"""One notebook through papermill, in a kernel that is already there, and what to say when it fails."""

import logging
import signal
import sys
from pathlib import Path
from types import ModuleType

from jupyter_client import AsyncKernelManager

from opsdesk import errors
from opsdesk.errors import OpsdeskError
from opsdesk.runner.kernels import Kernels, exit_status
from opsdesk.runner.record import DEAD_KERNEL, FAILED

ENGINE = "opsdesk"
GRAMMAR = "rfc3987_syntax"  # jsonschema does without it; importing it builds a grammar for a second
LEAN = {
    "progress_bar": False,
    "log_output": False,
    "request_save_on_cell_execute": False,
    "autosave_cell_every": 0,
}


class StepError(Exception):
    """A notebook that did not end well: outcome, one sentence, and the cell's traceback for --debug."""

    def __init__(self, outcome: str, sentence: str, traceback: str = ""):
        super().__init__(sentence)
        self.outcome, self.sentence, self.traceback = outcome, sentence, traceback


def run_notebook(
    notebook: Path, copy: Path, parameters: dict[str, str], kernels: Kernels, following: str | None
) -> None:
    """Execute `notebook` with `parameters` and leave the executed copy at `copy`, also when it fails.

    If a step follows, its kernel starts meanwhile.

    Raises:
        StepError: a cell raised or left early, or the kernel died.
    """
    papermill = import_papermill()
    from nbclient.exceptions import DeadKernelError

    manager = kernels.take(notebook.stem, following)
    watched = _register_engine(manager, copy)
    try:
        # papermill formats paths as templates, so braces in a folder's name are doubled
        executed = papermill.execute_notebook(
            _plain(notebook), _plain(copy), parameters, ENGINE, **LEAN
        )
        _refuse_early_exit(notebook.stem, executed)
    except papermill.PapermillExecutionError as error:
        traceback = "\n".join(error.traceback)
        raise _failure(
            notebook.stem, watched["notebook"], error.source, error.ename, error.evalue, traceback
        ) from None
    except (DeadKernelError, RuntimeError) as error:
        kernels.refuse_if_stopped()
        if exit_status(manager) is None and not isinstance(error, DeadKernelError):
            raise
        raise _death(notebook.stem, watched.get("notebook"), exit_status(manager)) from None
    finally:
        if exit_status(manager) is None:
            kernels.retire(manager)


def import_papermill() -> ModuleType:
    """papermill, imported in half the time it takes by itself."""
    blocked = GRAMMAR not in sys.modules
    if blocked:
        sys.modules[GRAMMAR] = None
    import papermill

    if blocked:
        del sys.modules[GRAMMAR]
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    return papermill


def _register_engine(manager: AsyncKernelManager, copy: Path) -> dict:
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.iorw import write_ipynb

    watched: dict = {}

    class StartedKernelEngine(NBClientEngine):
        """papermill's own engine, but in a kernel that is already there."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, start_timeout=60, **_):
            watched["notebook"] = nb_man.nb
            client = PapermillNotebookClient(
                nb_man, km=manager, kernel_name=kernel_name, startup_timeout=start_timeout
            )
            try:
                client.execute()
            except BaseException:
                write_ipynb(nb_man.nb, str(copy))  # papermill saves only what a cell raised
                raise
            finally:
                if client.kc:
                    client.kc.stop_channels()

    papermill_engines.register(ENGINE, StartedKernelEngine)
    return watched


def _plain(path: Path) -> str:
    return str(path).replace("{", "{{").replace("}", "}}")


def _refuse_early_exit(step: str, executed: dict) -> None:
    for cell in executed["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                cause = f"the cell ended the notebook early ({output['ename']} {output['evalue']})".replace(
                    " )", ")"
                )
                raise StepError(
                    FAILED, f"{step} failed in {_place(executed, cell['source'])}: {cause}."
                )


def _failure(
    step: str, executed: dict, source: str, name: str, text: str, traceback: str
) -> StepError:
    own = getattr(errors, name, None)
    speaks = isinstance(own, type) and issubclass(own, OpsdeskError)
    lines = text.strip().splitlines()
    cause = text.strip() if speaks else f"{name}: {lines[0][:500]}" if lines else name
    return StepError(FAILED, f"{step} failed in {_place(executed, source)}: {cause}", traceback)


def _death(step: str, executed: dict | None, status: int | None) -> StepError:
    begun = [
        cell
        for cell in (executed or {"cells": []})["cells"]
        if cell["metadata"]["papermill"]["start_time"]
    ]
    where = (
        f"in {_place(executed, begun[-1]['source'])}"
        if executed and begun
        else "before its first cell"
    )
    if status is not None and status < 0:
        how = f"was killed by signal {signal.Signals(-status).name}"
    else:
        how = f"ended with status {status}" if status is not None else "stopped answering"
    return StepError(
        DEAD_KERNEL,
        f"{step}: the kernel {how} {where}. Likely causes: the machine ran out of memory (the system's log says so), "
        "someone or a time limit killed it, or a library crashed (kernels.log in the run's folder has its last words). "
        "Run it again: what is loaded stays loaded.",
    )


def _place(executed: dict, source: str) -> str:
    """Cell number as the executed copy shows it, the heading above it and its first line."""
    number, heading = 0, ""
    for cell in executed["cells"]:
        if cell["cell_type"] == "markdown":
            titles = [
                line.strip("# ").strip()
                for line in cell["source"].splitlines()
                if line.startswith("#")
            ]
            heading = titles[-1] if titles else heading
        elif cell["cell_type"] == "code":
            number += 1
            if cell["source"] == source:
                break
    first = next((line for line in source.splitlines() if line.strip()), "")
    return f"cell {number} ({heading + ': ' if heading else ''}`{first.strip()[:100]}`)"
