"""Step 3: the tables. Each is one GoogleSQL file; all of them are published in one transaction."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from opsdesk.calendars.calendar import ROUND_THE_CLOCK, SlaClock
from opsdesk.calendars.clock import clock_texts
from opsdesk.calendars.clock_words import (
    clock_sentence,
    priorities_remark,
    read_clock_words,
)
from opsdesk.catalogue.identities import CHECKS
from opsdesk.catalogue.tables import catalogue
from opsdesk.config.rules import SHIPPED_RULES
from opsdesk.errors import OpsdeskError
from opsdesk.instants import read_instant, read_zone
from opsdesk.lake.names import EVENTS
from opsdesk.warehouse.billing import Billed
from opsdesk.warehouse.protocol import Staged, Warehouse
from opsdesk.warehouse.publication import Publication
from opsdesk.warehouse.versions import missing_columns
from opsdesk.work.rules import Rules
from opsdesk.work.rules_file import read_rules

if TYPE_CHECKING:
    from opsdesk.spark.engine import SparkEngine

READ = ("tickets_raw", "events_raw")
# what is after the run is known already where an export says so, and has not happened yet
SPAN = """SELECT MIN(created_at) AS first,
  MAX(CASE WHEN created_at <= {run} THEN created_at END) AS last,
  MAX(CASE WHEN resolved_at <= {run} THEN resolved_at END) AS closed,
  MAX(created_at) AS last_created, MAX(resolved_at) AS last_resolved,
  MAX(sla_hours) AS longest_target
FROM tickets_raw"""
# asked where changes of tickets are loaded; those of tickets that are not are in no table
EVENT_SPAN = """SELECT MAX(IF(`at` <= @run, `at`, NULL)) AS last,
  COALESCE(MAX(GREATEST(COALESCE(old_sla_hours, 0), COALESCE(new_sla_hours, 0))), 0)
    AS longest_target
