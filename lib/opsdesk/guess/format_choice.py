"""Which formats are taken for the times of a column, and where a person must decide."""

from dataclasses import dataclass, replace
from functools import cache

from opsdesk.ingest.timestamp_formats import conflicting, is_date_only, is_zoned
from opsdesk.ingest.timestamps_sql import TYPED, TYPED_DATE

FEW = 0.01  # of a column: cells that are typing errors
Pair = tuple[str, str]


@dataclass(frozen=True)
class Times:
    """What reads a column of times.

    `read` of its `filled` cells are read by `formats` and `rivals`. `rivals` are pairs of formats
    that read the same cells differently, where no cell decides; `both` is the number of cells that
    fit both. `decided` are formats that have a rival which some cells refute. `follows` is the
    column whose order of day and month was taken over. `also` is a format with the other order that
    fits all cells too, where a known form says the order. `unread` are cells that no format reads.
    `is_typed`: the file has cells that are dates, which need no format.
    """

    place: int
    filled: int
    formats: tuple[str, ...] = ()
    read: int = 0
    rivals: tuple[Pair, ...] = ()
    both: int = 0
    decided: tuple[str, ...] = ()
    follows: str = ""
    also: str = ""
    unread: tuple[str, ...] = ()
    is_typed: bool = False

    @property
    def share(self) -> float:
        """Return the share of the filled cells that are read."""
        return self.read / self.filled if self.filled else 0.0

    @property
    def written(self) -> tuple[str, ...]:
        """Return the formats that a mapping has to list: typed cells need none."""
        known = (*TYPED, TYPED_DATE) if self.is_typed else ()
        return tuple(one for one in self.formats if one not in known)

    @property
    def is_zoned(self) -> bool:
        """Return whether every time has its own offset from UTC."""
        return bool(self.formats) and all(map(is_zoned, self.formats)) and not self.rivals

    @property
    def is_day(self) -> bool:
        """Return whether times are days without a time of day."""
        return bool(self.formats) and all(map(is_date_only, self.formats))


def choose_formats(place: int, found: list[str], masks: dict[int, int]) -> Times:
    """Return the fewest formats that read all that can be read."""
    filled = sum(masks.values())
    pairs = _conflicts(tuple(found))
    left = {mask: number for mask, number in masks.items() if mask}
    chosen: list[str] = []
    while left:
        sizes = [sum(n for mask, n in left.items() if mask >> bit & 1) for bit in range(len(found))]
        best = max(range(len(found)), key=lambda bit: (sizes[bit], -bit))
        # a few cells with day and month in the other order are typing errors
        is_rival = any(found[best] in pair and set(pair) & set(chosen) for pair in pairs)
        if not is_rival or sizes[best] > FEW * filled:
            chosen.append(found[best])
        left = {mask: n for mask, n in left.items() if not mask >> best & 1}
    rivals = tuple(pair for pair in pairs if _is_open(pair, found, chosen, masks))
    in_doubt = {one for pair in rivals for one in pair}
    tried = sum(1 << found.index(one) for one in {*chosen, *in_doubt})
    rivalled = {one for pair in pairs for one in pair}
    return Times(
        place,
        filled,
        tuple(one for one in chosen if one not in in_doubt),
        read=sum(n for mask, n in masks.items() if mask & tried),
        rivals=rivals,
        both=_both(rivals[0], found, masks) if rivals else 0,
        decided=tuple(one for one in chosen if one in rivalled - in_doubt),
    )


def _is_open(pair: Pair, found: list[str], chosen: list[str], masks: dict[int, int]) -> bool:
    """Return whether no cell decides between two formats, or many decide for each."""
    first, second = (1 << found.index(one) for one in pair)
    if not set(pair) & set(chosen):
        return False
    alone = sum(n for mask, n in masks.items() if mask & first and not mask & second)
    others = sum(n for mask, n in masks.items() if mask & second and not mask & first)
    is_even = not alone and not others and _both(pair, found, masks) > 0
    return is_even or set(pair) <= set(chosen)


def _both(pair: Pair, found: list[str], masks: dict[int, int]) -> int:
    bits = sum(1 << found.index(one) for one in pair)
    return sum(n for mask, n in masks.items() if mask & bits == bits)


@cache
def _conflicts(found: tuple[str, ...]) -> list[Pair]:
    return conflicting(found)


def settle(times: Times, others: list[tuple[str, Times]]) -> Times:
    """Return times whose order of day and month is that of another column, where one decides.

    `others` are columns by name. The other one must write its dates in the same way.
    """
    for pair in times.rivals:
        for name, other in others:
            known = {_date_part(one) for one in other.decided}
            agreed = [one for one in pair if _date_part(one) in known]
            if len(agreed) == 1:
                left = tuple(each for each in times.rivals if each != pair)
                formats = (*times.formats, agreed[0])
                return settle(replace(times, formats=formats, rivals=left, follows=name), others)
    return times


def _date_part(text_format: str) -> str:
    return text_format.split("%H")[0].split("%I")[0].rstrip(" ,T")


def other_order(text_format: str) -> str:
    """Return a format with day and month in the other order, "" where the order is plain."""
    if not text_format.startswith(("%d", "%m")) or "%m" not in text_format:
        return ""
    return text_format.replace("%d", "%D").replace("%m", "%d").replace("%D", "%m")
