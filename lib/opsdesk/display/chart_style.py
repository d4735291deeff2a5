"""How every chart looks: sizes, colours and fonts, and the picture that a chart becomes."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from opsdesk.display.sentence import Sentence

DPI = 160
SIZE = (7.2, 3.9)  # inches
BAR_HEIGHT = 0.3  # inches
COLOURS = 64  # of the palette of a picture
COMPRESSION = 8  # of 9: the last step takes twice the time for the last hundredth or two

# Colour-blind people can distinguish the colours of Okabe and Ito. For grey prints, every line has
# a dash of its own as well.
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
GREY = "#767676"
DARK_GREY = "#555555"
BURN_IN = "#e4e4e4"
# Five steps of viridis: one order from light (young) to dark (old), on a screen and in grey.
AGES = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")

# A person's matplotlibrc must not change a chart: start from the defaults of matplotlib.
DEFAULTS = {
    key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")
}
STYLE = DEFAULTS | {
    "font.family": ["DejaVu Sans"],
    "font.size": 11.5,
    "axes.titlesize": 13.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.edgecolor": DARK_GREY,
    "grid.color": "#dddddd",
    "lines.linewidth": 2.2,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "legend.handlelength": 1.8,
    "legend.columnspacing": 1.2,
    "legend.borderpad": 0,
    "legend.borderaxespad": 0,
    "hatch.linewidth": 0.8,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.w_pad": 0.1,
}
styled = mpl.rc_context(STYLE)


@dataclass(frozen=True)
class Picture:
    """A chart as PNG bytes with its title as alternative text; a notebook shows it by itself."""

    png: bytes
    alt: str
    width: int

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
        """Return what Jupyter shows and stores."""
        shown = {"image/png": b64encode(self.png).decode("ascii"), "text/plain": self.alt}
        return shown, {"image/png": {"alt": self.alt, "width": self.width}}


@styled
def new_axes(bars: pd.DataFrame | None = None) -> Axes:
    """Return axes on a figure of their own, as wide as a report.

    For a frame of bars they are as high as its rows and headings.
    """
    size = SIZE if bars is None else (SIZE[0], _height_of(bars))
    return Figure(figsize=size, dpi=DPI).add_subplot()


def _height_of(bars: pd.DataFrame) -> float:
    headings = bars["dimension"].nunique() if "dimension" in bars else 0
    return 1.6 + BAR_HEIGHT * (len(bars) + headings)


@styled
def picture(ax: Axes) -> Picture | Sentence:
    """Return the figure of `ax` as a picture: the same chart gives the same bytes at any time.

    A palette makes it a quarter of the size, in the committed notebook and in the mailed report.
    Of a chart with nothing to draw, return the sentence that says why.
    """
    if not ax.axison:
        return Sentence(ax.texts[0].get_text())
    canvas = FigureCanvasAgg(ax.get_figure(root=True))
    canvas.draw()
    pixels = canvas.buffer_rgba()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), pixels).convert("RGB")
    small = drawn.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = BytesIO()
    small.save(buffer, format="png", compress_level=COMPRESSION)
    return Picture(buffer.getvalue(), ax.get_title(loc="left"), round(small.width * 2 / 3))
