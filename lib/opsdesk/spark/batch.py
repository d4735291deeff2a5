"""Notebooks 02 and 03 without notebooks: their steps in a process that has a Spark session already, such as a Dataproc job."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from opsdesk.cloud import Cloud
from opsdesk.engine import Engine
from opsdesk.errors import OpsdeskError
from opsdesk.param_checks import problem_with
from opsdesk.steps.backfill import backfill
from opsdesk.steps.transform import transform

NEEDED = ("lake", "warehouse")
DEFAULTS = {"first_month": "", "last_month": "", "timezone": "UTC", "as_of": "latest"}
TAKES = {*NEEDED, *DEFAULTS, *(field.name for kind in (Cloud, Engine) for field in fields(kind))}


def run_steps(given: Mapping[str, str], run_at: str) -> Iterator[str]:
    """Backfill, then transform, computed by Spark; yields a line about each when it is done.

    Raises:
        OpsdeskError: a parameter that is missing, unknown or cannot be meant; what the steps raise.
    """
    _refuse_unfit(given)
    values = DEFAULTS | dict(given) | {"engine": "spark"}
    cloud, engine = Cloud.of(values), Engine.of(values).beside(values["lake"])
    months = (values["first_month"], values["last_month"])
    loaded = backfill(values["lake"], values["warehouse"], *months, run_at, cloud, engine)
    yield f"{loaded.engine}: " + ", ".join(f"{row.parts} {row.action}" for row in loaded.actions.itertuples())
    made = transform(values["warehouse"], values["as_of"], values["timezone"], run_at, cloud, engine)
    rows = ", ".join(f"{name} {count:,}" for name, count in made.rows.items())
    yield f"{made.engine}{' before' if made.unchanged else ''}, as of {made.known_until}: {rows}"


def _refuse_unfit(given: Mapping[str, str]) -> None:
    for name in NEEDED:
        if not given.get(name):
            raise OpsdeskError(f"{name}: the job needs it, as {name}=VALUE after the other arguments.")
    for name, value in given.items():
        if name not in TAKES:
            raise OpsdeskError(f"There is no parameter {name!r} for backfill or transform.")
        if problem := problem_with(name, value):
            raise OpsdeskError(f"{name} {value!r} {problem}.")
