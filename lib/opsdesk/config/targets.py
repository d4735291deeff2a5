"""Targets: what a desk wants to keep, as the block `targets:` of a params file says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from opsdesk.config.blocks import hint
from opsdesk.errors import OpsdeskError

ALL = "all"  # the dimension of the whole desk
# what can be a target, and whether a value below it misses it
INDICATORS = {
    "attainment": True,
    "backlog_size": False,
    "past_due": False,
    "p90_hours": False,
    "first_response_hours": False,
}
STOCKS = ("backlog_size", "past_due")
FORM = re.compile(r"(\d+(?:\.\d+)?)(%?)(?:\s+for\s+([a-z][a-z0-9_]*)\s*=\s*(\S.*))?")
EXAMPLE = '"0.9", or "0.9 for priority=High"'


@dataclass(frozen=True)
class Target:
    """A value that an indicator is to keep, of the whole desk or of one segment of a dimension.

    attainment is a share from 0 to 1 and must be at least `value`; the others must be at most
    `value`: tickets, or hours.
    """

    indicator: str
    value: float
    dimension: str = ALL
    segment: str = ""

    @property
    def is_lower_bound(self) -> bool:
        """Return whether a value below the target misses it."""
        return INDICATORS[self.indicator]

    @property
    def is_stock(self) -> bool:
        """Return whether it is a count of tickets at a moment, not of a week."""
        return self.indicator in STOCKS

    def is_met(self, value: float) -> bool:
        """Return whether a value keeps the target; the target itself does."""
        return value >= self.value if self.is_lower_bound else value <= self.value


def read_target(indicator: str, text: str) -> Target:
    """Return a target from its text, such as "0.9" or "0.9 for priority=High".

    Raises:
        OpsdeskError: it is not of that form, or not a share.
    """
    match = FORM.fullmatch(text.strip())
    if not match:
        raise OpsdeskError(f"targets.{indicator}: must be a number such as {EXAMPLE}, got {text!r}")
    number, percent, dimension, segment = match.groups()
    value = float(number) / (100 if percent else 1)
    if indicator == "attainment" and value > 1:
        raise OpsdeskError(f'targets.{indicator}: must be a share such as "0.9" or "90%"')
    if percent and indicator != "attainment":
        raise OpsdeskError(f"targets.{indicator}: must be a number, not a share, got {text!r}")
    return Target(indicator, value, dimension or ALL, (segment or "").strip())


def read_targets(block: Mapping[str, str]) -> list[Target]:
    """Return the targets of a block `targets:`, in the order of INDICATORS.

    Raises:
        OpsdeskError: an indicator that cannot be a target, or a text that is not one.
    """
    for indicator in block:
        if indicator not in INDICATORS:
            raise OpsdeskError(f"targets has no {indicator!r}; {hint(indicator, list(INDICATORS))}")
    return [read_target(name, block[name]) for name in INDICATORS if block.get(name)]


def desk_targets(block: Mapping[str, str]) -> dict[str, float]:
    """Return the targets of the whole desk by indicator, as the charts draw them.

    Raises:
        OpsdeskError: a target that cannot be read.
    """
    return {each.indicator: each.value for each in read_targets(block) if each.dimension == ALL}
