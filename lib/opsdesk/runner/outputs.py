"""The folder outputs/NAME: runs go into our folder, or into an empty one."""

from pathlib import Path

from opsdesk import project
from opsdesk.config.parameters import Parameters
from opsdesk.marks.folder import claim_folder
from opsdesk.runner.lock import LOCKS
from opsdesk.runner.owners import is_registered
from opsdesk.runner.record import has_runs

KIND = "outputs folder"  # in its mark


def claim_outputs(parameters: Parameters) -> None:
    """Mark the outputs folder of a params file as ours.

    Raises:
        OpsdeskError: it holds something else. Nothing was written.
    """
    outputs = parameters.outputs
    outputs.mkdir(parents=True, exist_ok=True)
    # notebooks that are run by hand make a lake and a warehouse there
    made_by_hand = [project.resolve(_path(parameters, name)) for name in ("lake", "warehouse")]

    def is_ours(entry: Path) -> bool:
        is_made = any(
            path.is_relative_to(entry) or entry.name.startswith(f"{path.name}.")
            for path in made_by_hand
        )
        return is_made or entry.name in LOCKS

    def is_earlier() -> bool:
        return has_runs(outputs) or is_registered(parameters)

    claim_folder(outputs, KIND, is_ours, is_earlier)


def _path(parameters: Parameters, name: str) -> str:
    return parameters.values.get(name, "").removeprefix("duckdb:")
