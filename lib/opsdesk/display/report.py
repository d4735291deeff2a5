"""The report of a run: one HTML file that a manager can open from a mail.

It is made from the executed notebooks of the run. A cell goes in if it carries the tag `report`:
a markdown cell as prose; a code cell by its outputs, never by its code, with the prose right above
it. A second tag `headline` shows the table of the cell as tiles; `reading` is prose on how to read
a chart, left out where none was drawn. The cells of 04_trends come first, then those of the other
notebooks in their order, such as the rejected rows of 01_ingest. What a cell with the tag `alarm`
shows comes before them all.

Whatever a ticket, an agent or a parameter is called, it stays text. `clean_html` makes that so for
prose and tables, pictures are PNG and inside the file, and the template escapes the rest. The
policy in the head of the page forbids the browser scripts and requests.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import jinja2
import nbformat

from opsdesk.display.clean_html import checked_png, clean_prose, clean_table
from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import redacted, redacted_values

LAST_FIRST = "04_trends"
BROKEN = (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError)
Cell = nbformat.NotebookNode
# kind (prose, table, tiles, alarm, chart, note, text) and what the template shows of it
Block = dict[str, str]


def write_report(
    run_folder: Path,
    title: str,
    parameters: Mapping[str, object],
    steps: Sequence[Mapping[str, object]],
) -> Path:
    """Write `report.html` into the folder of a run, from the executed notebooks in it.

    Args:
        run_folder: the folder of 01_ingest.ipynb to 04_trends.ipynb; any of them may be missing.
        title: the heading of the report.
        parameters: every parameter of the run and its value.
        steps: one per step, with step (its name), seconds (None if it did not run) and status.

    Raises:
        OpsdeskError: a file is not a notebook, or a picture in it is not a PNG.
    """
    notebooks = sorted(run_folder.glob("0*.ipynb"), key=_order)
    sections = [_section(path) for path in notebooks]
    template = _environment().get_template("report.html.j2")
    page = template.render(
        title=title,
        alarms=[block for blocks in sections for block in blocks if block["kind"] == "alarm"],
        sections=sections,
        parameters=redacted_values(dict(parameters)),
        steps=steps,
    )
    report = run_folder / "report.html"
    report.write_text(page, encoding="utf-8")
    return report


def _order(notebook: Path) -> tuple[bool, str]:
    return notebook.stem != LAST_FIRST, notebook.stem


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("opsdesk.display", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )


def _section(path: Path) -> list[Block]:
    """Return the blocks that one notebook gives to the report, in order."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except BROKEN as error:
        raise OpsdeskError(f"{path} is not a notebook, so there is no report: {error}") from None
    cells = notebook.cells
    blocks: list[Block] = []
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if "reading" in _tags(cell) and not _has_chart(blocks):
            continue
        if _is_tagged(cell) or _introduces(cell, following):
            blocks += (block for block in _blocks(cell) if not _was_said(block, blocks))
    return blocks


def _since_prose(blocks: list[Block]) -> list[Block]:
    """Return the blocks after the last prose."""
    latest = takewhile(lambda block: block["kind"] != "prose", reversed(blocks))
    return list(latest)


def _has_chart(blocks: list[Block]) -> bool:
    return any(block["kind"] == "chart" for block in _since_prose(blocks))


def _was_said(block: Block, blocks: list[Block]) -> bool:
    """Return whether a note says what the one before it, of another chart, has just said."""
    return block["kind"] == "note" and block in _since_prose(blocks)


def _is_tagged(cell: Cell) -> bool:
    return "report" in _tags(cell)


def _tags(cell: Cell) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _introduces(cell: Cell, following: Cell | None) -> bool:
    """Return whether a cell is the prose right above results that go in, in its place."""
    if following is None or cell.cell_type != "markdown":
        return False
    is_alarm = "alarm" in _tags(following)  # shown at the top, without its prose
    return following.cell_type == "code" and _is_tagged(following) and not is_alarm


def _blocks(cell: Cell) -> list[Block]:
    if cell.cell_type == "markdown":
        return [_prose(cell.source)]
    if cell.cell_type != "code":
        return []
    tags = _tags(cell)
    kind = "tiles" if "headline" in tags else "alarm" if "alarm" in tags else "table"
    blocks = (_block(output, kind) for output in cell.outputs)
    return [block for block in blocks if block]


def _block(output: nbformat.NotebookNode, kind: str) -> Block | None:
    """Return one output: an error or printed text as text, else its richest form."""
    if output.output_type == "error":
        return _text(f"This step failed: {output.ename}: {output.evalue}")
    if output.output_type == "stream":
        is_shown = output.name == "stdout"  # warnings of libraries are no result
        return _text(output.text) if is_shown else None
    return _rich_block(output.data, output.metadata, kind)


def _rich_block(shown: Mapping[str, Any], about: Mapping[str, Any], kind: str) -> Block | None:
    """Return the picture if there is one, else the table, else the text."""
    if "image/png" in shown:
        png = checked_png(shown["image/png"])
        alt = about.get("image/png", {}).get("alt")
        return {
            "kind": "chart",
            "png": png,
            "alt": alt or shown.get("text/plain", "Chart"),
        }
    if "text/html" in shown:
        return {"kind": kind, "html": clean_table(shown["text/html"])}
    if "text/markdown" in shown:
        return _prose(shown["text/markdown"]) | {"kind": "note"}
    if "text/plain" in shown:
        return _text(shown["text/plain"])
    return None


def _prose(markdown: str) -> Block:
    return {"kind": "prose", "html": clean_prose(markdown)}


def _text(text: str) -> Block:
    return {"kind": "text", "text": redacted(text)}
