"""The files that are written, params/NAME.yaml and params/mappings/NAME.yaml, and their name."""

import re
import unicodedata
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.guess.findings import Findings
from opsdesk.guess.mapping_text import adapted_text, guessed_text, quoted
from opsdesk.guess.words import german
from opsdesk.ingest.mapping import mappings_folder, read_mapping

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
ENDINGS = (".gz", ".zip", ".csv", ".xlsx", ".json", ".ndjson", ".jsonl", ".parquet", ".txt", ".tsv")
PARAMS = """# Written by `opsdesk map`. Look at it, and at its mapping {mapping}, then type:
#   opsdesk run params/{name}.yaml
# Every value is text in quotes. Paths start at the project folder.
export: {export}
mapping: {mapping_name}

# Optional: a CSV of the people who work on tickets (agent_id, name, team, ...). Empty: none.
agents: ""

# "full": the file holds every ticket there is. "delta": only new and changed tickets.
export_kind: "full"

# {zone_note}
timezone: {timezone}

# Up to which moment the tables look: "latest" is the last event in the data.
as_of: "latest"

# Results go to outputs/{name}. To name other places:
# lake: "outputs/{name}/lake"
# warehouse: "duckdb:outputs/{name}/opsdesk.duckdb"
"""
DECIDE = (
    "Decide: the zone of the times in the export, which name none, and of your team's days, "
    "such as Europe/Berlin."
)
DAYS = "Where a day begins and ends in the tables: the zone that your team works in."


def safe_name(name: str, file_name: str) -> str:
    """Return the name of the files: the one that was given, or one made of the export's.

    Raises:
        OpsdeskError: the one that was given cannot be the name of a file everywhere.
    """
    if name and not NAME.fullmatch(name):
        raise OpsdeskError(
            f"--name {name[:100]!r}: write letters, digits, - and _ (60 at most), such as "
            "helpdesk_2024."
        )
    return name or _made_of(file_name)


def _made_of(file_name: str) -> str:
    stem = file_name
    while stem.lower().endswith(ENDINGS):
        stem = stem.rsplit(".", 1)[0]
    plain = unicodedata.normalize("NFKD", german(stem)).encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:60] or "export"


def params_path(name: str) -> Path:
    """Return where the params file goes."""
    return project.ROOT / "params" / f"{name}.yaml"


def refuse_existing(path: Path) -> None:
    """Refuse to write over a file.

    Raises:
        OpsdeskError: it is there.
    """
    if path.exists() or path.is_symlink():
        raise OpsdeskError(
            f"{project.shown(path)} is there already, and is not written over: give --name "
            "another name, or remove it."
        )


def write_files(found: Findings, name: str, export: str) -> list[Path]:
    """Write the mapping, where one is needed, and the params file; return them in this order.

    Raises:
        OpsdeskError: one of them exists, or cannot be written.
    """
    mapping_file = mappings_folder() / f"{name}.yaml"
    mapping_name = name
    written: dict[Path, str] = {}
    if found.form and not found.adapted:
        mapping_name = found.form.mapping.name
        mapping_file = found.form.mapping.path
    elif found.form:
        written[mapping_file] = adapted_text(found, found.form.mapping)
    else:
        written[mapping_file] = guessed_text(found)
    written[params_path(name)] = PARAMS.format(
        name=name,
        export=quoted(export),
        mapping=project.shown(mapping_file),
        mapping_name=quoted(mapping_name),
        timezone=quoted(found.zone or "UTC"),
        zone_note=DECIDE if found.needs_zone else DAYS,
    )
    for path in written:
        refuse_existing(path)
    for path, text in written.items():
        _write(path, text)
    read_mapping(mapping_name)
    return list(written)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # x: never over an existing file
            file.write(text)
    except OSError as error:
        raise OpsdeskError(
            f"{project.shown(path)} could not be written: {error.strerror}."
        ) from None
