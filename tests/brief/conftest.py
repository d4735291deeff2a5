"""Boston published as it was known on three mornings, once for all tests of the brief."""

import pytest

from opsdesk import project
from opsdesk.brief.facts import Facts, read_facts
from opsdesk.trends.day_names import read_day_names
from steps import RUN_AT, backfill, ingest, open_warehouse, transform

EXPORT = "lib/opsdesk/data/boston311_2011.csv.gz"
TARGETS = {"attainment": "0.9", "backlog_size": "10000", "past_due": "4500", "p90_hours": "720"}


@pytest.fixture(scope="session")
def mornings(tmp_path_factory):
    """Return the facts of the morning after a moment, a wall time of Boston."""
    folder = tmp_path_factory.mktemp("boston")
    lake, place = str(folder / "lake"), f"duckdb:{folder}/w.duckdb"
    ingest(str(project.resolve(EXPORT)), "boston311", "", "full", lake, RUN_AT)
    backfill(lake, place, "", "", RUN_AT)
    names = read_day_names("params/notes.yaml", "US")
    read: dict[str, Facts] = {}

    def read_morning(as_of: str) -> Facts:
        if as_of not in read:
            transform(place, as_of, "America/New_York", RUN_AT)
            read[as_of] = read_facts(open_warehouse(place), TARGETS, names)
        return read[as_of]

    return read_morning


@pytest.fixture(scope="session")
def boston(mornings):
    return mornings("2011-12-31 23:59:59")


@pytest.fixture(scope="session")
def quiet(mornings):
    return mornings("2011-12-18 23:59:59")


@pytest.fixture(scope="session")
def hurricane(mornings):
    """Half past seven on the day after: the last whole day is that of the hurricane."""
    return mornings("2011-08-29 07:30:00")
