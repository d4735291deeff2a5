"""One notebook through papermill, in a kernel that is already there."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from opsdesk.runner.copies import hide_secrets
from opsdesk.runner.failures import (
    Notebook,
    cell_failure,
    kernel_death,
    place,
    refuse_early_exit,
)
from opsdesk.runner.kernels import Kernels, exit_status

ENGINE = "opsdesk"
# jsonschema does without it, and importing it builds a grammar for a second.
GRAMMAR = "rfc3987_syntax"
LEAN = {
    "progress_bar": False,
    "log_output": False,
    "request_save_on_cell_execute": False,
    "autosave_cell_every": 0,
}


def run_notebook(
    notebook: Path,
    copy: Path,
    parameters: Mapping[str, object],
    kernels: Kernels,
    following: str | None,
) -> None:
    """Execute `notebook` with `parameters`; leave the executed copy at `copy`, also if it fails.

    If a step follows, its kernel starts while this one works.

    Raises:
        StepError: a cell raised or left early, or the kernel died.
    """
    papermill = import_papermill()
    from nbclient.exceptions import DeadKernelError

    step = notebook.stem
    manager = kernels.take(step, following)
    watched = _register_engine(manager, copy)
    hide_secrets(copy)
    try:
        executed = papermill.execute_notebook(
            _plain(notebook), _plain(copy), parameters, ENGINE, **LEAN
        )
        refuse_early_exit(step, executed)
    except papermill.PapermillExecutionError as error:
        where = place(watched["notebook"], error.source)
        traceback = "\n".join(error.traceback)
        raise cell_failure(step, where, error.ename, error.evalue, traceback) from None
    except (DeadKernelError, RuntimeError) as error:
        kernels.refuse_if_stopped()
        status = exit_status(manager)
        if status is None and not isinstance(error, DeadKernelError):
            raise
        raise kernel_death(step, watched.get("notebook"), status) from None
    finally:
        if exit_status(manager) is None:
            kernels.retire(manager)


def import_papermill() -> ModuleType:
    """Return papermill, imported in half the time that it takes by itself."""
    is_blocked = GRAMMAR not in sys.modules
    modules: dict[str, Any] = sys.modules
    if is_blocked:
        modules[GRAMMAR] = None  # Python then says at once that there is no such module
    import papermill

    if is_blocked:
        del modules[GRAMMAR]
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    module: ModuleType = papermill
    return module


def _register_engine(manager: AsyncKernelManager, copy: Path) -> dict[str, Notebook]:
    """Let papermill use the kernel of `manager`; return where the executing notebook is found."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.iorw import write_ipynb

    watched: dict[str, Notebook] = {}

    class StartedKernelEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
        """papermill's own engine, but in a kernel that is already there."""

        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, start_timeout: float = 60, **_: object
        ) -> None:
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
    """Return a path for papermill, which takes braces for a template."""
    return str(path).replace("{", "{{").replace("}", "}}")
