"""The benchmarks: run.py steps|rerun|notebooks|scale|pyspark|spark|segments|calendars|forms [--tickets N] [--rounds K] [--whole-lines].

README.md says what each compares.
"""

import argparse
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from forms import FORMS, write_form
from measure import Measurement, in_turn, markdown, ratio

from opsdesk import project
from opsdesk.config.rules import SHIPPED_CALENDARS
from opsdesk.sample import write_sample

HERE = Path(__file__).resolve().parent
OUTPUTS = project.ROOT / "outputs" / "benchmarks"
WORK = OUTPUTS / "work"  # a new folder in it for every run, see README.md
SEGMENTS = ((5, 365), (5_000, 1_100), (20_000, 365))  # how many, and their days
STAGES = ("ingest", "backfill", "transform")
SIZES = (300_000, 3_000_000, 30_000_000)
made: list[Path] = []  # the folders of the runs so far


def export_of(tickets: int) -> Path:
    """The made-up export of that many tickets; written where it is missing."""
    folder = OUTPUTS / "data" / str(tickets)
    if not (folder / "agents_master.csv").exists() or not (folder / "whole").exists():
        write_sample(folder, tickets)
        (folder / "whole").touch()
    return folder / "ops_tickets.csv"


def whole_lines_of(export: Path) -> Path:
    """A copy of a made-up export without its malformed lines: DuckDB can read it without our line reader."""
    copy = OUTPUTS / "data" / f"{export.parent.name}_whole_lines" / export.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(export.with_name("agents_master.csv"), copy.with_name("agents_master.csv"))
    with (
        export.open(encoding="utf-8") as lines,
        copy.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(next(lines))
        file.writelines(
            line
            for line in lines
            if line.endswith('."\n') and line.count(',"') == 1 and ", remote," not in line
        )
    return copy


def size_of(export: Path) -> str:
    """What an export is called in the tables."""
    kind = ", whole lines only" if export.parent.name.endswith("_whole_lines") else ""
    return f"{int(export.parent.name.split('_')[0]):,} tickets{kind}"


def fresh(script: str, export: Path, *more: str) -> Callable[[], list[str]]:
    """A command of `script` on an export that starts with an empty folder each time."""

    def prepare() -> list[str]:
        made.append(Path(tempfile.mkdtemp(dir=WORK)))
        return [sys.executable, str(HERE / script), str(export), str(made[-1]), *more]

    return prepare


def again(export: Path) -> Callable[[], list[str]]:
    """The steps once more, on what the last ones left."""
    return lambda: [sys.executable, str(HERE / "steps.py"), str(export), str(made[-1])]


def median(numbers: Sequence[float]) -> str:
    return f"{statistics.median(numbers):.2f}"


def stage_seconds(runs: Sequence[Measurement], stage: str = "") -> list[float]:
    """Seconds of one stage, or of all, a number a run."""
    return [run.stages.get(stage, 0.0) if stage else run.stage_seconds for run in runs]


def peak(runs: Sequence[Measurement]) -> str:
    return f"{max(run.peak_mb for run in runs):.0f}"


def steps(export: Path, rounds: int) -> str:
    """lib next to the bare script, step by step."""
    found = in_turn({"floor": fresh("floor.py", export), "lib": fresh("steps.py", export)}, rounds)
    rows = [
        (
            stage or "**sum**",
            median(stage_seconds(found["lib"], stage)),
            median(stage_seconds(found["floor"], stage)),
            f"{ratio(stage_seconds(found['lib'], stage), stage_seconds(found['floor'], stage)):.2f}",
        )
        for stage in (*STAGES, "")
    ]
    rows.append(("peak MB", peak(found["lib"]), peak(found["floor"]), ""))
    return markdown(
        (f"{size_of(export)}, {export.stat().st_size / 1e6:.0f} MB", "lib, s", "floor, s", "ratio"),
        rows,
    )


def rerun(export: Path, rounds: int) -> str:
    """The steps again: nothing changed, then one day changed, in two ways; each next to the first run of its round."""
    found = in_turn(
        {
            "first run": fresh("steps.py", export),
            "nothing changed": again(export),
            "one day's tiers changed": again(with_one_day_changed(export, "tier")),
            "one day's resolutions changed": again(with_one_day_changed(export, "resolution")),
        },
        rounds,
    )
    first = stage_seconds(found["first run"])
    rows = [
        (
            label,
            *(median(stage_seconds(runs, stage)) for stage in (*STAGES, "")),
            f"{ratio(stage_seconds(runs), first):.1%}",
        )
        for label, runs in found.items()
    ]
    return markdown(
        (size_of(export), *(f"{stage}, s" for stage in STAGES), "sum, s", "of the first run"), rows
    )


def with_one_day_changed(export: Path, what: str) -> Path:
    """A copy of the export in which the tickets of one day in its middle have another `tier`, or another `resolution` too."""
    changed = OUTPUTS / "data" / f"{export.parent.name}_{what}" / export.name
    changed.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(export.with_name("agents_master.csv"), changed.with_name("agents_master.csv"))
    with (
        export.open(encoding="utf-8", newline="") as lines,
        changed.open("w", encoding="utf-8", newline="") as copy,
    ):
        day = None
        for number, line in enumerate(lines):
            cells = line.split(",", 3)
            if number == int(export.parent.name.split("_")[0]) // 2:
                day = cells[1][:10]
            if day and len(cells) == 4 and cells[1].startswith(day):
                cells[3] = cells[3].replace(",Bronze,", ",Gold,")
                if what == "resolution" and cells[2]:
                    cells[2] = re.sub(
                        r"(\d\d)$", lambda match: f"{(int(match[0]) + 7) % 60:02}", cells[2]
                    )
            copy.write(",".join(cells))
    return changed


def notebooks(export: Path, rounds: int) -> str:
    """The whole `opsdesk run` with its five notebooks next to the steps alone."""
    params = OUTPUTS / "benchmark.yaml"
    agents = export.with_name("agents_master.csv")
    params.write_text(
        f'export: "{export}"\nagents: "{agents}"\nmapping: "ops_tickets"\nas_of: "latest"\ntimezone: "UTC"\n'
    )

    def whole_run() -> list[str]:
        outputs = project.ROOT / "outputs" / params.stem
        if outputs.exists():
            outputs.rename(Path(tempfile.mkdtemp(dir=WORK)) / outputs.name)
        return [str(Path(sys.executable).with_name("opsdesk")), "run", str(params)]

    found = in_turn({"lib": fresh("steps.py", export), "opsdesk run": whole_run}, rounds)
    lib, whole = stage_seconds(found["lib"]), [run.seconds for run in found["opsdesk run"]]
    more = statistics.median(a - b for a, b in zip(whole, lib, strict=True))
    rows = [
        ("lib, the three steps", median(lib), peak(found["lib"])),
        ("`opsdesk run`, five notebooks and the report", median(whole), peak(found["opsdesk run"])),
        ("**more**", f"{more:.2f}", ""),
    ]
    return markdown((size_of(export), "s", "peak MB"), rows)


def scale(exports: Sequence[Path], rounds: int) -> str:
    """The steps at growing sizes; growth is the time against the tickets (1.00 is linear)."""
    rows, before = [], None
    for export in exports:
        tickets = int(export.parent.name.split("_")[0])
        runs = in_turn({f"{tickets:,}": fresh("steps.py", export)}, rounds)[f"{tickets:,}"]
        seconds = statistics.median(stage_seconds(runs))
        growth = f"{seconds / before[1] / (tickets / before[0]):.2f}" if before else ""
        parts = (median(stage_seconds(runs, stage)) for stage in STAGES)
        rows.append(
            (
                f"{tickets:,}",
                f"{export.stat().st_size / 1e6:,.0f}",
                *parts,
                f"{seconds:.2f}",
                growth,
                peak(runs),
            )
        )
        before = (tickets, seconds)
        shutil.rmtree(made[-1])
    return markdown(
        ("tickets", "MB", *(f"{stage}, s" for stage in STAGES), "sum, s", "growth", "peak MB"), rows
    )


def pyspark(export: Path, rounds: int) -> str:
    """The steps next to PySpark jobs written the usual way: the steps or jobs alone, and with the start of their processes."""
    found = in_turn(
        {"lib": fresh("steps.py", export), "PySpark": fresh("pyspark_usual.py", export)}, rounds
    )
    whole = {label: [run.seconds for run in runs] for label, runs in found.items()}
    alone = {label: stage_seconds(runs) for label, runs in found.items()}
    rows = [
        (
            label, median(alone[label]), f"{ratio(alone[label], alone['lib']):.1f}",
            median(whole[label]), f"{ratio(whole[label], whole['lib']):.1f}", peak(runs),
        )
        for label, runs in found.items()
    ]  # fmt: skip
    return markdown(
        (size_of(export), "steps or jobs, s", "times lib", "whole, s", "times lib", "peak MB"), rows
    )


def spark(exports: Sequence[Path], rounds: int) -> str:
    """The engine `spark` next to the warehouse's own and PySpark jobs written the usual way; each with the start of its processes."""
    rows = []
    for export in exports:
        commands = {
            "engine: warehouse": fresh("steps.py", export),
            "engine: spark": fresh("steps.py", export, "spark"),
            "PySpark, the usual way": fresh("pyspark_usual.py", export),
        }
        for label, runs in in_turn(commands, rounds).items():
            parts = (median(stage_seconds(runs, stage)) for stage in STAGES)
            rows.append(
                (size_of(export), label, *parts, median([run.seconds for run in runs]), peak(runs))
            )
    return markdown(("", "", *(f"{stage}, s" for stage in STAGES), "whole, s", "peak MB"), rows)


def segments(rounds: int) -> str:
    """A transform of few segments, and of many: seconds and memory of the whole process."""

    def command(*size: int) -> Callable[[], list[str]]:
        def prepare() -> list[str]:
            made.append(Path(tempfile.mkdtemp(dir=WORK)))
            return [sys.executable, str(HERE / "segments.py"), *map(str, size), str(made[-1])]

        return prepare

    sizes = {f"{many:,} x {days:,}": command(many, days) for many, days in SEGMENTS}
    rows = [
        (label, median(stage_seconds(runs)), peak(runs))
        for label, runs in in_turn(sizes, rounds).items()
    ]
    return markdown(("segments x days", "transform, s", "peak MB"), rows)


def calendars(tickets: int, rounds: int) -> str:
    """A transform round the clock, and by the shipped calendars: seconds of the processor, and memory."""

    def command(calendar: str) -> Callable[[], list[str]]:
        def prepare() -> list[str]:
            made.append(Path(tempfile.mkdtemp(dir=WORK)))
            return [
                sys.executable,
                str(HERE / "calendars.py"),
                str(tickets),
                calendar,
                str(made[-1]),
            ]

        return prepare

    found = in_turn({name or "none": command(name) for name in ("", *SHIPPED_CALENDARS)}, rounds)
    rows = [
        (
            name,
            median(stage_seconds(runs)),
            f"{ratio(stage_seconds(runs), stage_seconds(found['none'])):.2f}",
            peak(runs),
        )
        for name, runs in found.items()
    ]
    return markdown((f"{tickets:,} tickets", "processor, s", "times none", "peak MB"), rows)


def forms(export: Path, rounds: int) -> str:
    """The same export in every form next to CSV: seconds of an ingest, and memory."""
    files = {form: write_form(export, form) for form in FORMS}
    found = in_turn({form: fresh("forms.py", file) for form, file in files.items()}, rounds)
    rows = [
        (
            form, f"{files[form].stat().st_size / 1e6:.0f}", median(stage_seconds(runs, "ingest")),
            f"{ratio(stage_seconds(runs, 'ingest'), stage_seconds(found['csv'], 'ingest')):.1f}",
            median(stage_seconds(runs, "again")), peak(runs),
        )
        for form, runs in found.items()
    ]  # fmt: skip
    return markdown((size_of(export), "MB", "ingest, s", "times CSV", "again, s", "peak MB"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what",
        choices=[
            *("steps", "rerun", "notebooks", "scale", "pyspark", "spark", "segments", "calendars"),
            "forms",
        ],
    )
    parser.add_argument(
        "--tickets", type=int, nargs="+", help="how many; scale and spark take several"
    )
    parser.add_argument(
        "--rounds", type=int, help="how often each command runs (medians are shown)"
    )
    parser.add_argument(
        "--whole-lines", action="store_true", help="leave the malformed lines out of the export"
    )
    chosen = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    if chosen.what == "segments":
        print(segments(chosen.rounds or 1))
        shutil.rmtree(WORK)
        return
    if chosen.what == "calendars":
        print(calendars((chosen.tickets or SIZES)[0], chosen.rounds or 5))
        shutil.rmtree(WORK)
        return
    sizes = chosen.tickets or {"scale": SIZES, "spark": SIZES[:2]}.get(chosen.what, SIZES[:1])
    exports = [
        whole_lines_of(export_of(size)) if chosen.whole_lines else export_of(size) for size in sizes
    ]
    if chosen.what in ("scale", "spark"):
        print(globals()[chosen.what](exports, chosen.rounds or 1))
    else:
        usual = 1 if chosen.what in ("pyspark", "forms") else 5
        print(globals()[chosen.what](exports[0], chosen.rounds or usual))
    shutil.rmtree(WORK)


if __name__ == "__main__":
    main()
