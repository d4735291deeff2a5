"""Which formats read the times of a column, counted on all of its cells."""

from dataclasses import dataclass, replace
from functools import cache

from opsdesk.duckdb_file import quoted
from opsdesk.guess.date_formats import candidates, formats_by_shape, shape
from opsdesk.guess.table import Column, Table
from opsdesk.ingest.timestamp_formats import conflicting, is_date_only, is_zoned
from opsdesk.ingest.timestamps_sql import TYPED, TYPED_DATE

PROBED = 200  # different cells on which every format is tried
ROUNDS = 4  # in which formats are looked for that read what was not read yet
PLAUSIBLE = "TIMESTAMP '1970-01-02' AND TIMESTAMP '2100-01-01'"
MOSTLY = 0.5  # of a column's cells that must be times
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

    @property
    def share(self) -> float:
        """Return the share of the filled cells that are read."""
        return self.read / self.filled if self.filled else 0.0

    @property
    def written(self) -> tuple[str, ...]:
        """Return the formats that a mapping has to list: typed cells need none."""
        return tuple(one for one in self.formats if one not in TYPED)

    @property
    def is_zoned(self) -> bool:
        """Return whether every time has its own offset from UTC."""
        return bool(self.formats) and all(map(is_zoned, self.formats)) and not self.rivals

    @property
    def is_day(self) -> bool:
        """Return whether times are days without a time of day."""
        return bool(self.formats) and all(map(is_date_only, self.formats))


def looks_like_times(table: Table, column: Column) -> bool:
    """Return whether most of the sampled cells of a column are times."""
    texts = _probed(column)
    likely = [text for text in texts if _may_be_time(text)]
    if not texts or len(likely) < MOSTLY * len(texts):
        return False
    return len(_probe(table, likely)) >= MOSTLY * len(texts)


def _probed(column: Column) -> list[str]:
    return list(dict.fromkeys(column.sample))[:PROBED]


def _may_be_time(text: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    if digits == len(text):
        return digits in (8, 14)
    return digits >= 3 and 6 <= len(text) <= 40


def _probe(table: Table, texts: list[str]) -> dict[str, tuple[str, ...]]:
    """Return those of the texts that a format reads, each with its formats."""
    found: dict[str, tuple[str, ...]] = {}
    for form, alike in _by_shape(texts).items():
        listed = formats_by_shape().get(form, ())
        if not listed:
            continue
        tries = ", ".join(_reads("t", one) for one in listed)
        query = f"SELECT t, [{tries}] FROM unnest($texts) AS given(t)"
        for text, flags in table.con.execute(query, {"texts": alike}).fetchall():
            read = tuple(one for one, reads in zip(listed, flags, strict=True) if reads)
            found |= {text: read} if read else {}
    return found


def _by_shape(texts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(shape(text), []).append(text)
    return found


def _reads(cell: str, text_format: str) -> str:
    """Return the condition that a format reads a cell as a plausible time."""
    return f"coalesce({_parsed(cell, text_format)} BETWEEN {PLAUSIBLE}, false)"


def read_times(
    table: Table, place: int, given: tuple[str, ...] = (), blanks: tuple[str, ...] = ()
) -> Times:
    """Return which formats read the cells of a column; `given` are tried before all others.

    `blanks` are texts that mean blank.
    """
    found = list(given)
    if table.text.is_typed:
        found = [*TYPED, TYPED_DATE, *found]
    masks = _count(table, place, found, blanks)
    for _ in range(ROUNDS):
        if given or not masks.get(0):
            break
        unread = _unread(table, place, found, blanks, PROBED)
        read_by = _probe(table, unread).values()
        more = {one for formats in read_by for one in formats} - set(found)
        if not more:
            break
        found += sorted(more, key=candidates().index)
        masks = _count(table, place, found, blanks)
    times = _choose(place, found, masks)
    if not masks.get(0):
        return times
    return replace(times, unread=tuple(_unread(table, place, found, blanks, 3)))


def _filled(column: str, blanks: tuple[str, ...]) -> str:
    if not blanks:
        return f"{column} IS NOT NULL"
    return f"{column} NOT IN ({', '.join(map(quoted, blanks))})"


def _count(table: Table, place: int, formats: list[str], blanks: tuple[str, ...]) -> dict[int, int]:
    """Return how many cells are read by which formats: bit n is set for the n-th."""
    column = f"c{place}"
    bits = [f"if({_reads(column, one)}, {1 << n}, 0)" for n, one in enumerate(formats)]
    mask = " + ".join(bits) or "0"
    query = f"""SELECT ({mask})::HUGEINT, count(*) FROM cells
        WHERE {_filled(column, blanks)} GROUP BY ALL"""
    return {int(read_by): number for read_by, number in table.ask(query)}


def _unread(
    table: Table, place: int, formats: list[str], blanks: tuple[str, ...], most: int
) -> list[str]:
    column = f"c{place}"
    read = " OR ".join(_reads(column, one) for one in formats) or "false"
    query = f"""SELECT {column} FROM cells WHERE {_filled(column, blanks)} AND NOT ({read})
        GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {most}"""
    return [text for (text,) in table.ask(query)]


def _choose(place: int, found: list[str], masks: dict[int, int]) -> Times:
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


def count_backwards(table: Table, created: Times, resolved: Times) -> int:
    """Return how many rows were resolved before they were created, by what reads their times."""
    if not created.formats or not resolved.formats or created.rivals or resolved.rivals:
        return 0
    first = _instant(f"c{created.place}", created.formats)
    last = _instant(f"c{resolved.place}", resolved.formats)
    ((number,),) = table.ask(f"SELECT count(*) FROM cells WHERE {last} < {first}")
    return int(number)


def _instant(column: str, formats: tuple[str, ...]) -> str:
    return f"coalesce({', '.join(_parsed(column, one) for one in formats)})"


def _parsed(column: str, text_format: str) -> str:
    """Return a cell as a time: in UTC where it has an offset, else in its own zone."""
    if "%z" not in text_format:
        return f"try_strptime({column}, {quoted(text_format)})"
    offset = f"regexp_replace({column}, 'Z$', '+00:00')"
    return f"timezone('UTC', try_strptime({offset}, {quoted(text_format)}))"
