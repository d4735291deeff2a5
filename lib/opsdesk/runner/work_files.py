"""The folder work/ of a run: work_next as CSV files, one for all and one for each agent."""

import hashlib
import re
import shutil
from pathlib import Path

import pandas as pd

from opsdesk.config.parameters import Parameters
from opsdesk.display.query_output import csv_text, neutralised
from opsdesk.errors import OpsdeskError
from opsdesk.foresight.published import with_probability
from opsdesk.google.connection import GoogleConnection
from opsdesk.trends.work import read_work
from opsdesk.warehouse.open import open_warehouse

FOLDER = "work"
ALL = "all.csv"
INDEX = "agents.csv"
LONGEST = 40  # characters of an agent's id in a file's name


def write_work(folder: Path, parameters: Parameters) -> str:
    """Write work_next into the folder of a run; return what was written, in a sentence.

    Raises:
        OpsdeskError: the warehouse cannot be read, or has no such table.
        OSError: a file cannot be written. There is no folder work/ then.
    """
    google = GoogleConnection.of(parameters.block("google"))
    warehouse = open_warehouse(parameters.values["warehouse"], google)
    rows = with_probability(warehouse, read_work(warehouse))
    new = folder / f".{FOLDER}.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    agents = _write_files(rows, new)
    new.rename(folder / FOLDER)
    place = folder / FOLDER / ALL
    return f"Work on first: {len(rows):,} tickets in order, {agents:,} agents: {place}"


def work_sentence(folder: Path, parameters: Parameters) -> str:
    """Return what `write_work` says; what cannot be written is no reason to fail a good run."""
    try:
        return write_work(folder, parameters)
    except OpsdeskError as error:
        return f"The files of work_next could not be written: {error}"
    except OSError as error:
        return f"The files of work_next could not be written: {error.strerror or error}."


def file_of(agent: str) -> str:
    """Return the name of an agent's file: no id reaches a path as it is.

    The digest makes it unique where two ids look alike, and the same in every run.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", agent.lower()).strip("-")[:LONGEST]
    digest = hashlib.sha256(agent.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"agent-{plain}-{digest}.csv" if plain else f"agent-{digest}.csv"


def _write_files(rows: pd.DataFrame, folder: Path) -> int:
    """Write one file for all, one per agent, and their index; return how many agents."""
    safe = neutralised(rows)
    _write(safe, folder / ALL)
    index = []
    for agent, places in rows.groupby("agent_id", sort=True).indices.items():
        name = file_of(str(agent))
        _write(safe.iloc[places], folder / name)
        index.append((str(agent), name, len(places)))
    columns = ["agent_id", "file", "tickets"]
    _write(neutralised(pd.DataFrame(index, columns=columns)), folder / INDEX)
    return len(index)


def _write(rows: pd.DataFrame, path: Path) -> None:
    path.write_text(csv_text(rows), encoding="utf-8", newline="")
