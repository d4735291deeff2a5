"""A session for exploring: questions to what the runs of a params file have published."""

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import pandas as pd

from opsdesk import project
from opsdesk.config.locations import BigQueryLocation, DuckDBLocation, read_warehouse
from opsdesk.config.parameters import Parameters, read_parameters
from opsdesk.duckdb_file import refuse_other_than_select
from opsdesk.errors import OpsdeskError
from opsdesk.foresight.published import with_probability
from opsdesk.google.connection import GoogleConnection
from opsdesk.guards.texts import printable
from opsdesk.instants import read_zone
from opsdesk.runner.record import past_runs
from opsdesk.trends import explain
from opsdesk.trends.coverage import last_whole_day, read_coverage
from opsdesk.trends.day_names import DayNames, read_day_names
from opsdesk.trends.drill_down import day_of, tickets_query
from opsdesk.trends.filters import read_values, refuse_unknown, refuse_unknown_values
from opsdesk.trends.questions import ask
from opsdesk.trends.selected_series import read_series
from opsdesk.trends.selection import read_attributes
from opsdesk.trends.sentences import about_filter
from opsdesk.trends.spans import Span, like_for_like, read_span
from opsdesk.trends.work import read_work
from opsdesk.warehouse.duckdb.private_copy import PrivateCopy
from opsdesk.warehouse.open import Warehouse, open_warehouse
from opsdesk.warehouse.versions import about_version
from opsdesk.workbench import find_project

if TYPE_CHECKING:
    from opsdesk.display.charts import Shown

RUN_COLUMNS = ["run_id", "run_at", "outcome", "seconds", "error"]
SPAN = "SELECT MIN(ops_date) AS first, MAX(ops_date) AS last FROM backlog_daily"
USAGE = """\
  .tickets("2023-06-30", state="open", priority="Critical")   the tickets behind a number
  .chart("backlog", priority="High")   a picture, of the whole desk without a filter
  .work(agent="A1")   what to work on first
  .explain("2023-06-01", "2023-06-30", by="category")   what moved the backlog
  .compare("2023-05", "2023-06", by="category")   two spans, and why their rates differ
  .table("backlog_daily")   .query("SELECT ...")   .runs()   .params"""


Method = TypeVar("Method", bound=Callable[..., Any])


def _tell(sentence: str) -> None:
    """Say something next to a result that could be taken for another."""
    warnings.warn(sentence, stacklevel=4)


def _alone(method: Method) -> Method:
    """Let one thread at a time ask: Jupyter answers the controls of a notebook in another one."""

    @wraps(method)
    def ask(self: "Session", *values: object, **named: object) -> object:
        with self._lock:
            return method(self, *values, **named)

    return cast(Method, ask)


class Publication(NamedTuple):
    """What was published last: its moment in the zone of the run, its first and its last day."""

    as_of: datetime
    first: date
    last: date


def open(params_file: str | Path) -> "Session":
    """Return a session on what the runs of `params_file` have published.

    Raises:
        OpsdeskError: a value in the params file is invalid.
    """
    find_project()
    return Session(read_parameters(params_file))


