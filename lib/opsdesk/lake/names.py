"""Names in the lake: partitions, their folders, their files. No other module spells them out.

A partition is a month of day files of tickets ("2023-01") or of changes ("events-2023-01"), or the
list of agents ("agents").
"""

import re
from dataclasses import dataclass

from opsdesk.marks import mark


@dataclass(frozen=True)
class Series:
    """Rows that are in one file per UTC day of their `instant`, a column: tickets, or changes.

    Their files are below `folder`, their months are partitions whose names begin with `prefix`, and
    they are loaded into `table`.
    """

    folder: str
    prefix: str
    table: str
    instant: str

    def partition(self, month: str) -> str:
        """Return the partition of a month such as 2023-01."""
        return f"{self.prefix}{month}"

    def month_folder(self, month: str) -> str:
        """Return the folder of a month: raw/2023/01."""
        return f"{self.folder}/{month[:4]}/{month[5:7]}"

    def day_file_name(self, day: str) -> str:
        """Return the name of the file of a day such as 2023-01-31."""
        return f"{self.month_folder(month_of(day))}/{day}.csv"

    def is_day_file(self, name: str) -> bool:
        """Return whether an object is a day file; files of other names are not ours to touch."""
        return re.fullmatch(rf"{self.folder}/{DAY_FILE}", name) is not None


TICKETS = Series("raw", "", "tickets_raw", "created_at")
EVENTS = Series("events", "events-", "events_raw", "at")
SERIES = (TICKETS, EVENTS)
AGENTS_FOLDER = "agents_data"
REJECTS_FOLDER = "rejects"
WAITING = f"{REJECTS_FOLDER}/_waiting.csv"  # tickets that were created after the run
REMOVED = f"{REJECTS_FOLDER}/_removed.csv"  # tickets whose newest version does not belong here
FOR_DELTAS = (WAITING, REMOVED)  # what the next delta must know
DATA_FOLDERS = (TICKETS.folder, AGENTS_FOLDER, EVENTS.folder)
MARK = mark.NAME  # says that the lake is ours; see marks
RECORD = "_ingest.json"  # what an ingest writes about itself
AGENTS = "agents"  # the partition of the list of agents
AGENTS_FILE = f"{AGENTS_FOLDER}/agents_master.csv"
MANIFEST = re.compile(r"(?:(?:raw|events)/\d{4}/\d\d|agents_data)/_manifest\.json")
REJECT_FILE = re.compile(rf"{REJECTS_FOLDER}/(?:event-)?rejects-[0-9a-f]{{8}}\.csv")
DAY_FILE = r"(\d{4})/(\d\d)/\1-\2-\d\d\.csv"  # below the folder of its series


def series_of(partition: str) -> Series | None:
    """Return what a partition is a month of; None for the list of agents."""
    if partition == AGENTS:
        return None
    return EVENTS if partition.startswith(EVENTS.prefix) else TICKETS


def month_of_partition(partition: str) -> str:
    """Return the month of a partition of a series: 2023-01."""
    return partition.removeprefix(EVENTS.prefix)


def raw_table(partition: str) -> str:
    """Return the table of the warehouse that a partition is loaded into."""
    series = series_of(partition)
    return series.table if series else "agents_raw"


def folder_of(partition: str) -> str:
    """Return the folder of a partition: raw/2023/01, events/2023/01, or agents_data."""
    series = series_of(partition)
    return series.month_folder(month_of_partition(partition)) if series else AGENTS_FOLDER


def partition_of(name: str) -> str:
    """Return the partition of an object, from its name; the reverse of `folder_of`."""
    if name.startswith(f"{AGENTS_FOLDER}/"):
        return AGENTS
    folder, year, month, *_ = name.split("/")
    series = EVENTS if folder == EVENTS.folder else TICKETS
    return series.partition(f"{year}-{month}")


def manifest_name(partition: str) -> str:
    """Return the name of a partition's manifest."""
    return f"{folder_of(partition)}/_manifest.json"


def month_of(day: str) -> str:
    """Return the month of a day such as 2023-01-31."""
    return day[:7]


def day_of(name: str) -> str:
    """Return the UTC day of a day file, from its name with or without a folder."""
    return name.rsplit("/", 1)[-1].removesuffix(".csv")


def is_manifest(name: str) -> bool:
    """Return whether an object is a manifest."""
    return MANIFEST.fullmatch(name) is not None


def is_data_file(name: str) -> bool:
    """Return whether an object must be in a manifest."""
    return name == AGENTS_FILE or any(series.is_day_file(name) for series in SERIES)


def is_reject_file(name: str) -> bool:
    """Return whether an object has the name of a file of rejected rows."""
    return REJECT_FILE.fullmatch(name) is not None


def is_ours(name: str) -> bool:
    """Return whether an object has a name that we write."""
    is_named = name in (MARK, RECORD, *FOR_DELTAS) or is_manifest(name)
    return is_named or is_data_file(name) or is_reject_file(name)
