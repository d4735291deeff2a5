"""What several rows of a table of days amount to: `totals` in tables.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsdesk.errors import OpsdeskError

RATE = re.compile(r"(?P<rest>1 - )?(?P<part>\w+) / \(?(?P<whole>\w+(?: \+ \w+)*)\)?")


@dataclass(frozen=True)
class Rate:
    """A division of sums: the part by the sum of the columns of the whole.

    With `is_rest` the rate is 1 minus that.
    """

    name: str
    part: str
    whole: tuple[str, ...]
    is_rest: bool = False


@dataclass(frozen=True)
class Totals:
    """How the numbers of a table of days are put together over days and other rows.

    Flows add up over all rows. Stocks add up over the rows of one day, the last of several.
    Openings are stocks of the day's beginning: of several days, the first one counts. Every other
    number is that of its own row alone. Rows that differ in a column of `apart` count the same
    tickets again.
    """

    flows: tuple[str, ...] = ()
    stocks: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    apart: tuple[str, ...] = ()

    def names(self) -> set[str]:
        """Return the columns that anything is computed from."""
        parts = {name for rate in self.rates for name in (rate.part, *rate.whole)}
        return {*self.flows, *self.stocks, *self.openings, *self.apart, *parts}


NO_TOTALS = Totals()


def read_totals(entry: Mapping[str, Any]) -> Totals:
    """Return `totals` of a table as tables.yaml has it; an empty mapping for none.

    Raises:
        OpsdeskError: a rate of another form.
    """
    lists = {name: tuple(names) for name, names in entry.items() if name != "rates"}
    rates = tuple(read_rate(name, text) for name, text in entry.get("rates", {}).items())
    return Totals(rates=rates, **lists)


def read_rate(name: str, text: str) -> Rate:
    """Return the rate that a text such as `1 - missed / due` says.

    Raises:
        OpsdeskError: a text of another form.
    """
    found = RATE.fullmatch(text)
    if found is None:
        raise OpsdeskError(
            f"The rate {name} in tables.yaml cannot be read: {text!r}. "
            "Write `part / whole`, `1 - part / whole` or `part / (one + other)`."
        )
    return Rate(name, found["part"], tuple(found["whole"].split(" + ")), bool(found["rest"]))
