"""How an export's columns become ours: one YAML file in params/mappings/ an export format."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import duckdb
import yaml

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.instants import is_zone
from opsdesk.project import LOADER

TARGETS = (
    "ticket_id", "created_at", "resolved_at", "resolution_hours", "sla_hours", "sla_breached",
    "priority", "category", "channel", "customer_tier", "status", "agent_id",
)  # fmt: skip
EXTRA_TARGETS = ("due_at", "updated_at")
REQUIRED = ("ticket_id", "created_at", "resolved_at")
USUAL_FORMAT = re.compile(
    r"(?:[^%]|%-?[mdyHIMS]|%[Ypfz])+"
)  # DuckDB knows these; starting one to ask takes a while
KEYS = (
    "columns",
    "timestamps",
    "timezone",
    "values",
    "closed_statuses",
    "sla_hours_by_priority",
    "delimiter",
)


@dataclass(frozen=True)
class Mapping:
    """A mapping file, checked.

    `columns` gives for each of our columns the source columns, the first non-empty one wins.
    """

    name: str
    path: Path
    columns: dict[str, tuple[str, ...]]
    timestamps: tuple[str, ...]
    timezone: str = "UTC"
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    closed_statuses: tuple[str, ...] = ()
    sla_hours_by_priority: dict[str, float] = field(default_factory=dict)
    delimiter: str = ","

    @property
    def knows_targets(self) -> bool:
        """Whether tickets of this export can have an SLA target at all."""
        return (
            bool(self.sla_hours_by_priority)
            or "sla_hours" in self.columns
            or "due_at" in self.columns
        )

    @property
    def sources(self) -> list[str]:
        """Every source column named, each once, in the order of the file."""
        return list(
            dict.fromkeys(source for sources in self.columns.values() for source in sources)
        )


def mappings_folder() -> Path:
    """The folder the mappings live in."""
    return project.ROOT / "params" / "mappings"


def read_mapping(name: str) -> Mapping:
    """The mapping called `name` (params/mappings/NAME.yaml).

    Raises:
        OpsdeskError: no such file, or something in it that cannot be meant; the text names file and key.
    """
    known = sorted(path.stem for path in mappings_folder().glob("*.yaml") if path.is_file())
    if name not in known:
        raise OpsdeskError(
            f"There is no mapping {name!r}: params/mappings/ has {', '.join(known) or 'none'}."
        )
    path = mappings_folder() / f"{name}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=LOADER)
        _refuse_repeated(project.shown(path), yaml.compose(text, Loader=LOADER))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise OpsdeskError(
            f"{project.shown(path)} is not YAML: {' '.join(str(error).split())}"
        ) from None
    return _checked(name, path, content)


def _checked(name: str, path: Path, content: object) -> Mapping:
    where = project.shown(path)
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise OpsdeskError(
            f"{where}: a mapping needs a block `columns:` that names the export's column for each of ours."
        )
    _refuse_unknown(where, "key", content, KEYS)
    _refuse_unknown(f"{where}, columns", "column", content["columns"], TARGETS + EXTRA_TARGETS)
    for target in REQUIRED:
        if not content["columns"].get(target):
            raise OpsdeskError(f"{where}: columns must say where {target} comes from.")
    if "sla_hours" in content["columns"] and "due_at" in content["columns"]:
        raise OpsdeskError(
            f"{where}: map sla_hours or due_at, not both: the target would have two sources."
        )
    return Mapping(
        name=name,
        path=path,
        columns={
            target: _names(where, target, names)
            for target, names in content["columns"].items()
            if names
        },
        timestamps=_formats(where, content.get("timestamps")),
        timezone=_zone(where, content.get("timezone", "UTC")),
        values=_values(where, content.get("values") or {}),
        closed_statuses=_statuses(where, content.get("closed_statuses") or []),
        sla_hours_by_priority=_hours(where, content.get("sla_hours_by_priority") or {}),
        delimiter=_delimiter(where, content.get("delimiter", ",")),
    )


def _refuse_repeated(where: str, node: yaml.Node | None) -> None:
    """YAML itself lets the last of two equal keys win."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        for key, child in node.value:
            if keys.count(key.value) > 1:
                raise OpsdeskError(
                    f"{where}, line {key.start_mark.line + 1}: {key.value} is given twice: keep one of the two."
                )
            _refuse_repeated(where, child)


