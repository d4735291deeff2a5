"""Chance without a random stream: a number is scattered by integer arithmetic, the same on every machine."""

import numpy as np

PURPOSES = (
    "day", "moment", "second", "priority", "category", "channel", "customer_tier", "status", "description", "pace",
    "weekend", "style", "assigned", "agent", "other_agent", "dirt",
)  # fmt: skip
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def draw(purpose: str, numbers: np.ndarray, below: int) -> np.ndarray:
    """For each number an integer from 0 to `below` - 1 that looks random; `below` is at most 2**31.

    The mixing is splitmix64's. Each purpose has draws of its own.
    """
    mixed = (
        numbers.astype(np.uint64) * np.uint64(len(PURPOSES))
        + np.uint64(PURPOSES.index(purpose) + 1)
    ) * GOLDEN
    for shift, factor in MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    mixed ^= mixed >> np.uint64(31)
    return ((mixed >> np.uint64(33)) * np.uint64(below) >> np.uint64(31)).astype(np.int64)


def choose(purpose: str, numbers: np.ndarray, weights: dict[str, int]) -> np.ndarray:
    """For each number the place in `weights` of one of its keys, each as often as its weight says."""
    bounds = np.cumsum(list(weights.values()))
    return np.searchsorted(bounds, draw(purpose, numbers, int(bounds[-1])), side="right")


def interpolate(places: np.ndarray, knots: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Whole numbers on the lines between `knots` (place, value), for places from the first knot to before the last."""
    at, values = (np.array(side, dtype=np.int64) for side in zip(*knots, strict=True))
    left = np.searchsorted(at, places, side="right") - 1
    return values[left] + (values[left + 1] - values[left]) * (places - at[left]) // (
        at[left + 1] - at[left]
    )
