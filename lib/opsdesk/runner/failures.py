"""What to say of a notebook that did not end well."""

import signal
from typing import Any

from opsdesk import errors
from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import without_colours
from opsdesk.guards.texts import readable
from opsdesk.runner.record import DEAD_KERNEL, FAILED

Notebook = dict[str, Any]  # an executed notebook, as nbformat keeps it
LONGEST = 500  # characters of an error that is not ours


class StepError(Exception):
    """A notebook that did not end well: outcome, one sentence, and the traceback for --debug."""

    def __init__(self, outcome: str, sentence: str, traceback: str = "") -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.sentence = sentence
        self.traceback = without_colours(traceback)


def refuse_early_exit(step: str, executed: Notebook) -> None:
    """Raise a StepError if a cell ended the notebook by `exit`; papermill takes that for done."""
    for cell in executed["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":
                where = place(executed, cell["source"])
                how = f"{output['ename']} {output['evalue']}".strip()
                sentence = f"{step} failed in {where}: the cell ended the notebook early ({how})."
                raise StepError(FAILED, sentence)


def cell_failure(step: str, where: str, name: str, text: str, traceback: str) -> StepError:
    """Return the error of a cell that raised `name` with `text`, at `where` in the notebook."""
    return StepError(FAILED, f"{step} failed in {where}: {_cause(name, text)}", traceback)


def kernel_death(step: str, executed: Notebook | None, status: int | None) -> StepError:
    """Return the error of a kernel that ended with `status`, None if it stopped answering."""
    sentence = (
        f"{step}: the kernel {_how_it_ended(status)} {_last_cell(executed)}. Likely causes: the "
        "machine ran out of memory (the system's log says so), a person or a time limit killed it, "
        "or a library crashed (kernels.log in the run's folder has its last words). "
        "Run it again: what is loaded stays loaded."
    )
    return StepError(DEAD_KERNEL, sentence)


def place(executed: Notebook, source: str) -> str:
    """Return where a cell is: its number in the executed copy, its heading and its first line."""
    number = 0
    heading = ""
    for cell in executed["cells"]:
        if cell["cell_type"] == "markdown":
            heading = _last_title(cell["source"]) or heading
        elif cell["cell_type"] == "code":
            number += 1
            if cell["source"] == source:
                break
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    first = lines[0][:100] if lines else ""
    return f"cell {number} ({heading}: `{first}`)" if heading else f"cell {number} (`{first}`)"


def _cause(name: str, text: str) -> str:
    """Return our own errors as they are: they are sentences. Of others the type and first line."""
    own = getattr(errors, name, None)
    if isinstance(own, type) and issubclass(own, OpsdeskError):
        return readable(text.strip())
    lines = text.strip().splitlines()
    return readable(f"{name}: {lines[0][:LONGEST]}") if lines else name


def _last_title(markdown: str) -> str:
    titles = [line for line in markdown.splitlines() if line.startswith("#")]
    return titles[-1].strip("# ").strip() if titles else ""


def _how_it_ended(status: int | None) -> str:
    if status is None:
        return "stopped answering"
    if status < 0:
        return f"was killed by signal {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _last_cell(executed: Notebook | None) -> str:
    cells = executed["cells"] if executed else []
    begun = [cell for cell in cells if cell["metadata"]["papermill"]["start_time"]]
    if not executed or not begun:
        return "before its first cell"
    return f"in {place(executed, begun[-1]['source'])}"
