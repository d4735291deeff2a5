"""Times commands fairly: in turn, several rounds, with the memory of the whole process tree.

As a script: measure.py ROUNDS COMMAND [-- COMMAND ...] runs the commands A B A B ... and prints a table.
"""

import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Measurement:
    """One run of one command; `stages` are the seconds it said itself in lines `STAGE name seconds`."""

    seconds: float
    peak_mb: float
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def stage_seconds(self) -> float:
        """The seconds of all stages: what remains is starting Python and importing."""
        return sum(self.stages.values())


def measure(command: Sequence[str]) -> Measurement:
    """Runs a command to its end; RuntimeError with its last words where it fails."""
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        peak = _watch(process)
        seconds = time.perf_counter() - started
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise RuntimeError(
            f"{shlex.join(command)} ended with {process.returncode}:\n{text[-2000:]}"
        )
    return Measurement(seconds, peak / 2**20, _stages(text))


def in_turn(
    commands: dict[str, Callable[[], Sequence[str]]], rounds: int
) -> dict[str, list[Measurement]]:
    """Runs every command once a round, so that a slow minute of the machine hits all of them alike.

    Each value prepares its command (clears folders, say) and returns it; preparing is not timed.
    """
    found: dict[str, list[Measurement]] = {label: [] for label in commands}
    for number in range(rounds):
        for label, prepare in commands.items():
            found[label].append(measure(prepare()))
            print(
                f"round {number + 1} of {rounds}: {label} {found[label][-1].seconds:.1f} s",
                file=sys.stderr,
            )
    return found


def ratio(measured: Sequence[float], against: Sequence[float]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(measured, against, strict=True))


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _watch(process: subprocess.Popen) -> int:
    """The largest sum of resident bytes of the process and its descendants, looked at every POLL_SECONDS."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident_bytes(process.pid))
        time.sleep(POLL_SECONDS)
    return peak


def _resident_bytes(pid: int) -> int:
    total = 0
    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _stages(text: str) -> dict[str, float]:
    stages: dict[str, float] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == "STAGE":
            stages[words[1]] = stages.get(words[1], 0.0) + float(words[2])
    return stages


def main() -> None:
    rounds, *words = sys.argv[1:]
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    found = in_turn(
        {shlex.join(command): lambda command=command: command for command in commands}, int(rounds)
    )
    first = next(iter(found.values()))
    rows = [
        (
            f"`{label}`",
            f"{statistics.median(m.seconds for m in runs):.2f}",
            f"{max(m.peak_mb for m in runs):.0f}",
            f"{ratio([m.seconds for m in runs], [m.seconds for m in first]):.2f}",
        )
        for label, runs in found.items()
    ]
    print(markdown(("command", "median s", "peak MB", "times the first"), rows))


if __name__ == "__main__":
    main()
