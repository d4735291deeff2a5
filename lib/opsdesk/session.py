"""A session for exploring: questions are answered from a private copy, so that no scheduled run ever waits for one."""

import atexit
import shutil
import tempfile
import weakref
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import pandas as pd

from opsdesk import project
from opsdesk.config.locations import BigQueryLocation, read_warehouse
from opsdesk.config.parameters import Parameters, read_parameters
from opsdesk.duckdb_file import InUseError, copy_while_still, version_of
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.instants import read_zone
from opsdesk.runner.record import past_runs
from opsdesk.trends.drill_down import day_of, tickets_query
from opsdesk.warehouse.open import Warehouse, open_warehouse


def open(params_file: str | Path) -> "Session":
    """A session on what the runs of `params_file` have published, such as params/boston311.yaml.

    Raises:
        OpsdeskError: something in the params file cannot be meant.
    """
    return Session(read_parameters(params_file))


class Session:
    """Asks the warehouse of one params file. It sees what was published last, also after another run."""

    def __init__(self, parameters: Parameters):
        self._parameters = parameters
        self._copied: tuple = ()
        self._copy: Path | None = None
        self._copies = 0

    @property
    def params(self) -> dict[str, str]:
        """The parameters as a run would use them."""
        return dict(self._parameters.values)

    def query(self, sql: str, parameters: dict[str, object] | None = None) -> pd.DataFrame:
        """The rows of a SELECT in the warehouse's own SQL; `$name` in it (BigQuery: `@name`) is `parameters["name"]`."""
        return self._warehouse().query(sql, parameters)

    def table(self, name: str) -> pd.DataFrame:
        """A published table, such as backlog_daily, with all its columns."""
        return self._warehouse().table(name)

    def tickets(
        self, ops_date: object = None, state: str = "open", **filters: object
    ) -> pd.DataFrame:
        """The tickets behind a number: those in `state` at the end of the day `ops_date` (or on it).

        `state` is open, created, resolved, past_due, due or missed; without `ops_date` it is the last day.
        Further words are columns: tickets("2023-06-30", priority="Critical", team=["Billing", "Core"]).

        Raises:
            OpsdeskError: nothing is published yet, or no such state, column or day.
        """
        last = self._last_publication()
        day = last["day"] if ops_date is None else day_of(ops_date)
        if not last["first"] <= day <= last["day"]:
            raise OpsdeskError(
                f"ops_date {day} is outside the data, which reach from {last['first']} to {last['day']}."
            )
        sql, values = tickets_query(
            day, last["as_of"], state, filters, self._warehouse().columns("fact_tickets")
        )
        return self._warehouse().ask(sql, values)

    def runs(self) -> pd.DataFrame:
        """The runs so far, newest first: run_id, run_at, outcome, seconds, error."""
        runs = past_runs(self._parameters.outputs)
        columns = ["run_id", "run_at", "outcome", "seconds", "error"]
        return pd.DataFrame(
            [{name: getattr(run, name) for name in columns} for run in runs], columns=columns
        )

    def __repr__(self) -> str:
        name, warehouse = project.shown(self._parameters.path), self._parameters.values["warehouse"]
        try:
            last = self._last_publication()
            state = f"days {last['first']} to {last['day']}, as of {last['as_of']}"
        except OpsdeskError as error:
            state = str(error)
        return (
            f"opsdesk session on {name} ({warehouse}): {state}\n"
            '  .tickets("2023-06-30", state="open", priority="Critical")   the tickets behind a number\n'
            '  .table("backlog_daily")   .query("SELECT ...")   .runs()   .params'
        )

    def _last_publication(self) -> dict:
        runs = self._warehouse().runs()
        if runs.empty:
            raise OpsdeskError(
                f"Nothing is published yet: type `opsdesk run {project.shown(self._parameters.path)}`."
            )
        days = self.query(
            "SELECT MIN(ops_date) AS first, MAX(ops_date) AS last FROM backlog_daily"
        ).iloc[0]
        if pd.isna(days["first"]):
            raise OpsdeskError(
                "The published tables hold no ticket, so there is no day to ask for."
            )
        last = runs.iloc[-1]  # published last, whenever it was started
        return {
            "as_of": last["as_of"].tz_convert(read_zone(last["timezone"])),
            "first": days["first"].date(),
            "day": days["last"].date(),
        }

    def _warehouse(self) -> Warehouse:
        location = self._parameters.values["warehouse"]
        place = read_warehouse(location)
        if isinstance(place, BigQueryLocation):
            return open_warehouse(location, GoogleConnection.of(self._parameters.block("google")))
        self._refresh(place.path)
        return open_warehouse(f"duckdb:{self._copy}")

    def _refresh(self, path: Path) -> None:
        if not path.exists():
            raise OpsdeskError(
                f"There is no {project.shown(path)} yet: type `opsdesk run {project.shown(self._parameters.path)}`."
            )
        version = version_of(path)
        if version == self._copied:
            return
        target = self._folder / f"{self._copies}.duckdb"
        try:
            copy_while_still(path, target, **({"patience": 0.5} if self._copy else {}))
        except InUseError:
            if self._copy:
                return  # a run is publishing: the copy of what was there before is still true
            raise
        self._drop_copy()
        self._copy, self._copied, self._copies = target, version, self._copies + 1

    def _drop_copy(self) -> None:
        if self._copy:
            for file in self._folder.glob(f"{self._copy.name}*"):
                with suppress(
                    OSError
                ):  # Windows keeps a file that is still being read; it goes with the folder
                    file.unlink()

    @cached_property
    def _folder(self) -> Path:
        folder = tempfile.mkdtemp(prefix="opsdesk-")
        remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        atexit.register(
            remove
        )  # before the exit handlers of Jupyter, which may hang and get the kernel killed
        return Path(folder)
