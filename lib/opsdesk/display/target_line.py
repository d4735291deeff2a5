"""The line of a target in a chart."""

from matplotlib.axes import Axes

INK = "black"
DOTTED = (0, (1, 1.6))


def draw_target(ax: Axes, target: float | None, shown: str) -> None:
    """Draw a dotted line at a target, with `shown` in the legend; nothing where it is None."""
    if target is None:
        return
    ax.axhline(target, color=INK, linewidth=1.6, linestyle=DOTTED, label=f"target: {shown}")


def at_most_tickets(target: float | None) -> str:
    """Return a target in tickets as the legend shows it."""
    return "" if target is None else f"at most {target:,.0f}"


def at_least_share(target: float | None) -> str:
    """Return a target that is a share as the legend shows it."""
    return "" if target is None else f"at least {round(100 * target, 1):g}%"


def at_most_hours(target: float | None, of_which: str) -> str:
    """Return a target in hours as the legend shows it; `of_which` line it is the target."""
    return "" if target is None else f"{of_which} at most {target:,.6g} h"
