"""The command `opsdesk`. Each command imports what it needs: help and status answer at once."""

import io
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import click

import opsdesk
from opsdesk.errors import OpsdeskError
from opsdesk.guards.file_mode import PRIVATE, created_with, set_mode
from opsdesk.guards.secrets import redacted
from opsdesk.guards.texts import printable, readable

STEP_HELP = "A step is called 01_ingest, ingest or 1."
INTERRUPTED = 130  # what shells expect after Ctrl-C
EXIT_CODES = (
    "Exit codes: 0 done · 1 an error, in one sentence · 2 wrong usage · 3 a kernel died "
    "(memory, a kill) · 4 too many rows rejected, nothing published · 5 a target is missed "
    "(--fail-on off_target) · 6 another run is at work on these outputs, nothing was done · "
    "7 a check of opsdesk quality failed · 130 interrupted · 143 terminated."
)
SAMPLE = "params/sample.yaml"
Command = TypeVar("Command", bound=Callable[..., Any])


def main() -> None:
    """Run the command line; EXIT_CODES says what its exit codes mean."""
    debug = "--debug" in sys.argv
    # --debug may be given anywhere, also after the command.
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    if debug:
        arguments.insert(0, "--debug")
        sys.excepthook = _print_traceback
    try:
        sys.exit(commands(arguments, standalone_mode=False) or 0)
    except OpsdeskError as error:
        _fail(str(error), debug, error.exit_code)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        _say(shown.getvalue().rstrip("\n"), err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted: the kernel is stopped and the outputs are free again.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:
        _fail(f"Unexpected {type(error).__name__}: {error} (--debug shows where).", debug)


def _fail(sentence: str, debug: bool, exit_code: int = 1) -> None:
    if debug and exit_code == 1:  # with a traceback Python ends with 1, whatever the error is
        raise
    _say(f"opsdesk: {readable(sentence)}", err=True)
    sys.exit(exit_code)


def _say(text: object, err: bool = False) -> None:
    """Print what may hold anything: without secrets and control characters."""
    click.echo(printable(redacted(str(text))), err=err)


def _print_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    lines = traceback.format_exception(kind, error, trace)
    _say("".join(lines).rstrip("\n"), err=True)


def _answer(text: str) -> None:
    """Print the rows of a query; a program gets them as they are, a terminal what it can show.

    A reader that has enough before the end, such as `head`, is no error.
    """
    shown = printable(text) if sys.stdout.isatty() else text
    try:
        click.echo(shown, nl=False)
    except BrokenPipeError:
        # Python still holds some of the text, and would write it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _local_time() -> datetime:
    return datetime.now().astimezone()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(opsdesk.__version__, prog_name="opsdesk")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def commands(debug: bool) -> None:
    """Ticket exports in, true backlog and SLA trends out.

    Paths in PARAMS start at the project folder.
    """
    from opsdesk.workbench import find_project

    find_project()


def _pairs(
    context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise click.BadParameter("write it as key=value, such as -p timezone=Europe/Berlin")
    return dict(text.split("=", 1) for text in texts)


def _overrides(command: Command) -> Command:
    option = click.option(
        "-p",
        "overrides",
        multiple=True,
        callback=_pairs,
        metavar="KEY=VALUE",
        help="Set a parameter; a setting of a block is BLOCK.SETTING, such as google.location=EU.",
    )
    return option(command)


@commands.command(epilog=EXIT_CODES)
@click.argument("params")
@_overrides
@click.option("--from", "from_step", metavar="STEP", help=f"Begin with this step. {STEP_HELP}")
@click.option("--only", "only_step", metavar="STEP", help="Run this step alone.")
@click.option(
    "--dry-run", is_flag=True, help="Show what a run would load, scan and cost; change nothing."
)
@click.option("--open", "is_opened", is_flag=True, help="Open the report in a browser.")
@click.option(
    "--fail-on",
    type=click.Choice(["off_target"]),
    help="End a good run with exit code 5 where a target of the params file is missed.",
)
@click.pass_context
def run(
    context: click.Context,
    params: str,
    overrides: dict[str, str],
    from_step: str | None,
    only_step: str | None,
    dry_run: bool,
    is_opened: bool,
    fail_on: str | None,
) -> int:
    """Run the notebooks with params/NAME.yaml: ingest, backfill, transform, trends and report."""
    debug = bool(context.find_root().params["debug"])
    if not dry_run:
        return _run(params, overrides, from_step, only_step, debug, is_opened, fail_on)
    if from_step or only_step or is_opened:
        raise click.UsageError(
            "--dry-run looks at the whole run and writes no report: leave --from, --only and "
            "--open out."
        )
    return _plan(params, overrides)


def _run(
    params: str,
    overrides: dict[str, str],
    from_step: str | None = None,
    only_step: str | None = None,
    debug: bool = False,
    is_opened: bool = False,
    fail_on: str | None = None,
) -> int:
    from opsdesk.config.parameters import read_parameters
    from opsdesk.runner import run as runner
    from opsdesk.runner.choice import chosen_steps
    from opsdesk.runner.targets import EXIT_OFF_TARGET, is_off_target

    parameters = read_parameters(params, overrides)
    chosen = chosen_steps(parameters.steps, from_step, only_step)
    record = runner.run(parameters, chosen, _local_time, _say, os.environ)
    if record.traceback and debug:
        _say(record.traceback, err=True)
    if record.error:
        _say(f"opsdesk: {record.error}", err=True)
    if is_opened:
        _open_report(record.report)
    if fail_on and record.exit_code == 0 and is_off_target(record.summary):
        return EXIT_OFF_TARGET
    return record.exit_code


def _open_report(report: Path | None) -> None:
    import webbrowser

    if report is None:
        _say("There is no report to open: 05_trends writes it.", err=True)
    elif not webbrowser.open(report.as_uri()):
        _say(f"No browser could be opened: open {report} yourself.", err=True)


def _plan(params: str, overrides: dict[str, str]) -> int:
    from opsdesk.config.parameters import read_parameters
    from opsdesk.runner.plan import plan_run
    from opsdesk.runner.plan_lines import plan_lines

    parameters = read_parameters(params, overrides)
    for line in plan_lines(parameters, plan_run(parameters, datetime.now(UTC))):
        _say(line)
    return 0


@commands.command()
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Put notebooks, params and mappings into the empty folder DIR, to work there."""
    from opsdesk.runner.starter import start_project

    for line in start_project(Path(folder).expanduser().absolute()):
        _say(line)


@commands.command()
@click.argument("params")
@_overrides
def status(params: str, overrides: dict[str, str]) -> None:
    """Show past runs, loaded months, row counts and rejected rows."""
    from opsdesk.config.parameters import read_parameters
    from opsdesk.runner.status import read_status, status_lines

    parameters = read_parameters(params, overrides)
    for line in status_lines(parameters, read_status(parameters)):
        _say(line)


@commands.command("map")
@click.argument("file")
@click.option("--name", default="", help="What the two files are called; else after FILE.")
def map_file(file: str, name: str) -> None:
    """Say what the columns of an export mean; write a mapping and params/NAME.yaml for it."""
    from opsdesk import project
    from opsdesk.guess.map_export import map_export

    here = Path(file).absolute()
    with created_with(PRIVATE):
        map_export(project.shown(here) if here.is_file() else file, name, _say)


@commands.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTER OPTIONS]...")
def lab(options: tuple[str, ...]) -> int:
    """Open JupyterLab on the trends of the last good run; the sample is run first if need be."""
    from opsdesk.runner.lab import last_trends, open_lab, sample_is_ready

    trends = last_trends()
    if not sample_is_ready():
        # The notebooks in notebooks/ read the sample's outputs by default.
        click.echo(f"Running {SAMPLE} once, so that Run All works in notebooks/ ...")
        if failed := _run(SAMPLE, {}):
            return failed
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    open_lab(trends or last_trends(), options, is_root)
    return 0


@commands.command()
@click.option("--tickets", type=click.IntRange(min=1), required=True, help="How many tickets.")
@click.argument("folder", metavar="DIR")
def sample(tickets: int, folder: str) -> None:
    """Write a made-up but realistic ops_tickets.csv and agents_master.csv of any size."""
    from opsdesk.sample import write_sample

    written = write_sample(Path(folder), tickets)
    days = f"{written.days} days from {written.start}"
    _say(f"{written.export}: {written.rows:,} rows over {days}")
    _say(written.agents)


@commands.command()
@click.argument("params")
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "parquet", "xlsx"]),
    help="A table on screen, else what the ending of --output says.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this .csv, .parquet or .xlsx file.",
)
@click.option("--bom", is_flag=True, help="Begin a CSV file so that Excel reads it as UTF-8.")
@click.option("--local-times", is_flag=True, help="Times in the `timezone` of PARAMS, not UTC.")
@click.option(
    "--neutralise-formulas",
    is_flag=True,
    help="Put ' before text a spreadsheet would run (= + - @).",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="At most that many rows; 0 is all. A table on screen shows 100.",
)
def query(
    params: str,
    sql: str,
    form: str | None,
    output: Path | None,
    bom: bool,
    local_times: bool,
    neutralise_formulas: bool,
    limit: int | None,
) -> None:
    """Print the rows of a SELECT on the published tables, or export them."""
    if form in ("parquet", "xlsx") and not output:
        raise click.UsageError(f"{form} is no text: name a file with --output.")
    from opsdesk.display.query_files import form_of, in_zone, write_rows
    from opsdesk.display.query_output import csv_text, neutralised, table_text
    from opsdesk.session import open as open_session

    form = form_of(output, form) if output else form or "table"
    if bom and not (output and form == "csv"):
        raise click.UsageError("--bom is for a CSV file: name one with --output.")
    session = open_session(params)
    rows = session.query(sql)
    if local_times:
        rows = in_zone(rows, session.params["timezone"], form)
    if neutralise_formulas:
        rows = neutralised(rows)
    if limit and (output or form == "csv"):
        rows = rows.head(limit)
    if output:
        mode = session.params["file_mode"]
        with created_with(mode):
            set_mode([output], mode)
            write_rows(rows, output, form, bom=bom)
        _say(f"{output}: {len(rows):,} rows", err=True)
    elif form == "csv":
        _answer(csv_text(rows))
    else:
        shown = 100 if limit is None else limit or None
        _answer(table_text(rows, shown))


@commands.command()
@click.argument("params")
@click.option("--agent", default="", help="The tickets of this agent alone.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all of them to this .csv, .parquet or .xlsx file.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="On screen, at most that many rows; 0 is all.",
)
def work(params: str, agent: str, output: Path | None, limit: int) -> None:
    """Print the open tickets to work on first, or export them: the table work_next."""
    from opsdesk.display.query_files import form_of, write_rows
    from opsdesk.display.query_output import neutralised, table_text
    from opsdesk.session import open as open_session

    form = form_of(output, None) if output else ""
    session = open_session(params)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        rows = session.work(agent)
    for warning in warned:
        _say(warning.message, err=True)
    if not output:
        _answer(table_text(rows, limit or None))
        return
    mode = session.params["file_mode"]
    with created_with(mode):
        set_mode([output], mode)
        write_rows(rows if form == "parquet" else neutralised(rows), output, form)
    _say(f"{output}: {len(rows):,} rows", err=True)


@commands.command()
@click.argument("params")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to this file: .eml is a mail with text and HTML, all else is text.",
)
def digest(params: str, output: Path | None) -> None:
    """Print the morning brief of what was published last, or write it as a mail."""
    from opsdesk.config.parameters import read_parameters
    from opsdesk.runner.morning import read_digest

    parameters = read_parameters(params)
    is_mail = bool(output and output.suffix.lower() == ".eml")
    written = read_digest(parameters, is_mail)
    if not output:
        _answer(written.decode())
        return
    mode = parameters.values["file_mode"]
    with created_with(mode):
        set_mode([output], mode)
        try:
            output.write_bytes(written)
        except OSError as error:
            raise OpsdeskError(f"{output} cannot be written: {error.strerror or error}.") from None
    _say(f"{output}: {len(written):,} bytes", err=True)


@commands.command(epilog=EXIT_CODES)
@click.argument("params")
@_overrides
def quality(params: str, overrides: dict[str, str]) -> int:
    """Let Great Expectations check the published tables and write Data Docs; see make quality."""
    from opsdesk.config.parameters import read_parameters
    from opsdesk.quality.check import check_quality

    return check_quality(read_parameters(params, overrides), _say)


@commands.command()
@click.argument("params")
@_overrides
def adopt(params: str, overrides: dict[str, str]) -> None:
    """Let the lake of PARAMS fill its warehouse, which was filled from another lake."""
    from opsdesk.config.parameters import read_parameters
    from opsdesk.google.connection import GoogleConnection
    from opsdesk.runner.owners import take_ownership
    from opsdesk.workbench import Workbench

    parameters = read_parameters(params, overrides)
    parameters.outputs.parent.mkdir(exist_ok=True)
    for line in take_ownership(parameters):
        click.echo(line)
    google = GoogleConnection.of(parameters.block("google"))
    bench = Workbench(datetime.now(UTC).isoformat(), google)
    click.echo(bench.adopt(parameters.values["lake"], parameters.values["warehouse"]))


@commands.command()
@click.option(
    "--folder",
    metavar="DIR",
    default="outputs/emulators",
    show_default=True,
    help="Where their state goes.",
)
def emulators(folder: str) -> None:
    """Run emulators of Cloud Storage and BigQuery until Ctrl-C; write the params file to use."""
    from opsdesk import project
    from opsdesk.emulators.command import run_until_interrupted

    with created_with(PRIVATE):
        run_until_interrupted(project.resolve(folder), _say)


@commands.command()
@click.argument("params")
@_overrides
@click.option(
    "--region",
    default="us-central1",
    show_default=True,
    help="Where batch or cluster run: near the data.",
)
@click.option(
    "--image",
    default=f"REGION-docker.pkg.dev/YOUR-PROJECT/REPOSITORY/opsdesk:{opsdesk.__version__}",
    show_default=True,
    help="The batch's image, in Artifact Registry.",
)
@click.option("--dry-run", is_flag=True, help="Print the commands.")
def dataproc(
    params: str, overrides: dict[str, str], region: str, image: str, dry_run: bool
) -> None:
    """Print the commands that run backfill and transform on Dataproc, as batch or on a cluster."""
    if not dry_run:
        raise OpsdeskError(
            "These commands cost money in your project, so opsdesk does not run them: "
            "add --dry-run, read them, paste them."
        )
    from opsdesk.config.parameters import read_parameters
    from opsdesk.dataproc.commands import dataproc_commands

    _say(dataproc_commands(read_parameters(params, overrides), region, image))
