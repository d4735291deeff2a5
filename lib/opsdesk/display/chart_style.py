"""How every chart looks: sizes, colours, the marks they share, and the picture they become."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter, StrMethodFormatter
from matplotlib.transforms import ScaledTranslation
from PIL import Image

DPI = 160
SIZE = (7.2, 3.9)
BAR_HEIGHT = 0.3
COLOURS = 64  # of the palette of a picture
COMPRESSION = 8  # of 9: the last step takes twice the time for the last hundredth or two

# Okabe and Ito's colours are told apart by colour-blind people; every line has its own dash as well, for grey prints.
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#767676"
# Five steps of viridis: one order from light (young) to dark (old), on a screen and in grey.
AGES = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
BURN_IN = "#e4e4e4"

# A person's matplotlibrc must not change a chart: start from the defaults of matplotlib.
STYLE = {
    key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith("backend")
} | {
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
    "axes.edgecolor": "#555555",
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
    """A chart as PNG bytes, with its title for those who cannot see it; a notebook shows it by itself."""

    png: bytes
    alt: str
    width: int

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict, dict]:
        """What Jupyter shows and stores."""
        shown = {"image/png": b64encode(self.png).decode("ascii"), "text/plain": self.alt}
        return shown, {"image/png": {"alt": self.alt, "width": self.width}}


@styled
def new_axes(bars: pd.DataFrame | None = None) -> Axes:
    """Axes on a figure of their own, as wide as a report; for a frame of bars, as high as its rows and headings."""
    if bars is None:
        return Figure(figsize=SIZE, dpi=DPI).add_subplot()
    rows = len(bars) + (bars["dimension"].nunique() if "dimension" in bars else 0)
    return Figure(figsize=(SIZE[0], 1.6 + BAR_HEIGHT * rows), dpi=DPI).add_subplot()


@styled
def picture(ax: Axes) -> Picture:
    """The figure of `ax` as a picture: the same chart gives the same bytes at any time.

    A palette makes it a quarter of the size, in the notebook that is committed and in the report that is mailed.
    """
    canvas, buffer = FigureCanvasAgg(ax.figure), BytesIO()
    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    pixels = drawn.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    pixels.save(buffer, format="png", compress_level=COMPRESSION)
    return Picture(buffer.getvalue(), ax.get_title(loc="left"), round(pixels.width * 2 / 3))


def mark_limits(ax: Axes, frame: pd.DataFrame, when: str) -> None:
    """Mark what `frame` says about itself: burn-in, the last day if it is not over, and as_of."""
    first, burn_in_until, as_of = (
        frame[when].iloc[0],
        frame["burn_in_until"].iloc[-1],
        frame["as_of"].iloc[-1],
    )
    if burn_in_until >= first:
        label = "burn-in (older tickets missing)"
        ax.axvspan(first, burn_in_until, color=BURN_IN, linewidth=0, zorder=0, label=label)
    if frame["is_partial"].any():
        day = frame.loc[frame["is_partial"], when].iloc[-1]
        ax.axvspan(
            day,
            as_of,
            facecolor="none",
            edgecolor=GREY,
            hatch="////",
            linewidth=0,
            label="last day, not over",
        )
    ax.axvline(as_of, color=GREY, linewidth=1.3, linestyle=(0, (2, 2)))
    ax.set_title(f"┊ as of {as_of:%Y-%m-%d %H:%M}", loc="right")


def finish(ax: Axes, title: str, xlabel: str, ylabel: str, columns: int = 3) -> Axes:
    """Title and, above the data, the legend; axis labels with units."""
    handles, labels = ax.get_legend_handles_labels()
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    rows = -(-len(labels) // columns)
    pad = 8 + 17 * rows
    ax.set_title(title, pad=pad)
    ax.set_title(
        ax.get_title(loc="right"),
        loc="right",
        pad=pad,
        fontsize=11,
        fontweight="normal",
        color="#555555",
    )
    if handles:
        above = ax.transAxes + ScaledTranslation(0, 6 / 72, ax.figure.dpi_scale_trans)
        ax.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            bbox_transform=above,
            ncols=columns,
        )
    return ax


def nothing(ax: Axes, title: str, reason: str) -> Axes:
    """An empty chart that says why it is empty."""
    ax.set_axis_off()
    ax.text(0, 0.9, reason, transform=ax.transAxes, color=GREY, verticalalignment="top")
    ax.set_title(title)
    return ax


def date_axis(ax: Axes, frame: pd.DataFrame, when: str) -> None:
    """A concise date axis from the first row to as_of, and y from 0."""
    locator = dates.AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=True))
    span = frame["as_of"].iloc[-1] - frame[when].iloc[0]
    ax.set_xlim(frame[when].iloc[0] - span / 100, frame["as_of"].iloc[-1] + span / 100)
    if ax.get_yscale() == "linear":
        ax.set_ylim(bottom=0)
    if isinstance(ax.yaxis.get_major_formatter(), ScalarFormatter):
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
