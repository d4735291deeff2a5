"""Draw docs/architecture.svg from the imports: `picture.py` writes it.

Rows are those of the import-linter contract, an arrow is an import. An import that a longer way implies has no arrow.
"""

from pathlib import Path

from import_graph import Graph, Rows, direct_arrows, group, module_graph, read_rows

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
GROUND = (
    "duckdb_file",
    "checksums",
    "instants",
    "project",
    "errors",
    "guards",
)  # every room may import them

# Where a room is drawn: chosen by eye, so that no arrow runs through a box. The rows come from the contract.
COLUMNS = {
    "cli": 2.0,
    "explore": 3.0,
    "session": 2.25,
    "quality": 0.25,
    "dataproc": 0.5,
    "runner": 3.0,
    "workbench": 0.5,
    "steps": 0.5,
    "guess": 1.4,
    "brief": 2.5,
    "ingest": 0.0,
    "spark": 0.82,
    "trends": 1.64,
    "foresight": 2.46,
    "display": 3.28,
    "warehouse": 1.5,
    "work": 2.25,
    "calendars": 3.25,
    "lake": 0.75,
    "googlesql": 2.25,
    "catalogue": 2.75,
    "google": 0.75,
    "config": 0.75,
    "marks": 2.0,
}
# Rooms apart from the rows: (row, column).
APART = {"sample": (1, 3.25), "emulators": (8, -0.5)}

COLUMN_WIDTH = 172
ROW_HEIGHT = 66
BOX_WIDTH = 136
BOX_HEIGHT = 34
LEFT = 184
TOP = 40
WIDTH = 820
STYLE = """
  .paper { fill: #ffffff }
  .box { fill: #eef3fa; stroke: #4a6a94 }
  .apart { fill: #ffffff; stroke: #4a6a94; stroke-dasharray: 4 3 }
  .arrow { fill: none; stroke: #6b7785; stroke-width: 1.4 }
  .tip { fill: #6b7785 }
  text { fill: #1c2733; font: 14px system-ui, sans-serif; text-anchor: middle }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 }
    .box { fill: #1b2636; stroke: #7d9cc6 }
    .apart { fill: #0d1117; stroke: #7d9cc6 }
    .arrow { stroke: #9aa7b5 }
    .tip { fill: #9aa7b5 }
    text { fill: #e6edf3 }
  }"""


def draw(graph: Graph, rows: Rows) -> str:
    """Return the SVG of the rooms in `rows` and of the imports in `graph`, a graph of modules."""
    places = _places(rows)
    ground_row = max(row for row, _ in places.values()) + 1
    rooms = group(graph, [f"opsdesk.{room}" for room in places])
    arrows = [
        (source.removeprefix("opsdesk."), target.removeprefix("opsdesk."))
        for source, target in direct_arrows(rooms)
    ]
    height = TOP + ground_row * ROW_HEIGHT + BOX_HEIGHT + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>The rooms of opsdesk: each imports only from rows below its own</title>",
        f"<style>{STYLE}\n</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        *(_arrow(places[source], places[target]) for source, target in arrows),
        *(_box(room, places[room]) for room in places),
        _ground(ground_row),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _places(rows: Rows) -> dict[str, tuple[int, float]]:
    """Return row and column of each room that is not part of the ground."""
    rooms = [[room.removeprefix("opsdesk.") for room in row] for row in rows]
    above = [row for row in rooms if not set(row) <= set(GROUND)]
    unplaced = [room for row in above for room in row if room not in COLUMNS]
    if unplaced:
        raise SystemExit(f"Choose a column for {', '.join(unplaced)} in benchmarks/picture.py.")
    places = {room: (number, COLUMNS[room]) for number, row in enumerate(above) for room in row}
    return places | APART


def _position(place: tuple[int, float]) -> tuple[float, float]:
    """Return the middle of a box's upper edge."""
    row, column = place
    return LEFT + column * COLUMN_WIDTH, TOP + row * ROW_HEIGHT


def _box(room: str, place: tuple[int, float]) -> str:
    x, y = _position(place)
    kind = "apart" if room in APART else "box"
    return _rectangle(kind, x - BOX_WIDTH / 2, y, BOX_WIDTH) + _text(room, x, y)


def _ground(row: int) -> str:
    y = TOP + row * ROW_HEIGHT
    text = "the ground, for every room: " + ", ".join(GROUND)
    return _rectangle("box", 30, y, WIDTH - 60) + _text(text, WIDTH / 2, y)


def _rectangle(kind: str, x: float, y: float, width: float) -> str:
    size = f'width="{width:g}" height="{BOX_HEIGHT}" rx="6"'
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" {size}/>'


def _text(text: str, x: float, y: float) -> str:
    return f'<text x="{x:g}" y="{y + BOX_HEIGHT / 2 + 5:g}">{text}</text>'


def _arrow(source: tuple[int, float], target: tuple[int, float]) -> str:
    """Return a straight line from the lower edge of one box to the upper edge of another.

    It leaves and arrives a little towards the other box, so that arrows of one box do not share a point.
    """
    x1, y1 = _position(source)
    x2, y2 = _position(target)
    towards = max(-1.0, min(1.0, (x2 - x1) / COLUMN_WIDTH)) * BOX_WIDTH / 4
    start = f"{x1 + towards:g} {y1 + BOX_HEIGHT:g}"
    end = f"{x2 - towards:g} {y2 - 2:g}"
    return f'<path class="arrow" d="M{start}L{end}" marker-end="url(#tip)"/>'


def current_picture() -> str:
    """Return the picture of the tree as it is."""
    return draw(module_graph(ROOT / "lib"), read_rows(ROOT / "pyproject.toml"))


if __name__ == "__main__":
    PICTURE.write_text(current_picture(), encoding="utf-8")