FROM events_raw
WHERE EXISTS (SELECT 1 FROM tickets_raw WHERE tickets_raw.ticket_id = events_raw.ticket_id)"""

# asked where a calendar names priorities
PRIORITIES = """SELECT DISTINCT COALESCE(priority, '(none)') AS priority FROM tickets_raw
UNION DISTINCT
SELECT old_value FROM events_raw WHERE field = 'priority' AND old_value IS NOT NULL
UNION DISTINCT
SELECT new_value FROM events_raw WHERE field = 'priority' AND new_value IS NOT NULL"""


@dataclass(frozen=True)
class TransformResult:
    """What one transform published, or found published already (`unchanged`).

    `as_of` is an instant in UTC, `rows` the rows of each table, `computed_by` the words for who
    computed them, `sla_clock` says when the clock of the SLA runs, and which
    priorities of its calendar no ticket has.
    """

    as_of: datetime
    timezone: str
    rows: dict[str, int]
    unchanged: bool
    computed_by: str
    billed: Billed
    sla_clock: str

    @property
    def engine(self) -> str:
        """Return who computed the published tables, in words."""
        return f"Computed by {self.computed_by}"

    @property
    def tables(self) -> pd.DataFrame:
        """Return the published tables: table, rows, description."""
        tables = catalogue()
        return pd.DataFrame(
            [(name, rows, tables[name].description) for name, rows in self.rows.items()],
            columns=["table", "rows", "description"],
        )

    @property
    def checks(self) -> pd.DataFrame:
        """Return the identities that were true before anything was published."""
        return pd.DataFrame(
            [(check.says, "holds") for check in CHECKS], columns=["checked on every row", "result"]
        )

    @property
    def known_until(self) -> str:
        """Return as_of as a wall time in the parameter `timezone`."""
        wall_time = self.as_of.astimezone(read_zone(self.timezone))
        return f"{wall_time:%Y-%m-%d %H:%M:%S} {self.timezone}"


def transform(
    warehouse: Warehouse,
    as_of: str,
    timezone: str,
    run_at: str,
    engine: "SparkEngine | None" = None,
    rules: str = SHIPPED_RULES,
    clock: SlaClock = ROUND_THE_CLOCK,
) -> TransformResult:
    """Build and publish every table as it was known at `as_of`, with day boundaries in `timezone`.

    Args:
        warehouse: where the raw tables are.
        as_of: "latest" (the last event in the data), "now" (`run_at`), or a time in `timezone`.
        timezone: an IANA zone.
        run_at: the moment of the run, ISO 8601 with offset.
        engine: what computes the tables instead of the warehouse.
        rules: what selects the tickets of work_next: a name in params/rules, or a path.
        clock: when the clock of the SLA runs.

    Raises:
        OpsdeskError: a rule is invalid, no tickets are loaded, as_of is before the first of them,
            or the tables contradict themselves. Readers still see the previous tables then.
    """
    started = time.perf_counter()
    read_zone(timezone)
    run = read_instant("run_at", run_at)
    chosen = read_rules(rules)
    with ExitStack() as connected:
        connected.enter_context(warehouse.reading() if engine else warehouse.publishing())
        span = _ask_span(warehouse, run)
        moment = _resolve_as_of(span, as_of, timezone, run)
        texts = clock_texts(clock, span.first, moment, span.longest_target)
        publication = Publication(
            moment,
            timezone,
            _loaded(warehouse),
            as_of,
            run,
            started,
            span=(
                span.first,
                max(span.last_due, moment + timedelta(hours=span.longest_target), texts.until),
            ),
            rules=chosen,
            clock=clock,
            clock_parameters=texts.parameters,
        )
        last = warehouse.runs().tail(1)
        if not last.empty and last["fingerprint"].item() == publication.fingerprint:
            return _found(last, publication, warehouse)
        publication = replace(publication, clock_remark=_clock_remark(warehouse, clock))
        if engine:
            connected.close()  # an engine takes its time, in which others may read
        with _computed(engine, warehouse, publication) as (staged, computed_by):
            rows = warehouse.publish(replace(publication, computed_by=computed_by), staged)
    words = " ".join(filter(None, [clock_sentence(clock), publication.clock_remark]))
    return TransformResult(moment, timezone, rows, False, computed_by, warehouse.billed, words)


def publication_holds(
    warehouse: Warehouse,
    as_of: str,
    timezone: str,
    run: datetime,
    rules: Rules,
    clock: SlaClock = ROUND_THE_CLOCK,
) -> bool:
    """Return whether a transform with these parameters would find its tables published.

    `run` is the moment of the transform (UTC). Only the ledgers are read for it where reading
    tickets is billed: then "latest" is taken to be what it was.
    """
    last = warehouse.runs().tail(1) if warehouse.exists() else pd.DataFrame()
    given = json.loads(last["parameters"].item()) if len(last) else {}
    if as_of == "now" or (given.get("as_of"), given.get("timezone")) != (as_of, timezone):
        return False
    moment = _in_utc(last["as_of"].item())
    # what was the future at the last transform may have come true
    is_free = warehouse.billed.is_free
    if as_of == "latest" and is_free and _ask_span(warehouse, run).last != moment:
        return False
    publication = Publication(
        moment, timezone, _loaded(warehouse), as_of, moment, 0.0, rules=rules, clock=clock
    )
    return str(last["fingerprint"].item()) == publication.fingerprint


def _found(last: pd.DataFrame, publication: Publication, warehouse: Warehouse) -> TransformResult:
    """Return the result of a transform that finds its tables published, from the row of `_runs`."""
    parameters = last["parameters"].item()
    return TransformResult(
        publication.as_of,
        publication.timezone,
        json.loads(last["rows"].item()),
        True,
        json.loads(parameters).get("computed_by", warehouse.name),
        warehouse.billed,
        read_clock_words(parameters) or clock_sentence(publication.clock),
    )


def _clock_remark(warehouse: Warehouse, clock: SlaClock) -> str:
    """Return a sentence on priorities of the calendar that no ticket has, "" for none."""
    if not clock.of_priority:
        return ""
    return priorities_remark(clock, set(warehouse.ask(PRIORITIES)["priority"]))


@contextmanager
def _computed(
    engine: "SparkEngine | None", warehouse: Warehouse, publication: Publication
) -> Iterator[tuple[Mapping[str, Staged] | None, str]]:
    """Yield the tables that an engine has staged, if any, and in words who computes."""
    if engine is None:
        yield None, warehouse.name
        return
    with engine.tables(warehouse, publication.parameters) as computed:
        yield computed


class Span(NamedTuple):
    """When the first ticket was created, and the last event that has happened.

    `latest` is the last date of a creation or resolution, `longest_target` in hours.
    """

    first: datetime
    last: datetime
    latest: datetime
    longest_target: float

    @property
    def last_due(self) -> datetime:
        """Return what no deadline is after, where clocks run round the clock."""
        return self.latest + timedelta(hours=self.longest_target)


def _ask_span(warehouse: Warehouse, run: datetime) -> Span:
    """Return between which instants the dates of the loaded tickets are, seen at `run`."""
    if not warehouse.has_tickets():
        raise OpsdeskError(
            f"The warehouse {warehouse.url} holds no tickets: run 01_ingest and 02_backfill first."
        )
    if lacking := missing_columns(warehouse, [catalogue()[name] for name in READ]):
        raise OpsdeskError(
            f"The raw tables of {warehouse.url} are of another version of opsdesk and lack "
            f"{lacking}: run 02_backfill first."
        )
    span = warehouse.query(SPAN.format(run=f"TIMESTAMP '{run:%Y-%m-%d %H:%M:%S}+00:00'")).iloc[0]
    first = _in_utc(span["first"])
    if first > run:
        raise OpsdeskError(
            f"The tickets begin {first:%Y-%m-%d %H:%M:%S} UTC, after the moment of the run: "
            "nothing is known yet."
        )
    last = _in_utc(span[["last", "closed"]].dropna().max())
    latest = _in_utc(span[["last_created", "last_resolved"]].dropna().max())
    target = span["longest_target"]
    hours = 0.0 if pd.isna(target) else float(target)
    if not any(part.startswith(EVENTS.prefix) for part in _loaded(warehouse)):
        return Span(first, last, latest, hours)
    events = warehouse.ask(EVENT_SPAN, {"run": run}).iloc[0]
    if not pd.isna(events["last"]):
        last = max(last, _in_utc(events["last"]))
    # a pause moves a deadline, at most to this long after the last change
    hours = max(hours, float(events["longest_target"]))
    return Span(first, last, max(latest, last), hours)


def _resolve_as_of(span: Span, as_of: str, timezone: str, run: datetime) -> datetime:
    """Return the instant that `as_of` means, checked against the dates of the tickets."""
    first = span.first
    last = span.last
    if as_of == "latest":
        return last
    if as_of == "now":
        moment = run.replace(microsecond=0)
    else:
        moment = read_instant("as_of", as_of, timezone)
    if moment < first:
        raise OpsdeskError(
            f"as_of: {as_of!r} is before the first ticket ({first:%Y-%m-%d %H:%M:%S} UTC): "
            f"nothing is known then. The data ends {last:%Y-%m-%d %H:%M:%S} UTC."
        )
    if moment > run:
        raise OpsdeskError(
            f"as_of: {as_of!r} is after the moment of the run: nothing is known then. "
            'Write "now" or "latest".'
        )
    return moment


def _in_utc(moment: pd.Timestamp) -> datetime:
    return moment.to_pydatetime().astimezone(UTC)


def _loaded(warehouse: Warehouse) -> dict[str, str]:
    """Return the fingerprints of the loaded partitions."""
    loads = warehouse.loads()
    return dict(zip(loads["part"], loads["fingerprint"], strict=True))
