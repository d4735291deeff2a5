"""`opsdesk map`: looks at a file, says what it understood, writes a mapping and a params file."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from opsdesk import project
from opsdesk.config.locations import is_in_bucket
from opsdesk.errors import OpsdeskError
from opsdesk.guess import shown
from opsdesk.guess.files import params_path, refuse_existing, safe_name, write_files
from opsdesk.guess.find import find
from opsdesk.guess.findings import Findings
from opsdesk.guess.known_forms import find_nearly_known
from opsdesk.guess.lines import report
from opsdesk.guess.table import open_table
from opsdesk.ingest.mapping_checks import REQUIRED
from opsdesk.ingest.source_files import WILD, find_files

MEANING = {
    "ticket_id": "what tells tickets apart",
    "created_at": "when a ticket was created",
    "resolved_at": "when a ticket was resolved",
}


def map_export(export: str, name: str, say: Callable[[str], None]) -> None:
    """Say what a file holds, and write what a run needs.

    Args:
        export: the file, as a params file names it.
        name: the name of what is written, "" to make one of the file's name.
        say: prints a line.

    Raises:
        OpsdeskError: the file cannot be read or understood, or one that would be written exists.
    """
    if not any(sign in export for sign in WILD) and not is_in_bucket(export):
        _refuse_missing(project.resolve(export), export)
    files = find_files(export)
    if len(files) > 1:
        raise OpsdeskError(
            f"{export} names {len(files)} files: map one of them, then write the pattern as "
            "`export` into the params file."
        )
    name = safe_name(name, files[0].name)
    refuse_existing(params_path(name))
    with tempfile.TemporaryDirectory(prefix="opsdesk-map-") as folder:
        work = Path(folder)
        with open_table(files[0].fetch(work), work, files[0].shown) as table:
            found = find(table)
    # what follows asks no more questions on the cells
    for line in report(found):
        say(line)
    _refuse_incomplete(found)
    written = write_files(found, name, export)
    say("")
    say(f"Wrote {' and '.join(project.shown(path) for path in written)}.")
    say(f"Next: opsdesk run params/{name}.yaml")


def _refuse_missing(path: Path, export: str) -> None:
    if not path.exists():
        raise OpsdeskError(
            f"There is no file {export} (looked for {path}): write its path from where you are, "
            "or from the project folder."
        )


def _refuse_incomplete(found: Findings) -> None:
    missing = [target for target in REQUIRED if target not in found.sources]
    if not missing:
        return
    hint = find_nearly_known(found.table.header, found.table.shown)
    wanted = " and ".join(f"{target} ({MEANING[target]})" for target in missing)
    raise OpsdeskError(
        f"No column of {shown.name(found.table.shown)} could be recognised as {wanted}, so "
        "nothing was written: export it again with that column, or write a mapping by hand. "
        f"{hint}".rstrip()
    )
