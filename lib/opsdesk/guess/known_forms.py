"""Whether a file has a form for which there is a mapping already: its header says so."""

import re
from dataclasses import dataclass

from opsdesk.errors import OpsdeskError
from opsdesk.ingest.column_plan import ColumnPlan, plan_columns
from opsdesk.ingest.mapping import Mapping, mappings_folder, read_mapping

ENOUGH = 5  # columns of the file that a form must name
DISTINCT = 3  # of them with a name of more than one word: "Status" is everywhere
ONE_WORD = re.compile("[A-Za-z]?[a-z]*|[A-Z]*")


@dataclass(frozen=True)
class KnownForm:
    """A mapping that fits the header, and how many of the file's columns it names.

    `others` are the names of mappings that fit it too, and name fewer columns.
    """

    mapping: Mapping
    plan: ColumnPlan
    named: int
    others: tuple[str, ...] = ()


def find_known_form(header: tuple[str, ...], shown: str, *, typed: bool) -> KnownForm | None:
    """Return the mapping in params/mappings/ that names most columns of a header, if one fits."""
    found = []
    for path in sorted(mappings_folder().glob("*.yaml")):
        try:
            mapping = read_mapping(path.stem)
            plan = plan_columns(mapping, header, shown, typed=typed)
        except OpsdeskError:
            continue  # another form, or a mapping that is not finished
        if _is_recognised(plan):
            found.append(KnownForm(mapping, plan, len(plan.places)))
    if not found:
        return None
    best = max(found, key=lambda form: (form.named, form.plan.mapping.name == "ops_tickets"))
    others = tuple(form.mapping.name for form in found if form is not best)
    return KnownForm(best.mapping, best.plan, best.named, others)


def find_nearly_known(header: tuple[str, ...], shown: str) -> str:
    """Return in a sentence which known form a header would have, if it did not lack a column."""
    found = []
    for path in sorted(mappings_folder().glob("*.yaml")):
        try:
            mapping = read_mapping(path.stem)
        except OpsdeskError:
            continue
        names = set(mapping.source_names) & set(header)
        try:
            plan_columns(mapping, header, shown, typed=True)
        except OpsdeskError as error:
            if _is_enough(names):
                found.append((len(names), mapping.name, str(error).split(" Its columns are")[0]))
    if not found:
        return ""
    named, name, cause = max(found)
    return f"It looks like the form {name!r}, of which it has {named} columns, but: {cause}"


def _is_recognised(plan: ColumnPlan) -> bool:
    return _is_enough({plan.header[place] for place in plan.places})


def _is_enough(names: set[str]) -> bool:
    distinct = [name for name in names if not ONE_WORD.fullmatch(name)]
    return len(names) >= ENOUGH and len(distinct) >= DISTINCT
