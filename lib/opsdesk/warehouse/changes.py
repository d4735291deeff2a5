"""What became different since the last publication, so that the rest of its tables may stay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class Changes:
    """The loaded months that are not what the published tables were made from, whether the agents are not, and whether
    as_of moved on since.

    `months` gives for each the fingerprint that it had then, "" where it was not there.
    """

    months: Mapping[str, str]
    agents: bool
    as_of_moved: bool


def changes_since(
    run: pd.DataFrame, parts: Mapping[str, str], definitions: str, as_of: datetime
) -> Changes | None:
    """What is new since the publication `run` (its row of `_runs`, or none); None where everything must be built.

    That is so when the definitions or the time zone differ, or as_of went back: a ticket that was resolved by the old
    as_of looks the same at every later one, and at no earlier one.
    """
    if run.empty or run["definitions"].item() != definitions or run["as_of"].item() > as_of:
        return None
    before = json.loads(run["parts"].item())
    differing = {part for part, _ in before.items() ^ dict(parts).items()}
    months = {month: before.get(month, "") for month in sorted(differing - {"agents"})}
    return Changes(months, "agents" in differing, run["as_of"].item() != as_of)
