"""Which steps a run takes: --from and --only."""

from opsdesk.errors import OpsdeskError


def chosen_steps(steps: list[str], from_step: str | None, only_step: str | None) -> list[str]:
    """Return the steps to run. A step is called 01_ingest, ingest, 01 or 1.

    Raises:
        OpsdeskError: no such step, or both choices at once.
    """
    if from_step and only_step:
        raise OpsdeskError("--from and --only exclude each other: give one of them.")
    if only_step:
        return [_step_called(steps, only_step)]
    if from_step:
        return steps[steps.index(_step_called(steps, from_step)) :]
    return steps


def _step_called(steps: list[str], called: str) -> str:
    for step in steps:
        number, _, word = step.partition("_")
        if called in (step, word, number, number.lstrip("0")):
            return step
    raise OpsdeskError(f"There is no step {called!r}: the steps are {', '.join(steps)}.")
