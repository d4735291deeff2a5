"""`opsdesk emulators`: both emulators for a person who tries the cloud way, until Ctrl-C."""

import time
from collections.abc import Callable
from pathlib import Path

from opsdesk import project
from opsdesk.emulators.emulators import BUCKET, Pair, start_emulators
from opsdesk.errors import OpsdeskError

PARAMS = (
    "emulated.yaml"  # its runs go to outputs/emulated, not into the folder that every start empties
)


def stay(folder: Path, say: Callable[[str], None]) -> None:
    """Runs the emulators with an empty bucket and a params file in `folder`, and says how to use them.

    Raises:
        OpsdeskError: they cannot be started, or one of them ended by itself.
    """
    say("Starting the emulators of Cloud Storage and BigQuery ...")
    try:
        with start_emulators(folder) as pair:
            pair.make_bucket(BUCKET)
            (pair.folder / PARAMS).write_text(pair.params_text())
            say(_welcome(pair))
            _wait(pair)
    except KeyboardInterrupt:
        say("Stopped, and forgotten what was in them.")


def _wait(pair: Pair) -> None:
    while all(process.poll() is None for process in pair.processes):
        time.sleep(0.2)
    raise OpsdeskError(
        f"An emulator ended by itself; the logs in {project.shown(pair.folder)} say why. Start them again."
    )


def _welcome(pair: Pair) -> str:
    params = pair.folder / PARAMS
    lines = "".join(f"    {line}\n" for line in params.read_text().splitlines())
    return (
        f"Cloud Storage  {pair.storage_url}\nBigQuery       {pair.bigquery_url}\n"
        "They have no quotas, no permissions and no costs, and forget everything when they stop: docs/emulators.md says\n"
        f"what they show and what they cannot.\n\n{project.shown(params)}:\n{lines}\n"
        f"In another terminal:\n    .venv/bin/opsdesk run {project.shown(params)}\n\nCtrl-C stops them."
    )
