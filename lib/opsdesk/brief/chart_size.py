"""The two sizes of each drawing: the page shows the one that fits, at its own size of letters."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

TOP = 12  # pixels
GAP = 16
BOTTOM = 30


@dataclass(frozen=True)
class Size:
    """Pixels of a drawing and of the letters in it; `tall` multiplies the heights of panels."""

    name: str
    width: int
    left: int
    right: int
    font: float
    tall: float

    @property
    def is_wide(self) -> bool:
        """Return whether there is room for whole words."""
        return self.name == "wide"

    @property
    def between(self) -> str:
        """Return what is between a name and its value."""
        return " " if self.is_wide else "\n"

    def figure(self, *heights: int) -> tuple[Figure, list[Axes]]:
        """Return a figure with one panel per height, one below the other.

        All charts have the same left and right edges.
        """
        pixels = [round(height * self.tall) for height in heights]
        total = TOP + sum(pixels) + GAP * (len(pixels) - 1) + BOTTOM
        figure = Figure(figsize=(self.width / 72, total / 72), dpi=72)
        panels: list[Axes] = []
        y = TOP
        for height in pixels:
            inner = self.width - self.left - self.right
            box = (
                self.left / self.width,
                1 - (y + height) / total,
                inner / self.width,
                height / total,
            )
            panels.append(figure.add_axes(box, sharex=panels[0] if panels else None))
            y += height + GAP
        return figure, panels


WIDE = Size("wide", width=1136, left=58, right=150, font=14, tall=1)
NARROW = Size("narrow", width=358, left=48, right=86, font=12, tall=0.7)
