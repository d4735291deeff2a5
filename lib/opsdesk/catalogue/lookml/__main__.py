"""The command `python -m opsdesk.catalogue.lookml DIR`."""

import sys
from pathlib import Path

from opsdesk.catalogue.lookml.model import model_text
from opsdesk.catalogue.lookml.syntax import Lines, block, quoted
from opsdesk.catalogue.lookml.view import view_text
from opsdesk.catalogue.tables import results
from opsdesk.errors import OpsdeskError

MANIFEST = "manifest.lkml"
CONSTANTS = {"connection": "opsdesk", "dataset": "ops_analytics"}


def files() -> dict[str, str]:
    """Return the text of each file of the LookML project by its name."""
    views = {f"{table.name}.view.lkml": view_text(table) for table in results()}
    return {MANIFEST: _manifest(), "opsdesk.model.lkml": model_text(results()), **views}


def write_files(folder: Path) -> list[str]:
    """Write the LookML into a folder and return the names of the files.

    A manifest that is there stays: it has the names of your connection and dataset.

    Raises:
        OpsdeskError: the folder is not there, or cannot be written.
    """
    if not folder.is_dir():
        raise OpsdeskError(f"There is no folder {folder}: make it first.")
    texts = files()
    if (folder / MANIFEST).exists():
        del texts[MANIFEST]
    for name, text in texts.items():
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise OpsdeskError(f"Cannot write {folder / name}: {error.strerror}.") from None
    return list(texts)


def main(arguments: list[str]) -> int:
    """Run the command; return 0, or 1 after an error and 2 after wrong usage, with a sentence."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("Usage: python -m opsdesk.catalogue.lookml DIR", file=sys.stderr)
        return 2
    try:
        written = write_files(Path(arguments[0]))
    except OpsdeskError as error:
        print(f"opsdesk: {error}", file=sys.stderr)
        return 1
    kept = "" if MANIFEST in written else f"; {MANIFEST} stays as it was"
    print(f"Wrote {len(written)} files of LookML{kept}.")
    return 0


def _manifest() -> str:
    constants: Lines = []
    for name, value in CONSTANTS.items():
        constants += ["", *block(f"constant: {name}", quoted("value", value))]
    head = [
        "# Yours to edit: a manifest that is there is never written again.",
        'project_name: "opsdesk"',
    ]
    return "\n".join([*head, *constants]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
