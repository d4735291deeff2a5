"""From a table to findings: by a known form's mapping, or by names and values."""

from opsdesk.guess.by_form import find_by_form
from opsdesk.guess.by_names import find_by_names
from opsdesk.guess.findings import Findings
from opsdesk.guess.known_forms import find_known_form
from opsdesk.guess.table import Table


def find(table: Table) -> Findings:
    """Return what is found out about a file."""
    form = find_known_form(table.header, table.shown, typed=True)
    return find_by_form(table, form) if form else find_by_names(table)
