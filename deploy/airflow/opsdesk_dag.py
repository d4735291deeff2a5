"""Each morning: the steps of opsdesk, one task for each, and the quality check last.

The steps are the notebooks of the project, so that this file knows none of them. Airflow's
environment does not contain opsdesk: each task starts the command of opsdesk's own environment.
Each run computes every day again, so that there is nothing to catch up on: see README.md.
"""

import os
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pendulum
import yaml

try:  # Airflow 3
    from airflow.providers.standard.hooks.subprocess import SubprocessHook
    from airflow.sdk import DAG, BaseOperator
    from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
except ImportError:  # Airflow 2.11
    from airflow import DAG
    from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
    from airflow.hooks.subprocess import SubprocessHook
    from airflow.models import BaseOperator

# Exit codes that another try would not change: wrong usage, too many rows rejected, a check failed.
FINAL = (2, 4, 7)
# What belongs to Airflow: its connections are none of a notebook's business, nor are its modules.
AIRFLOWS_OWN = re.compile(r"_?AIRFLOW|PYTHONPATH$|PYTHONHOME$|VIRTUAL_ENV$")


def read_home(variable: str) -> Path:
    """Return the project's folder that an environment variable names."""
    given = os.environ.get(variable)
    if given and Path(given).is_absolute() and step_names(Path(given)):
        return Path(given)
    wrong = f"is {given!r}, where no notebooks/01_... are" if given else "is not set"
    raise ValueError(
        f"{variable} {wrong}: in the environment of Airflow's scheduler and workers, let it be "
        "the absolute path of the opsdesk project (the folder with notebooks/ and params/)."
    )


def step_names(home: Path) -> list[str]:
    """Return the steps of a project in the order they run, as opsdesk itself finds them."""
    return sorted(path.stem for path in (home / "notebooks").glob("[0-9][0-9]_*.ipynb"))


class OpsdeskOperator(BaseOperator):
    """Runs one command of opsdesk in its own environment, with its output in the task's log."""

    def __init__(self, params_file: str, zone: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.params_file = params_file
        self.zone = zone

    def execute(self, context: dict) -> str:
        """Run the command; return its last line."""
        home = read_home("OPSDESK_HOME")
        self.hook = SubprocessHook()
        command = [find_command(home), *self.arguments(home, context)]
        own = {name: value for name, value in os.environ.items() if not AIRFLOWS_OWN.match(name)}
        ended = self.hook.run_command(command, env=own, cwd=str(home))
        if ended.exit_code:
            failure = AirflowFailException if ended.exit_code in FINAL else AirflowException
            raise failure(f"Exit code {ended.exit_code} of {command[0]}: {ended.output}")
        return ended.output

    def on_kill(self) -> None:
        """End opsdesk, which stops its kernels and frees the outputs."""
        self.hook.send_sigterm()


class StepOperator(OpsdeskOperator):
    """Runs the step that the task is named after."""

    def __init__(self, steps: list[str], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.steps = steps

    def arguments(self, home: Path, context: dict) -> list[str]:
        """Return `run PARAMS --only STEP -p as_of=...`, where the project still has these steps."""
        found = step_names(home)
        if found != self.steps:
            raise AirflowFailException(
                f"This DAG was made of the steps {', '.join(self.steps)}, but {home}/notebooks has "
                f"{', '.join(found) or 'none'}: let both be the same version of opsdesk."
            )
        as_of = as_of_run(context, self.zone)
        return ["run", self.params_file, "--only", self.task_id, "-p", f"as_of={as_of}"]


class QualityOperator(OpsdeskOperator):
    """Checks the published tables, where the environment for that was built."""

    def arguments(self, home: Path, context: dict) -> list[str]:
        """Return `quality PARAMS`; skip the task where there is nothing to run it with."""
        own = home / ".quality" / "bin" / "python"
        python = Path(os.environ.get("OPSDESK_QUALITY_PYTHON") or own)
        if not python.exists():
            raise AirflowSkipException(
                f"The tables were not checked: {python} is not there. `make quality` in {home} "
                "builds it; OPSDESK_QUALITY_PYTHON names one elsewhere."
            )
        return ["quality", self.params_file]


def find_command(home: Path) -> str:
    """Return the path of the command opsdesk."""
    command = Path(os.environ.get("OPSDESK_COMMAND") or home / ".venv" / "bin" / "opsdesk")
    if not command.exists():
        raise AirflowException(
            f"{command} is not there: `make run` in {home} makes it, or name the command opsdesk "
            "in OPSDESK_COMMAND."
        )
    return str(command)


def as_of_run(context: dict, zone: str) -> str:
    """Return the end of the run's data interval as opsdesk reads times: the zone's wall clock.

    A run that was started by hand on Airflow 3 has no data interval: it looks as far as its start.
    """
    end = context.get("data_interval_end") or context["dag_run"].run_after
    return f"{end.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def read_zone(params: Path) -> str:
    """Return the zone of a params file: days end there, and the schedule follows its clock."""
    if not params.exists():
        raise ValueError(f"There is no {params}: OPSDESK_PARAMS names params files without .yaml.")
    return yaml.safe_load(params.read_text(encoding="utf-8")).get("timezone") or "UTC"


def make_dag(home: Path, name: str) -> DAG:
    """Return the DAG of params/NAME.yaml."""
    params_file = f"params/{name}.yaml"
    zone = read_zone(home / params_file)
    dag = DAG(
        f"opsdesk_{name}",
        doc_md=__doc__,
        schedule=os.environ.get("OPSDESK_SCHEDULE", "15 6 * * *"),
        start_date=pendulum.datetime(2023, 1, 1, tz=zone),
        catchup=False,
        max_active_runs=1,  # a second run would only wait for the outputs
        default_args={"retries": 2, "execution_timeout": timedelta(hours=3)},
    )
    steps = step_names(home)
    shared = {"params_file": params_file, "zone": zone, "dag": dag}
    tasks = [StepOperator(task_id=step, steps=steps, **shared) for step in steps]
    tasks.append(QualityOperator(task_id="quality", **shared))
    for first, following in pairwise(tasks):
        first >> following
    return dag


# The scheduler may see a copy of notebooks/ and params/ only, as on Composer.
COPY = "OPSDESK_COPY" if os.environ.get("OPSDESK_COPY") else "OPSDESK_HOME"
for desk in os.environ.get("OPSDESK_PARAMS", "local").split():
    globals()[f"opsdesk_{desk}"] = make_dag(read_home(COPY), desk)
