"""One publication: all that decides what its tables are, and its row in the ledger `_runs`."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property

from opsdesk.calendars.calendar import ROUND_THE_CLOCK, SlaClock
from opsdesk.calendars.clock import NO_CALENDAR
from opsdesk.calendars.clock_words import KEY, REMARK, clock_sentence
from opsdesk.calendars.stretches import horizon
from opsdesk.catalogue.tables import results
from opsdesk.googlesql.translate import meaning
from opsdesk.instants import FIRST, LAST, ZoneBetween, run_id, zone_digest, zone_release
from opsdesk.work.rules import NO_RULES, Rules

COLUMNS = "columns"  # of the parameters in a row of `_runs`


@dataclass(frozen=True)
class Publication:
    """The moment, the zone and the loaded data that result tables are computed from.

    `as_of` is an instant in UTC, `given_as_of` the parameter that it was read from. `parts` has the
    fingerprint of each loaded partition. `started` is the counter of seconds at the start. No date
    of any ticket, deadlines included, is outside the `span`. `rules` select what is in work_next.
    `clock` is the SLA clock, `clock_parameters` say in the SQL when it runs, `clock_remark` which
    of its priorities no ticket has.
    """

    as_of: datetime
    timezone: str
    parts: Mapping[str, str]
    given_as_of: str
    published_at: datetime
    started: float
    computed_by: str = ""
    span: tuple[datetime, datetime] = (FIRST, LAST)
    rules: Rules = NO_RULES
    clock: SlaClock = ROUND_THE_CLOCK
    clock_parameters: Mapping[str, str] = field(default_factory=lambda: NO_CALENDAR)
    clock_remark: str = ""

    @property
    def parameters(self) -> dict[str, object]:
        """Return the values of the parameters in the SQL files."""
        return {
            "as_of": self.as_of,
            "timezone": ZoneBetween(self.timezone, *self.span),
            "rules": self.rules.columns,
            **self.clock_parameters,
        }

    @cached_property
    def definitions(self) -> str:
        """Return what tells one meaning of the tables from another."""
        # unfinished promises end at the horizon, which moves every five years
        until = horizon(self.as_of).isoformat() if self.clock.calendars else ""
        return definitions(self.timezone, self.rules, self.clock, until)

    @cached_property
    def fingerprint(self) -> str:
        """Return what tells whether the tables can come out differently."""
        return _digest(json.dumps(dict(self.parts)), self.as_of.isoformat(), self.definitions)

    def ledger_row(self, rows: Mapping[str, int]) -> dict[str, object]:
        """Return the row of `_runs`, from the rows of each table."""
        given = {
            "as_of": self.given_as_of,
            "timezone": self.timezone,
            "computed_by": self.computed_by,
            "zones": zone_release(),
            "rules": self.rules.name,
            "calendar": self.clock.default,
            # readers do not read the file, which may have changed since
            KEY: clock_sentence(self.clock) if self.clock.calendars else "",
            **({REMARK: self.clock_remark} if self.clock_remark else {}),
            COLUMNS: columns_digest(),
        }
        return {
            "run_id": run_id(self.published_at),
            "as_of": self.as_of,
            "timezone": self.timezone,
            "parameters": json.dumps(given),
            "rows": json.dumps(dict(rows)),
            "fingerprint": self.fingerprint,
            "seconds": round(time.perf_counter() - self.started, 3),
            "published_at": self.published_at,
            "parts": json.dumps(dict(self.parts)),
            "definitions": self.definitions,
        }


def definitions(timezone: str, rules: Rules, clock: SlaClock, horizon: str) -> str:
    """Return the digest of all but the data that decides the tables: SQL, rules and clocks."""
    meanings = (meaning(table, rules.columns) for table in results())
    return _digest(timezone, zone_digest(timezone), *clock.made_of, horizon, *meanings)


@cache
def columns_digest() -> str:
    """Return the digest of the columns of all result tables: it tells one version from another."""
    named = (f"{table.name}.{column.name}" for table in results() for column in table.columns)
    return _digest(*named)[:16]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
