"""What is written down about a run: run.json in its folder, from the first second on."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from opsdesk.runner.lock import is_held

RUNNING, DONE, FAILED, SKIPPED, INTERRUPTED, PENDING = (
    "running",
    "done",
    "failed",
    "skipped",
    "interrupted",
    "pending",
)
DEAD_KERNEL = "dead kernel"
EXIT_CODES = {FAILED: 1, DEAD_KERNEL: 3, INTERRUPTED: 130}


@dataclass
class Step:
    """One notebook of a run. Status: pending, running, done, failed, interrupted, or skipped (--from, --only)."""

    step: str
    status: str = PENDING
    seconds: float | None = None


@dataclass
class RunRecord:
    """One run. Outcome: running, done, failed, dead kernel, or interrupted."""

    run_id: str
    run_at: str
    name: str
    params_file: str
    parameters: dict[str, str]
    opsdesk: str
    folder: Path
    steps: list[Step] = field(default_factory=list)
    outcome: str = RUNNING
    seconds: float = 0.0
    error: str | None = None
    billed: dict | None = (
        None  # jobs, bytes_billed, bytes_processed of all steps, and is_free; None where none tells
    )
    traceback: str | None = None  # for --debug only, never written

    @property
    def exit_code(self) -> int:
        """0 when done, 1 when a notebook failed, 3 when its kernel died."""
        return EXIT_CODES.get(self.outcome, 0)

    def save(self) -> None:
        """Replace run.json, whole or not at all."""
        content = asdict(self)
        del content["folder"], content["traceback"]
        beside = self.folder / "run.json.new"
        beside.write_text(
            json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        beside.replace(self.folder / "run.json")


def past_runs(outputs: Path) -> list[RunRecord]:
    """The runs below `outputs`, newest first. One that was killed says running for ever: it is told as interrupted."""
    held = is_held(outputs)
    records = [_read(path) for path in sorted(outputs.glob("runs/*/run.json"), reverse=True)]
    runs = [record for record in records if record]
    for place, record in enumerate(runs):
        if record.outcome == RUNNING and not (held and place == 0):
            record.outcome = INTERRUPTED
    return runs


def _read(path: Path) -> RunRecord | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        steps = [Step(**step) for step in content.pop("steps")]
        return RunRecord(**content, steps=steps, folder=path.parent)
    except (OSError, ValueError, TypeError, KeyError):
        return None  # written by another version, or torn by a full disk: not worth failing over
