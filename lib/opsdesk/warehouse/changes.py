"""What is different since the last publication, so that the rest of its tables may stay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from opsdesk.instants import is_month
from opsdesk.lake.names import AGENTS, EVENTS
from opsdesk.warehouse.publication import Publication


@dataclass(frozen=True)
class Changes:
    """What differs between a new publication and the last one.

    `months` has the loaded months that differ from what the published tables were made from, each
    with the fingerprint that it had then, "" where it was not there. `agents` says whether the
    agents differ, `former_as_of` what as_of was, None where it is the same.
    """

    months: Mapping[str, str]
    agents: bool
    former_as_of: datetime | None

    @property
    def as_of_moved(self) -> bool:
        """Return whether as_of is later than it was."""
        return self.former_as_of is not None


def changes_since(run: pd.DataFrame, publication: Publication) -> Changes | None:
    """Return what is new since the publication `run`, its row of `_runs`; None to build everything.

    Everything must be built where the definitions or the time zone differ; where there are changes
    of tickets, now or before, because their histories reach into many days; and where as_of went
    back: a ticket that was resolved by the old as_of looks the same at every later one, but not at
    an earlier one.
    """
    if run.empty or run["definitions"].item() != publication.definitions:
        return None
    if run["as_of"].item() > publication.as_of:
        return None
    before = json.loads(run["parts"].item())
    if any(part.startswith(EVENTS.prefix) for part in {*before, *publication.parts}):
        return None
    differing = {part for part, _ in before.items() ^ dict(publication.parts).items()}
    months = {part: before.get(part, "") for part in sorted(differing) if is_month(part)}
    former = run["as_of"].item().to_pydatetime()
    as_of_moved = former != publication.as_of
    return Changes(months, AGENTS in differing, former if as_of_moved else None)