class Session:
    """Asks the warehouse of one params file; it sees what was published last, also after a run.

    A DuckDB file is asked through a private copy, so that no scheduled run waits for a session.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._copy: PrivateCopy | None = None
        self._lock = RLock()

    @property
    def params(self) -> dict[str, str]:
        """Return the parameters as a run would use them."""
        return dict(self._parameters.values)

    @_alone
    def query(self, sql: str, parameters: dict[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a SELECT in the warehouse's own SQL.

        `$name` in it (BigQuery: `@name`) is `parameters["name"]`.

        Raises:
            OpsdeskError: it is no SELECT, or more than one; there is nothing to ask yet.
        """
        if not sql.strip():
            raise OpsdeskError("The query is empty: write a SELECT, such as FROM backlog_daily.")
        if isinstance(read_warehouse(self._parameters.values["warehouse"]), DuckDBLocation):
            refuse_other_than_select(sql)
        warehouse = self._warehouse()
        try:
            return warehouse.query(sql, parameters)
        except OpsdeskError as error:
            hint = self._hint(warehouse)
            if not hint:
                raise
            raise OpsdeskError(f"{str(error).rstrip('.')}. {hint}") from None

    @_alone
    def table(self, name: str) -> pd.DataFrame:
        """Return a published table, such as backlog_daily, with all its columns."""
        return self._warehouse().table(name)

    @_alone
    def tickets(
        self, ops_date: object = None, state: str = "open", **filters: object
    ) -> pd.DataFrame:
        """Return the tickets behind a number: those in `state` at the end of the day `ops_date`.

        `state` is open, created, reopened, resolved, past_due, due or missed. Without `ops_date`
        it is the last day. Further names are columns, team or attributes, with their values at
        as_of:
        tickets("2023-06-30", priority="Critical", team=["Billing", "Core"]).

        Raises:
            OpsdeskError: nothing is published yet, no such state, column or day, or a value that
                no ticket has; the text has the near names.
        """
        published = self._published()
        day = published.last if ops_date is None else day_of(ops_date)
        _check_day(day, published)
        warehouse = self._warehouse()
        columns = warehouse.columns("fact_tickets")
        attributes = read_attributes(warehouse, filters)
        sql, values = tickets_query(day, published.as_of, state, filters, columns, attributes)
        tickets = warehouse.ask(sql, values)
        refuse_unknown_values(warehouse, tickets, filters)
        if tickets.empty:
            _tell(f"No ticket is {state} on {day} with these filters: the frame is empty.")
        return tickets

    def chart(self, name: str, span: object = None, /, **filters: object) -> "Shown":
        """Return a chart over time as a picture, or the sentence why there is nothing to draw.

        `name` is backlog, flow, age, attainment, past_due, breach_rate, resolution_time or
        first_response. `span` is a month such as "2023-05" or a pair of days; None is every day.
        Further names choose tickets, as in `tickets`:
        chart("flow", "2023-05", category=["Billing", "Login"]).

        Raises:
            OpsdeskError: nothing is published yet, no such chart, span or column, or a value that
                no ticket has; the text has the near names.
        """
        return self.charts([name], span, **filters)[0]

    @_alone
    def charts(
        self, names: Sequence[str], span: object = None, /, **filters: object
    ) -> list["Shown"]:
        """Return several charts of the same tickets, which are read once; see `chart`."""
        from opsdesk.display.charts import chart_named, draw  # it takes a second to import

        wanted = [chart_named(name) for name in ([names] if isinstance(names, str) else names)]
        published = self._published()
        series = read_series(self._warehouse(), published.as_of, filters, span)
        return [
            draw(one, series.of(one.is_weekly), series.about, series.why_not(one.is_weekly))
            for one in wanted
        ]

    @_alone
    def days(self) -> Span:
        """Return the first and the last day of the published tables.

        Raises:
            OpsdeskError: nothing is published yet.
        """
        published = self._published()
        return Span(published.first, published.last)

    @_alone
    def dimensions(self) -> list[str]:
        """Return the dimensions of segment_daily: what divides all tickets into segments."""
        self._published()
        return list(ask(self._warehouse(), "dimensions")["dimension"])

    @_alone
    def segments(self, by: str) -> pd.DataFrame:
        """Return the segments of a dimension: segment, tickets, open_tickets; most open first.

        Raises:
            OpsdeskError: nothing is published yet, or no such dimension; the text has a near name.
        """
        self._published()
        warehouse = self._warehouse()
        segments = ask(warehouse, "segments_of", dimension=by)
        if segments.empty:
            explain.check_dimension(by, self.dimensions())
        return segments.astype({"tickets": "int64", "open_tickets": "int64"})

    @_alone
    def work(self, agent: str = "") -> pd.DataFrame:
        """Return the open tickets to work on first, in order of rank; those of one `agent`.

        The last column is the probability of breach, where it is estimated.

        Raises:
            OpsdeskError: nothing is published yet, or no ticket has that agent; the text has the
                near names.
        """
        self._published()
        warehouse = self._warehouse()
        tickets = with_probability(warehouse, read_work(warehouse, agent))
        if agent and tickets.empty:
            refuse_unknown("agent_id", agent, read_values(warehouse, "agent_id"))
        if tickets.empty:
            whose = f" of {agent}" if agent else ""
            _tell(f"No rule selects an open ticket{whose}: the frame is empty.")
        return tickets

    @_alone
    def explain(self, first_day: object, last_day: object, by: str = "category") -> pd.DataFrame:
        """Return which segments of the dimension `by` moved the backlog, the most growth first.

        Columns: segment, opening, inflow, outflow, moved_in, moved_out, closing, change,
        usual_inflow, usual_outflow. Moves are open tickets that changed their segment; 0 without
        a log of changes. Usual is the mean of the same weekdays in the eight weeks before the
        span, without the burn-in and without the days before a new baseline of the notes; NaN
        where fewer than four are known, or a day of the span is not over or after the end of
        intake.

        Raises:
            OpsdeskError: nothing is published yet, no such day or dimension, or an export that was
                filtered by closing date and has no backlog.
        """
        published = self._published()
        span = read_span((day_of(first_day), day_of(last_day)))
        for day in span:
            _check_day(day, published)
        warehouse = self._warehouse()
        coverage = read_coverage(warehouse)
        if coverage.closed_from is not None:
            raise OpsdeskError(about_filter(coverage))
        rows = explain.read_segment_days(warehouse, by, *span)
        counted_from = explain.counted_from(coverage, self._day_names(), span.last)
        explained = explain.explain(rows, *span, baseline_from=counted_from)
        if span.last <= last_whole_day(coverage).date():
            return explained
        return explained.assign(usual_inflow=float("nan"), usual_outflow=float("nan"))

    @_alone
    def compare(self, before: object, now: object, by: str = "category") -> pd.DataFrame:
        """Return the flows and rates of two spans per segment, and why the rates differ.

        A span is a month such as "2023-05", or a pair of days. Where the data have a part of one,
        both are cut to the same length; the name of the columns says which days were compared.
        The rate and mix effects of all segments add up to the difference of the overall rate.

        Raises:
            OpsdeskError: nothing is published yet, or no such span or dimension.
        """
        warehouse = self._warehouse()
        self._published()
        coverage = read_coverage(warehouse)
        if coverage.closed_from is not None:
            _tell(about_filter(coverage))
        ends = (coverage.first_day.date(), last_whole_day(coverage).date())
        spans = like_for_like(read_span(before), read_span(now), *ends)
        first = min(span.first for span in spans)
        last = max(span.last for span in spans)
        rows = explain.read_segment_days(warehouse, by, first, last)
        return explain.compare(rows, *spans)

    def runs(self) -> pd.DataFrame:
        """Return the runs so far, newest first: run_id, run_at, outcome, seconds, error."""
        runs = past_runs(self._parameters.outputs)
        rows = [[getattr(run, name) for name in RUN_COLUMNS] for run in runs]
        return pd.DataFrame(rows, columns=RUN_COLUMNS)

    @_alone
    def __repr__(self) -> str:
        name = project.shown(self._parameters.path)
        warehouse = self._parameters.values["warehouse"]
        try:
            last = self._published()
            state = f"days {last.first} to {last.last}, as of {last.as_of}"
        except OpsdeskError as error:
            state = str(error)
        return f"opsdesk session on {printable(name)} ({warehouse}): {state}\n{USAGE}"

    def _day_names(self) -> DayNames:
        """Return the notes of the params file; the names of holidays are not needed here."""
        return read_day_names(self._parameters.values.get("notes", ""), "")

    def _published(self) -> Publication:
        warehouse = self._warehouse()
        runs = warehouse.runs()
        if runs.empty:
            raise OpsdeskError(f"Nothing is published yet: type `{self._run_command}`.")
        run = runs.iloc[-1]  # published last, whenever it was started
        if about := self._about_version(warehouse, runs):
            raise OpsdeskError(about)
        days = warehouse.query(SPAN).iloc[0]
        if pd.isna(days["first"]):
            raise OpsdeskError(
                "The published tables hold no ticket, so there is no day to ask for."
            )
        as_of = run["as_of"].tz_convert(read_zone(run["timezone"]))
        return Publication(as_of, days["first"].date(), days["last"].date())

    def _hint(self, warehouse: Warehouse) -> str:
        """Return what may explain why a query failed, "" for nothing."""
        with suppress(OpsdeskError):
            runs = warehouse.runs()
            return "" if runs.empty else self._about_version(warehouse, runs)
        return ""

    def _about_version(self, warehouse: Warehouse, runs: pd.DataFrame) -> str:
        """Return what published tables of another version lack, "" for nothing."""
        remedy = f"type `{self._run_command} --from 2`"
        url = self._parameters.values["warehouse"]
        return about_version(warehouse, str(runs.iloc[-1]["parameters"]), remedy, url)

    def _warehouse(self) -> Warehouse:
        location = self._parameters.values["warehouse"]
        place = read_warehouse(location)
        if isinstance(place, BigQueryLocation):
            google = GoogleConnection.of(self._parameters.block("google"))
            return open_warehouse(location, google)
        if not place.path.exists():
            raise OpsdeskError(
                f"There is no {project.shown(place.path)} yet: type `{self._run_command}`."
            )
        if not self._copy:
            self._copy = PrivateCopy(place.path)
        return open_warehouse(f"duckdb:{self._copy.refreshed()}")

    @property
    def _run_command(self) -> str:
        return f"opsdesk run {project.shown(self._parameters.path)}"


def _check_day(day: date, published: Publication) -> None:
    if not published.first <= day <= published.last:
        raise OpsdeskError(
            f"ops_date {day} is outside the data, "
            f"which reach from {published.first} to {published.last}."
        )
