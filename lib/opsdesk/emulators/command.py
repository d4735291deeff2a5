"""`opsdesk emulators`: both emulators for a person who tries the cloud way, until Ctrl-C."""

import time
from collections.abc import Callable
from pathlib import Path

from opsdesk import project
from opsdesk.emulators.emulators import BUCKET, Emulators, start_emulators
from opsdesk.emulators.state_folder import PARAMS
from opsdesk.errors import OpsdeskError


def run_until_interrupted(folder: Path, say: Callable[[str], None]) -> None:
    """Run the emulators with an empty bucket and a params file in `folder`; say how to use them.

    Raises:
        OpsdeskError: they cannot be started, or one of them ended by itself.
    """
    say("Starting the emulators of Cloud Storage and BigQuery ...")
    try:
        with start_emulators(folder) as emulators:
            emulators.make_bucket(BUCKET)
            (folder / PARAMS).write_text(emulators.params_text())
            say(_welcome(emulators))
            _wait(emulators)
    except KeyboardInterrupt:
        say("Stopped; everything in them is gone.")


def _wait(emulators: Emulators) -> None:
    while all(process.poll() is None for process in emulators.processes):
        time.sleep(0.2)
    raise OpsdeskError(
        "An emulator ended by itself. "
        f"Read the logs in {project.shown(emulators.folder)}, then start the emulators again."
    )


def _welcome(emulators: Emulators) -> str:
    params = emulators.folder / PARAMS
    shown = project.shown(params)
    lines = "".join(f"    {line}\n" for line in params.read_text().splitlines())
    return (
        f"Cloud Storage  {emulators.storage_url}\n"
        f"BigQuery       {emulators.bigquery_url}\n"
        "They have no quotas, no permissions and no costs, and lose everything when they stop.\n"
        "docs/emulators.md says what they can show and what they cannot.\n\n"
        f"{shown}:\n{lines}\n"
        f"In another terminal:\n    .venv/bin/opsdesk run {shown}\n\n"
        "Ctrl-C stops them."
    )
