"""What is written down about a run: run.json in its folder, from the first second on."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opsdesk.guards.documents import parse_json
from opsdesk.guards.secrets import redacted_values
from opsdesk.runner.lock import is_held

RUNNING = "running"
DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
INTERRUPTED = "interrupted"
PENDING = "pending"
DEAD_KERNEL = "dead kernel"
HELD_BACK = "held back"  # too many rows would be in no table, so nothing was published
EXIT_CODES = {FAILED: 1, DEAD_KERNEL: 3, HELD_BACK: 4, INTERRUPTED: 130}
FILE = "run.json"


@dataclass
class Step:
    """One notebook of a run.

    Its status is pending, running, done, failed, interrupted, or skipped (--from, --only).
    """

    step: str
    status: str = PENDING
    seconds: float | None = None


@dataclass
class RunRecord:
    """One run. Its outcome is running, done, failed, dead kernel, held back, or interrupted.

    `billed` has jobs, bytes_billed, bytes_processed and is_free of all steps; None if no step has
    any. `zones` is the release of the zones' data that all clocks are from. `summary` has the
    figures that a good run ends with. `warnings` say what failed without ending the run.
    `traceback` is for --debug only.
    """

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
    billed: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    traceback: str | None = None
    zones: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """Return 0 when done, else the code of the outcome (EXIT_CODES)."""
        return EXIT_CODES.get(self.outcome, 0)

    @property
    def report(self) -> Path | None:
        """Return the path of the report, None where no report was written."""
        path = self.folder / "report.html"
        return path if path.exists() else None

    def save(self) -> None:
        """Replace run.json, whole or not at all."""
        content = asdict(self)
        del content["folder"]
        del content["traceback"]
        text = json.dumps(redacted_values(content), indent=2, ensure_ascii=False)
        new = self.folder / f"{FILE}.new"
        new.write_text(f"{text}\n", encoding="utf-8")
        new.replace(self.folder / FILE)


def past_runs(outputs: Path) -> list[RunRecord]:
    """Return the runs below `outputs`, newest first.

    The run.json of a run that was killed says "running" for ever: it is returned as interrupted.
    """
    is_running = is_held(outputs)
    paths = sorted(outputs.glob(f"runs/*/{FILE}"), reverse=True)
    runs = [record for record in map(read_record, paths) if record]
    for place, record in enumerate(runs):
        if record.outcome == RUNNING and not (is_running and place == 0):
            record.outcome = INTERRUPTED
    return runs


def killed_runs(outputs: Path) -> list[RunRecord]:
    """Return the runs below `outputs` whose run.json says "running", for one that holds the lock.

    No run is at work then but its own, which must not have a run.json yet.
    """
    records = map(read_record, sorted(outputs.glob(f"runs/*/{FILE}")))
    return [record for record in records if record and record.outcome == RUNNING]


def read_record(path: Path) -> RunRecord | None:
    """Return the record in a run.json; None if it is incomplete or of another version."""
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
        steps = [Step(**step) for step in content.pop("steps")]
        return RunRecord(**content, steps=steps, folder=path.parent)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def has_runs(outputs: Path) -> bool:
    """Return whether there is a run below `outputs`."""
    return any(map(read_record, outputs.glob(f"runs/*/{FILE}")))