def _refuse_unknown(where: str, kind: str, block: dict, known: tuple[str, ...]) -> None:
    for key in block:
        if key not in known:
            close = get_close_matches(str(key), known, 1)
            hint = f" Did you mean {close[0]}?" if close else f" Known: {', '.join(known)}."
            raise OpsdeskError(f"{where}: unknown {kind} {key!r}.{hint}")


def _names(where: str, target: str, names: object) -> tuple[str, ...]:
    listed = names if isinstance(names, list) else [names]
    if not all(isinstance(name, str) for name in listed):
        raise OpsdeskError(
            f"{where}: columns.{target} must be a column name or a list of them, got {names!r}."
        )
    return tuple(listed)


def _formats(where: str, formats: object) -> tuple[str, ...]:
    if (
        not isinstance(formats, list)
        or not formats
        or not all(isinstance(text, str) and "%" in text for text in formats)
    ):
        raise OpsdeskError(
            f'{where}: timestamps must list the accepted formats, such as "%Y-%m-%d %H:%M:%S".'
        )
    for text in formats:
        if "%Z" in text:
            raise OpsdeskError(
                f"{where}: timestamps has {text!r}; names of zones are ambiguous, use %z for offsets or set `timezone`."
            )
        if USUAL_FORMAT.fullmatch(text):
            continue
        try:
            duckdb.execute("SELECT try_strptime('', $1)", [text])
        except duckdb.Error as error:
            raise OpsdeskError(
                f"{where}: timestamps has {text!r}, which is no format: {str(error).splitlines()[0]}"
            ) from None
    return tuple(formats)


def _zone(where: str, zone: object) -> str:
    if not is_zone(str(zone)):
        raise OpsdeskError(
            f"{where}: timezone {zone!r} is not an IANA time zone such as Europe/Berlin or UTC."
        )
    return str(zone)


def _statuses(where: str, statuses: object) -> tuple[str, ...]:
    if not isinstance(statuses, list) or not all(isinstance(status, str) for status in statuses):
        raise OpsdeskError(
            f"{where}: closed_statuses must be a list of texts such as [Resolved, Closed]; put No, Yes and numbers in quotes."
        )
    return tuple(statuses)


def _values(where: str, values: object) -> dict[str, dict[str, str]]:
    if not isinstance(values, dict) or not all(
        isinstance(block, dict) for block in values.values()
    ):
        raise OpsdeskError(f"{where}: values must give a block of translations for each column.")
    _refuse_unknown(f"{where}, values", "column", values, TARGETS)
    if any("\n" in _text(new) for block in values.values() for new in block.values()):
        raise OpsdeskError(f"{where}: values must be translated into one line each.")
    for target, block in values.items():
        if not all(
            isinstance(old, str) and isinstance(new, str | bool | None)
            for old, new in block.items()
        ):
            raise OpsdeskError(
                f"{where}: values.{target} must translate text into text; put No, Yes and numbers in quotes."
            )
    return {
        target: {old: _text(new) for old, new in block.items()} for target, block in values.items()
    }


def _text(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else ""
        if value is None
        else str(value).strip()
    )


def _hours(where: str, hours: object) -> dict[str, float]:
    valid = isinstance(hours, dict) and all(
        isinstance(number, int | float) and not isinstance(number, bool) and 0 < number <= 876_000
        for number in hours.values()
    )
    if not valid:
        raise OpsdeskError(
            f"{where}: sla_hours_by_priority must give a number of hours above 0 (and below a century) for each priority."
        )
    return {str(priority): float(number) for priority, number in hours.items()}


def _delimiter(where: str, delimiter: object) -> str:
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise OpsdeskError(
            f"{where}: delimiter must be one character, such as ; or a tab, got {delimiter!r}."
        )
    return delimiter
