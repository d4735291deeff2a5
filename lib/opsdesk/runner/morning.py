"""The morning brief of a run: its report, and its digest as text and as mail."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from opsdesk.config.parameters import Parameters
from opsdesk.google.connection import GoogleConnection
from opsdesk.runner.state import read_lake_record

if TYPE_CHECKING:
    from opsdesk.brief.facts import Facts
    from opsdesk.trends.day_names import DayNames
    from opsdesk.warehouse.open import Warehouse

REPORT = "report.html"
MAIL = "digest.eml"
TEXT = "digest.txt"


def import_ahead() -> None:
    """Begin to import what draws the report; it takes a second, in which a notebook can run."""
    Thread(target=import_module, args=("opsdesk.brief.page",), daemon=True).start()


def open_published(parameters: Parameters) -> "Warehouse":
    """Return the warehouse of a params file."""
    from opsdesk.warehouse.open import open_warehouse

    google = GoogleConnection.of(parameters.block("google"))
    return open_warehouse(parameters.values["warehouse"], google)


def day_names(parameters: Parameters) -> "DayNames":
    """Return the names of days by the notes and the country of a params file."""
    from opsdesk.trends.day_names import read_day_names

    values = parameters.values
    return read_day_names(values.get("notes", ""), values.get("holidays_country", ""))


def read_morning(warehouse: "Warehouse", parameters: Parameters) -> "Facts":
    """Return what the published tables say this morning.

    Raises:
        OpsdeskError: nothing is published, or the notes cannot be read.
    """
    from opsdesk.brief.facts import read_facts

    return read_facts(warehouse, parameters.block("targets"), day_names(parameters))


def morning_page(
    facts: "Facts", parameters: Parameters, steps: Sequence[Mapping[str, object]] = ()
) -> dict[str, Any]:
    """Return what the report and the digest show.

    Raises:
        OpsdeskError: the lake cannot be reached.
    """
    from opsdesk.brief.page import About, page_values
    from opsdesk.brief.quality import judge_quality

    lake_record, _ = read_lake_record(parameters)
    about = About(parameters.name, dict(parameters.values), steps)
    return page_values(facts, judge_quality(lake_record, facts.coverage, facts.log_issues), about)


def write_morning(page: Mapping[str, Any], folder: Path) -> None:
    """Write report.html, digest.eml and digest.txt into the folder of a run."""
    from opsdesk.brief.mail import digest_mail, digest_text
    from opsdesk.brief.page import render_report

    (folder / TEXT).write_text(digest_text(page), encoding="utf-8", newline="\n")
    (folder / MAIL).write_bytes(digest_mail(page))
    (folder / REPORT).write_text(render_report(page), encoding="utf-8", newline="\n")


def read_digest(parameters: Parameters, is_mail: bool) -> bytes:
    """Return the digest of what was published last: a mail, or plain text in UTF-8.

    Raises:
        OpsdeskError: nothing is published, or the lake cannot be reached.
    """
    from opsdesk.brief.mail import digest_mail, digest_text

    facts = read_morning(open_published(parameters), parameters)
    page = morning_page(facts, parameters)
    return digest_mail(page) if is_mail else digest_text(page).encode()
