"""Writing the lake: changed days only, and each month's manifest after its days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from opsdesk.ingest.kept_rows import Day, KeptRows, Target
from opsdesk.lake.columns import ticket_column_names
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import DataFile, Manifest
from opsdesk.lake.names import MONTHS_FOLDER, day_file_name, day_of

BATCH = 1_000_000  # rows sorted at a time: bounds memory
Digests = dict[str, Any]  # by day; `Day.recorded`, as the lake's record had it


@dataclass(frozen=True)
class Written:
    """Day files written, unchanged and removed; `digests` says what each day of the lake holds."""

    counts: dict[str, int]
    digests: Digests


def write_days(target: Target, lake: Lake, trusted: Digests, work: Path) -> Written:
    """Bring every month of the lake to `target`: write the days that differ, remove the others.

    Args:
        trusted: what the days of the lake hold, as far as that is certain.
        work: a folder for sorted copies.
    """
    manifests = lake.manifests(skip_unreadable=True, folders=(MONTHS_FOLDER,))
    present = [day_of(name) for name in lake.day_files()]
    files = _unchanged(target, _sound_files(lake, manifests), trusted)
    changed = {day: content for day, content in target.days.items() if day not in files}
    months = _by_month([*files, *changed])
    commits = _Commits(lake, manifests, _by_month(present))
    last_days = {day[:7]: day for day in changed}
    for day, content in _contents(target.rows, changed, work):
        month = day[:7]
        files[day] = lake.write_file(month, f"{day}.csv", changed[day].rows, content)
        if day == last_days[month]:
            commits.commit(month, [files[day] for day in months[month]])
    for month in sorted(commits.months - last_days.keys()):
        commits.commit(month, [files[day] for day in months.get(month, [])])
    counts = {
        "written": len(changed),
        "unchanged": len(target.days) - len(changed),
        "removed": len(set(present) - files.keys()),
    }
    untouched = {day: trusted[day] for day in trusted if day in files}
    digests = untouched | {day: content.recorded for day, content in target.days.items()}
    return Written(counts, dict(sorted(digests.items())))


def _sound_files(lake: Lake, manifests: dict[str, Manifest]) -> dict[str, DataFile]:
    """Return the files in manifests, by day, that are what their manifests say."""
    faults = lake.faults(manifests)
    files = (file for manifest in manifests.values() for file in manifest.files)
    return {file.day: file for file in files if day_file_name(file.day) not in faults}


def _unchanged(target: Target, sound: dict[str, DataFile], trusted: Digests) -> dict[str, DataFile]:
    """Return the files, by day, that stay: of untouched days, and of days that hold the target."""
    touched = sound.keys() if target.touched is None else target.touched
    files = {day: file for day, file in sound.items() if day not in touched}
    for day, content in target.days.items():
        is_sound = day in sound and sound[day].rows == content.rows
        if is_sound and trusted.get(day) == content.recorded:
            files[day] = sound[day]
    return files


class _Commits:
    """Commits months of a lake, given its old manifests and the days that have a file."""

    def __init__(
        self, lake: Lake, manifests: dict[str, Manifest], present: dict[str, list[str]]
    ) -> None:
        self._lake = lake
        self._manifests = manifests
        self._present = present

    @property
    def months(self) -> set[str]:
        """Return the months that the lake has."""
        return self._manifests.keys() | self._present.keys()

    def commit(self, month: str, files: list[DataFile]) -> None:
        """Write a month's manifest if it changed, then remove the files that are not in it."""
        manifest = Manifest(month, tuple(files))
        if manifest != self._manifests.get(month, Manifest(month)):
            self._lake.write_manifest(manifest)
        days = {file.day for file in files}
        for day in self._present.get(month, []):
            if day not in days:
                self._lake.store.delete(day_file_name(day))


def _by_month(days: Iterable[str]) -> dict[str, list[str]]:
    months = groupby(sorted(days), key=lambda day: day[:7])
    return {month: list(group) for month, group in months}


def _contents(rows: KeptRows, changed: dict[str, Day], work: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each changed day with the bytes of its file, in order.

    Many days are sorted at once, and the text is cut by their counts of lines.
    """
    header = (",".join(ticket_column_names()) + "\n").encode()
    sorted_file = work / "sorted.csv"
    for days in _batches(changed):
        rows.write_sorted(days, sorted_file)
        with sorted_file.open("rb", buffering=1 << 20) as file:
            for day in days:
                yield day, header + b"".join(islice(file, changed[day].lines))
        sorted_file.unlink()


def _batches(changed: dict[str, Day]) -> Iterator[list[str]]:
    """Yield the changed days in order: whole months together, about BATCH rows at a time."""
    batch: list[str] = []
    rows = 0
    for month in _by_month(changed).values():
        batch += month
        rows += sum(changed[day].rows for day in month)
        if rows >= BATCH:
            yield batch
            batch = []
            rows = 0
    if batch:
        yield batch
