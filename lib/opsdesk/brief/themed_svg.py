"""A matplotlib figure as inline SVG that takes its colours and its font from the page.

A chart is drawn in the placeholder colours below; each becomes a CSS variable, so that one drawing
serves light, dark and print. Text stays text, and the same figure gives the same bytes.
"""

import re
from collections.abc import Mapping
from io import StringIO

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from opsdesk.display.chart_style import DEFAULTS

NAMES = (
    *("ink", "soft", "line", "paper", "card", "in", "out", "bad"),
    *("age1", "age2", "age3", "age4", "age5"),
)
# colours that no chart uses otherwise
COLOURS = {name: f"#0b0b{number:02x}" for number, name in enumerate(NAMES, 1)}
STYLE = DEFAULTS | {
    "svg.fonttype": "none",
    "path.simplify": False,
    "text.parse_math": False,  # a name with dollars is no formula
    "font.family": ["DejaVu Sans"],
    "text.color": COLOURS["ink"],
    "axes.facecolor": "none",
    "figure.facecolor": "none",
}
styled = mpl.rc_context(STYLE)
NO_CLOCK: Mapping[str, None] = dict.fromkeys(("Date", "Creator", "Format", "Type"))

STYLE_SHEET = re.compile(r"<style.*?</style>", re.DOTALL)  # its `*{...}` would style the whole page
USED_ID = re.compile(r"#([\w-]+)")
ID = re.compile(r' id="([^"]*)"')
# The page has its own font, and says once how lines end.
REPEATED = re.compile(
    r'font-family: [^;"]*(; )?|stroke-linecap: square(; )?|stroke-miterlimit: \d+(; )?'
)
NO_TURN = re.compile(r' transform="rotate\(-?0[^"]*"')
DECIMAL = re.compile(r"\d+\.\d+")
BETWEEN_TAGS = re.compile(r">\s+<")
EMPTY_GROUP = re.compile(r"<g></g>|<g/>|<defs></defs>|<defs/>")
DOTS = re.compile(
    r'<g((?: clip-path="[^"]*")?)>((?:<use [^>]*style="([^"]*)"/>)(?:<use [^>]*style="\3"/>)*)</g>'
)
VIEW_BOX = re.compile(r'viewBox="([^"]*)"')


def inline(figure: Figure, name: str, title: str, description: str, css_class: str) -> Markup:
    """Return a figure as one <svg> with a title and a description for screen readers.

    `name` must be unique in the page: every id in the drawing is made from it.
    """
    drawing = _smaller(_saved(figure, name))
    box = VIEW_BOX.search(drawing)
    size = box[1] if box else ""
    head = (
        f'<svg class="{css_class}" viewBox="{size}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>'
    )
    return Markup(head + drawing[drawing.index(">") + 1 :])


def _saved(figure: Figure, name: str) -> str:
    """Return the figure as matplotlib writes it, from its <svg> on."""
    drawn = StringIO()
    # The style of text is read here, not while drawing; the salt makes the ids the same each time.
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        FigureCanvasSVG(figure).print_svg(drawn, metadata=NO_CLOCK)
    text = drawn.getvalue()
    return text[text.index("<svg") :]


def _smaller(svg: str) -> str:
    """Return a drawing without what a page does not need, in the page's colours."""
    svg = STYLE_SHEET.sub("", svg)
    used = set(USED_ID.findall(svg))
    svg = ID.sub(lambda found: found[0] if found[1] in used else "", svg)
    svg = NO_TURN.sub("", REPEATED.sub("", svg))
    svg = DECIMAL.sub(_tenth, svg)
    svg = BETWEEN_TAGS.sub("><", svg).replace("\n", "")
    svg = DOTS.sub(_one_style, svg)
    while svg != (fewer := EMPTY_GROUP.sub("", svg)):
        svg = fewer
    for placeholder, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{placeholder})")
    return svg


def _tenth(found: re.Match[str]) -> str:
    """Return a number to a tenth of a pixel."""
    return f"{float(found[0]):.1f}".removesuffix(".0")


def _one_style(found: re.Match[str]) -> str:
    """Return a group of dots that says their style once."""
    dots = found[2].replace(f' style="{found[3]}"', "")
    return f'<g{found[1]} style="{found[3]}">{dots}</g>'
