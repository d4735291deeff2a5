"""The wall between ticket text and the report: what comes through it cannot act in a browser.

Prose is Markdown without HTML, a table keeps only the markup of tables, a picture is a PNG. nh3
(the library ammonia of Rust) parses HTML as browsers do and writes it again from what is allowed.
"""

import re
from base64 import b64decode, b64encode

import mistune
import nh3
from markupsafe import Markup

from opsdesk.errors import OpsdeskError

PNG_START = b"\x89PNG\r\n\x1a\n"
TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
TEXT = {"p", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "br", "hr"}
SPANS = {"colspan", "rowspan"}
# How a cell looks decides how it is aligned, by the class in the template.
NUMBER_CELL = re.compile(r"<td>([-+]?\d[\d,.]*%?)</td>")
BLANK_CELL = re.compile(r"<td>(–|)</td>")
FIRST_HEADING = re.compile(r"<(/?)h1>")
SHORT_CELL = re.compile(r"<td>([\w-]{1,12})</td>")  # a date or a code: stays on one line


def _cleaner(tags: set[str]) -> nh3.Cleaner:
    """Return a cleaner that keeps these tags with their spans, and of others their text only."""
    return nh3.Cleaner(
        tags=tags,
        attributes={"th": SPANS, "td": SPANS},
        clean_content_tags={"script", "style"},
        strip_comments=True,
        link_rel=None,
    )


prose_as_html = mistune.create_markdown(escape=True, plugins=["table"])
prose_cleaner = _cleaner(TABLE | HEADINGS | TEXT)
table_cleaner = _cleaner(TABLE)


def clean_prose(markdown: str) -> Markup:
    """Return Markdown as HTML; HTML in it is shown as text, a link is its words, an image goes.

    A first heading becomes a second one, because the title of the report is the only first one.
    """
    html = str(prose_as_html(markdown))
    clean = prose_cleaner.clean(html)
    return Markup(FIRST_HEADING.sub(r"<\1h2>", clean))


def clean_table(html: str) -> Markup:
    """Return the HTML of a frame as the markup of tables and the text in it, nothing else.

    Scripts and styles go with all that is inside them.
    """
    table = table_cleaner.clean(html)
    table = NUMBER_CELL.sub(r'<td class="number">\1</td>', table)
    table = BLANK_CELL.sub(r'<td class="blank">\1</td>', table)
    table = SHORT_CELL.sub(r'<td class="short">\1</td>', table)
    return Markup(table)


def checked_png(encoded: str) -> str:
    """Return the same picture, encoded again: only a PNG can get into an attribute of the page.

    Raises:
        OpsdeskError: it is not a PNG in base64.
    """
    try:
        png = b64decode("".join(encoded.split()), validate=True)  # notebooks break long lines
    except ValueError:
        png = b""
    if not png.startswith(PNG_START):
        raise OpsdeskError(
            "A picture in a notebook is not a PNG, so there is no report: run the notebook again."
        )
    return b64encode(png).decode("ascii")
