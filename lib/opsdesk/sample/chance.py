"""Chance without a random stream: integer arithmetic scatters a number, equal on every machine."""

from typing import Any

import numpy as np

Integers = np.ndarray[Any, np.dtype[Any]]  # one dimension; of whole numbers, or of truth values

# The place of a purpose decides its draws: add new ones at the end.
PURPOSES = (
    "day",
    "moment",
    "second",
    "priority",
    "category",
    "channel",
    "customer_tier",
    "status",
    "description",
    "pace",
    "weekend",
    "style",
    "assigned",
    "agent",
    "other_agent",
    "dirt",
)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def draw(purpose: str, numbers: Integers, below: int) -> Integers:
    """Return for each number an integer from 0 to `below` - 1 that looks random.

    `below` is at most 2**31. Each purpose has draws of its own. The mixing is that of splitmix64
    (Steele, Lea and Flood, 2014).
    """
    stream = np.uint64(PURPOSES.index(purpose) + 1)
    mixed = (numbers.astype(np.uint64) * np.uint64(len(PURPOSES)) + stream) * GOLDEN
    for shift, factor in MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    mixed ^= mixed >> np.uint64(31)
    # The upper 31 bits, scaled to `below` without a division.
    scaled: Integers = (mixed >> np.uint64(33)) * np.uint64(below) >> np.uint64(31)
    return scaled.astype(np.int64)


def choose(purpose: str, numbers: Integers, weights: dict[str, int]) -> Integers:
    """Return for each number the place in `weights` of a key, each as often as its weight says."""
    bounds = np.cumsum(list(weights.values()))
    return np.searchsorted(bounds, draw(purpose, numbers, int(bounds[-1])), side="right")


def interpolate(places: Integers, knots: tuple[tuple[int, int], ...]) -> Integers:
    """Return whole numbers on the lines between `knots` (place, value).

    Places go from the first knot to before the last.
    """
    at = np.array([place for place, _ in knots], dtype=np.int64)
    values = np.array([value for _, value in knots], dtype=np.int64)
    left = np.searchsorted(at, places, side="right") - 1
    width = at[left + 1] - at[left]
    rise = values[left + 1] - values[left]
    interpolated: Integers = values[left] + rise * (places - at[left]) // width
    return interpolated
