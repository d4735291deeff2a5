"""The back-test of the forecast: at the ends of past days, with what was known then."""

from dataclasses import dataclass

import numpy as np

from opsdesk.foresight.bands import Bands, bands_at, known_errors
from opsdesk.foresight.flows import ERRORS, HORIZON, ORIGINS, Flows, Numbers
from opsdesk.foresight.level import level_path
from opsdesk.foresight.structural import structural_path
from opsdesk.foresight.usual_week import FIRST_ORIGIN
from opsdesk.foresight.whole_numbers import WHOLE, Path

LEVEL = "level"
STRUCTURAL = "structural"
COMPARED = 56  # past origins that choose the method
LEAST_ORIGINS = 14
CLEARLY = 0.9  # structural must err by less than this part of what level errs by


@dataclass(frozen=True)
class Outlooks:
    """What both methods would have forecast at the end of each past day, next to what came.

    `origins` are numbers of days, one after the other; the last is the last day of the data. All
    numbers of tickets are whole millionths. `came` is by origin and day ahead, -1 where it is not
    known yet. `chosen` is the method by origin.
    """

    origins: Numbers
    paths: dict[str, Path]
    backlog: Numbers
    came: Numbers
    chosen: tuple[str, ...]

    @property
    def last(self) -> int:
        """Return the position of the last origin, from which the forecast is made."""
        return len(self.origins) - 1

    def errors(self, method: str) -> Numbers:
        """Return absolute errors by origin and day ahead; where nothing came yet, any number."""
        off: Numbers = np.abs(self.paths[method].backlog - self.came)
        return off

    @property
    def simple_errors(self) -> Numbers:
        """Return the absolute errors of "the backlog stays as it is"."""
        off: Numbers = np.abs(self.backlog[:, None] - self.came)
        return off

    def bands(self, position: int) -> Bands:
        """Return the bands around the forecast of one origin."""
        return bands_at(self.errors(self.chosen[position]), position)

    def tested(self, horizon: int) -> range:
        """Return the positions of the last origins whose outcome is known at this horizon."""
        end = self.last - horizon + 1
        return range(max(end - ERRORS, 0), max(end, 0))


def look_ahead(flows: Flows) -> Outlooks | None:
    """Return the outlooks at the end of the last days; None before the 28th day of the data."""
    days = len(flows.inflow)
    origins = np.arange(max(FIRST_ORIGIN, days - ORIGINS), days)
    if not len(origins):
        return None
    paths = {LEVEL: level_path(flows, origins), STRUCTURAL: structural_path(flows, origins)}
    backlog = np.rint(flows.backlog).astype(np.int64) * WHOLE
    ahead = origins[:, None] + 1 + np.arange(HORIZON)
    came = np.where(ahead < days, backlog[np.minimum(ahead, days - 1)], -1)
    errors = {method: np.abs(path.backlog - came) for method, path in paths.items()}
    chosen = tuple(_choose(errors, position) for position in range(len(origins)))
    return Outlooks(origins, paths, backlog[origins], came, chosen)


def _choose(errors: dict[str, Numbers], position: int) -> str:
    """Return the method by what is known at an origin: structural where it is clearly better."""
    of_level = known_errors(errors[LEVEL], position, HORIZON, COMPARED)
    of_structural = known_errors(errors[STRUCTURAL], position, HORIZON, COMPARED)
    if len(of_level) < LEAST_ORIGINS:
        return LEVEL
    return STRUCTURAL if of_structural.mean() < CLEARLY * of_level.mean() else LEVEL
