"""Names in the lake: partitions, their folders, their files. No other module spells them out.

A partition is a month of day files ("2023-01"), or the list of agents ("agents").
"""

import re

from opsdesk.marks import mark

MONTHS_FOLDER = "raw"
AGENTS_FOLDER = "agents_data"
REJECTS_FOLDER = "rejects"
WAITING = f"{REJECTS_FOLDER}/_waiting.csv"  # tickets that were created after the run
REMOVED = f"{REJECTS_FOLDER}/_removed.csv"  # tickets whose newest version does not belong here
FOR_DELTAS = (WAITING, REMOVED)  # what the next delta must know
DATA_FOLDERS = (MONTHS_FOLDER, AGENTS_FOLDER)
MARK = mark.NAME  # says that the lake is ours; see marks
RECORD = "_ingest.json"  # what an ingest writes about itself
AGENTS = "agents"  # the partition of the list of agents
AGENTS_FILE = f"{AGENTS_FOLDER}/agents_master.csv"
MANIFEST = re.compile(r"(?:raw/\d{4}/\d\d|agents_data)/_manifest\.json")
REJECT_FILE = re.compile(rf"{REJECTS_FOLDER}/rejects-[0-9a-f]{{8}}\.csv")
DAY_FILE = re.compile(r"raw/(\d{4})/(\d\d)/\1-\2-\d\d\.csv")


def is_month_partition(partition: str) -> bool:
    """Return whether a partition is a month of tickets; if not, it is the list of agents."""
    return partition != AGENTS


def raw_table(partition: str) -> str:
    """Return the table of the warehouse that a partition is loaded into."""
    return "tickets_raw" if is_month_partition(partition) else "agents_raw"


def folder_of(partition: str) -> str:
    """Return the folder of a partition: raw/2023/01, or agents_data."""
    if not is_month_partition(partition):
        return AGENTS_FOLDER
    return f"{MONTHS_FOLDER}/{partition[:4]}/{partition[5:7]}"


def partition_of(name: str) -> str:
    """Return the partition of an object, from its name; the reverse of `folder_of`."""
    if name.startswith(f"{AGENTS_FOLDER}/"):
        return AGENTS
    _, year, month, *_ = name.split("/")
    return f"{year}-{month}"


def manifest_name(partition: str) -> str:
    """Return the name of a partition's manifest."""
    return f"{folder_of(partition)}/_manifest.json"


def month_of(day: str) -> str:
    """Return the month of a day such as 2023-01-31: the partition that its file is in."""
    return day[:7]


def day_file_name(day: str) -> str:
    """Return the name of the file of a day such as 2023-01-31."""
    return f"{folder_of(month_of(day))}/{day}.csv"


def day_of(name: str) -> str:
    """Return the UTC day of a day file, from its name with or without a folder."""
    return name.rsplit("/", 1)[-1].removesuffix(".csv")


def is_manifest(name: str) -> bool:
    """Return whether an object is a manifest."""
    return MANIFEST.fullmatch(name) is not None


def is_day_file(name: str) -> bool:
    """Return whether an object is a day file; files of other names are not ours to touch."""
    return DAY_FILE.fullmatch(name) is not None


def is_data_file(name: str) -> bool:
    """Return whether an object must be in a manifest."""
    return name == AGENTS_FILE or is_day_file(name)


def is_reject_file(name: str) -> bool:
    """Return whether an object has the name of a file of rejected rows."""
    return REJECT_FILE.fullmatch(name) is not None


def is_ours(name: str) -> bool:
    """Return whether an object has a name that we write."""
    is_named = name in (MARK, RECORD, *FOR_DELTAS) or is_manifest(name)
    return is_named or is_data_file(name) or is_reject_file(name)
