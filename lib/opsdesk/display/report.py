"""The report of a run: one HTML file that a manager can open from a mail.

It is made from the executed notebooks of the run. A cell goes in if it carries the tag `report`: a markdown cell as
prose; a code cell by its outputs and never by its code, together with the prose right above it. A second tag `headline`
shows the table of the cell as tiles.
The cells of 04_trends come first, then those of the other notebooks in their order, such as what 01_ingest rejected.

Whatever a ticket, an agent or a parameter is called, it stays text: prose is Markdown without HTML, tables keep only
the markup of tables, pictures are PNG and inside the file, the template escapes the rest, and the policy in the head
forbids the browser scripts and requests.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from pathlib import Path

import bleach
import jinja2
import mistune
import nbformat
from markupsafe import Markup

from opsdesk.errors import OpsdeskError

LAST_FIRST = "04_trends"
PNG_START = b"\x89PNG\r\n\x1a\n"
TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
PROSE = TABLE | {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "br",
    "hr",
}
NUMBER_CELL = re.compile(r"<td>([-+]?\d[\d,.]*%?)</td>")
BLANK_CELL = re.compile(r"<td>(–|)</td>")
SHORT_CELL = re.compile(r"<td>([\w-]{1,12})</td>")  # a date or a code: kept on one line
SPANS = {"th": ["colspan", "rowspan"], "td": ["colspan", "rowspan"]}

prose_as_html = mistune.create_markdown(escape=True, plugins=["table"])


def write_report(run_folder: Path, title: str, parameters: dict, steps: list[dict]) -> Path:
    """Write `report.html` into the folder of a run, from the executed notebooks that lie there.

    Args:
        run_folder: where 01_ingest.ipynb to 04_trends.ipynb lie; any of them may be missing.
        title: what the report is called.
        parameters: every parameter of the run and its value.
        steps: one dict a step, with step (its name), seconds (None if it did not run) and status.
    """
    notebooks = sorted(
        run_folder.glob("0*.ipynb"), key=lambda path: (path.stem != LAST_FIRST, path.stem)
    )
    template = _environment().get_template("report.html.j2")
    page = template.render(
        title=title,
        sections=[_section(path) for path in notebooks],
        parameters=parameters,
        steps=steps,
    )
    report = run_folder / "report.html"
    report.write_text(page, encoding="utf-8")
    return report


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("opsdesk.display", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )


def _section(path: Path) -> dict:
    """What one notebook gives to the report: its name, and its blocks in order."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise OpsdeskError(f"{path} is not a notebook, so there is no report: {error}") from None
    pairs = zip(notebook.cells, [*notebook.cells[1:], None], strict=True)
    chosen = [cell for cell, following in pairs if _is_tagged(cell) or _introduces(cell, following)]
    return {"name": path.stem, "blocks": [block for cell in chosen for block in _blocks(cell)]}


def _is_tagged(cell: nbformat.NotebookNode) -> bool:
    return "report" in cell.metadata.get("tags", [])


def _introduces(cell: nbformat.NotebookNode, following: nbformat.NotebookNode | None) -> bool:
    """Whether a cell is the prose right above results that go in."""
    return (
        cell.cell_type == "markdown"
        and following is not None
        and following.cell_type == "code"
        and _is_tagged(following)
    )


def _blocks(cell: nbformat.NotebookNode) -> list[dict]:
    if cell.cell_type == "markdown":
        return [{"kind": "prose", "html": clean_prose(cell.source)}]
    if cell.cell_type != "code":
        return []
    kind = "tiles" if "headline" in cell.metadata.get("tags", []) else "table"
    blocks = [_block(output, kind) for output in cell.outputs]
    return [block for block in blocks if block]


def _block(output: nbformat.NotebookNode, kind: str) -> dict | None:
    """One output: the picture if there is one, else the table, else the text."""
    if output.output_type == "error":
        return {"kind": "text", "text": f"This step failed: {output.ename}: {output.evalue}"}
    if output.output_type == "stream":
        return {"kind": "text", "text": output.text} if output.name == "stdout" else None
    shown = output.data
    if "image/png" in shown:
        alt = output.metadata.get("image/png", {}).get("alt") or shown.get("text/plain", "Chart")
        return {"kind": "chart", "png": checked_png(shown["image/png"]), "alt": alt}
    if "text/html" in shown:
        return {"kind": kind, "html": clean_table(shown["text/html"])}
    if "text/markdown" in shown:
        return {"kind": "prose", "html": clean_prose(shown["text/markdown"])}
    return {"kind": "text", "text": shown["text/plain"]} if "text/plain" in shown else None


def clean_prose(markdown: str) -> Markup:
    """Markdown as HTML: a first heading becomes a second, HTML is shown as text, links and images as their words."""
    html = bleach.clean(prose_as_html(markdown), tags=PROSE, attributes=SPANS, strip=True)
    return Markup(re.sub(r"<(/?)h1>", r"<\1h2>", html))


def clean_table(html: str) -> Markup:
    """The HTML of a frame as the markup of tables and the text in it, nothing else."""
    unstyled = re.sub(r"<style\b.*?</style\s*>", "", html, flags=re.DOTALL | re.IGNORECASE)
    table = bleach.clean(unstyled, tags=TABLE, attributes=SPANS, strip=True)
    aligned = NUMBER_CELL.sub(r'<td class="number">\1</td>', table)
    aligned = BLANK_CELL.sub(r'<td class="blank">\1</td>', aligned)
    return Markup(SHORT_CELL.sub(r'<td class="short">\1</td>', aligned))


def checked_png(encoded: str) -> str:
    """The same picture, encoded anew, so that only a PNG can get into an attribute of the page."""
    try:
        png = b64decode("".join(encoded.split()), validate=True)
    except (Base64Error, ValueError):
        png = b""
    if not png.startswith(PNG_START):
        raise OpsdeskError(
            "A notebook holds a picture that is not a PNG, so there is no report: run the notebook again."
        )
    return b64encode(png).decode("ascii")
