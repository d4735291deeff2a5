"""Writing the lake: changed days only, and each month's manifest after its days."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from opsdesk.ingest.day_rows import Day, DayRows, Target
from opsdesk.lake.columns import day_file_columns
from opsdesk.lake.lake import Lake
from opsdesk.lake.manifest import DataFile, Manifest
from opsdesk.lake.names import Series, day_of, month_of, month_of_partition

BATCH = 1_000_000  # rows sorted at a time: bounds memory
Days = dict[str, Day]
Files = dict[str, DataFile]  # by day
Digests = dict[str, Any]  # by day; `Day.recorded`, as a record has it


@dataclass(frozen=True)
class Written:
    """Day files written, unchanged and removed; `digests` says what each day of the lake holds."""

    counts: dict[str, int]
    digests: Digests


def write_days(target: Target, lake: Lake, trusted: Digests, work: Path) -> Written:
    """Bring a series in the lake to `target`: write the days that differ, remove the others.

    Args:
        trusted: what the days of the lake hold, as far as that is certain.
        work: a folder for sorted copies.
    """
    series = target.rows.series
    manifests = lake.manifests(skip_unreadable=True, folders=(series.folder,))
    sound = _sound_files(lake, series, manifests)
    unchanged = _unchanged_files(target, sound, trusted)
    changed = {day: held for day, held in target.days.items() if day not in unchanged}
    months = _Months(lake, series, manifests, unchanged)
    for month, days in groupby(_contents(target.rows, changed, work), key=_month):
        for day, content in days:
            months.write(day, changed[day].rows, content)
        months.commit(month)
    months.commit_others({month_of(day) for day in changed})
    counts = {
        "written": len(changed),
        "unchanged": len(target.days) - len(changed),
        "removed": months.removed,
    }
    return Written(counts, _digests(target, unchanged, trusted))


def _sound_files(lake: Lake, series: Series, manifests: dict[str, Manifest]) -> Files:
    """Return the files in manifests that are what their manifests say."""
    faults = lake.faults(manifests)
    sound = {}
    for manifest in manifests.values():
        for file in manifest.files:
            if series.day_file_name(file.day) not in faults:
                sound[file.day] = file
    return sound


def _unchanged_files(target: Target, sound: Files, trusted: Digests) -> Files:
    """Return the files that stay: of untouched days, and of days that hold the target already."""
    touched = sound.keys() if target.touched is None else target.touched
    files = {day: file for day, file in sound.items() if day not in touched}
    for day, held in target.days.items():
        has_rows = day in sound and sound[day].rows == held.rows
        # the manifest says how many rows, only the record says which
        if has_rows and trusted.get(day) == held.recorded:
            files[day] = sound[day]
    return files


def _digests(target: Target, unchanged: Files, trusted: Digests) -> Digests:
    """Return what each day of the lake holds, as far as it is known, in order."""
    digests = {day: trusted[day] for day in trusted if day in unchanged}
    for day, held in target.days.items():
        digests[day] = held.recorded
    return dict(sorted(digests.items()))


class _Months:
    """The months of a series in a lake while they are written."""

    def __init__(
        self, lake: Lake, series: Series, manifests: dict[str, Manifest], unchanged: Files
    ) -> None:
        self.removed = 0  # day files
        self._lake = lake
        self._series = series
        self._manifests = manifests
        self._files: dict[str, Files] = defaultdict(dict)  # by month: what the manifest will say
        self._present: dict[str, list[str]] = defaultdict(list)  # by month: days that have a file
        for day, file in unchanged.items():
            self._files[month_of(day)][day] = file
        for day in map(day_of, lake.day_files(series)):
            self._present[month_of(day)].append(day)

    def write(self, day: str, rows: int, content: bytes) -> None:
        """Write the file of a day."""
        month = month_of(day)
        part = self._series.partition(month)
        self._files[month][day] = self._lake.write_file(part, f"{day}.csv", rows, content)

    def commit(self, month: str) -> None:
        """Write a month's manifest if it changed, then remove the files that are not in it."""
        files = self._files[month]
        part = self._series.partition(month)
        manifest = Manifest(part, tuple(files[day] for day in sorted(files)))
        if manifest != self._manifests.get(part, Manifest(part)):
            self._lake.write_manifest(manifest)
        # only now: until the manifest was replaced, the old one needs them
        for day in self._present[month]:
            if day not in files:
                self._lake.store.delete(self._series.day_file_name(day))
                self.removed += 1

    def commit_others(self, committed: set[str]) -> None:
        """Commit the months that have no changed day: days of them may have to go."""
        months = set(map(month_of_partition, self._manifests))
        for month in sorted({*months, *self._present} - committed):
            self.commit(month)


def _month(content: tuple[str, bytes]) -> str:
    return month_of(content[0])


def _contents(rows: DayRows, changed: Days, work: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each changed day with the bytes of its file, in order.

    Many days are sorted at once, and the text is cut by their counts of lines: one query per day
    would read all rows each time.
    """
    names = (column.name for column in day_file_columns(rows.series))
    header = (",".join(names) + "\n").encode()
    sorted_file = work / "sorted.csv"
    for days in _batches(changed):
        rows.write_sorted(days, sorted_file)
        with sorted_file.open("rb", buffering=1 << 20) as file:
            for day in days:
                lines = islice(file, changed[day].lines)
                yield day, header + b"".join(lines)
        sorted_file.unlink()


def _batches(changed: Days) -> Iterator[list[str]]:
    """Yield the changed days in order: whole months together, about BATCH rows at a time."""
    batch: list[str] = []
    rows = 0
    for _, days in groupby(sorted(changed), key=month_of):
        month = list(days)
        batch += month
        rows += sum(changed[day].rows for day in month)
        if rows >= BATCH:
            yield batch
            batch = []
            rows = 0
    if batch:
        yield batch
