"""How an export's columns become ours: one YAML file per export format.

Those that come with opsdesk are in params/mappings/; others may be anywhere.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml, parse_yaml
from opsdesk.ingest import mapping_checks as check
from opsdesk.ingest import mapping_file_form as form
from opsdesk.ingest.change_rules import Events
from opsdesk.ingest.mapping_clock import paused_statuses, sla_priority
from opsdesk.ingest.mapping_events import read_events
from opsdesk.ingest.mapping_exclude import ExcludeRule, read_exclude
from opsdesk.ingest.mapping_sources import Source
from opsdesk.ingest.timestamp_formats import ALL, check_formats
from opsdesk.instants import read_zone


@dataclass(frozen=True)
class Mapping:
    """A checked mapping file.

    `columns` gives the sources of each of our columns, `attributes` those of the user's own; the
    first that is not blank wins. `optional` are our columns that an export may lack.
    `timestamps` are the accepted formats, by our column or for all. `timezone` is that of times
    without an offset, "" where the mapping names none; `zone_from` says who named it. `missing` are
    texts that mean blank, `decimal` is the sign before the fraction of a number. `earliest` is the
    first plausible instant (UTC), None where the export itself is to tell. `events` says how an
    export of changes becomes ours, None where the mapping does not. The rest says how a file is
    read: `encoding` is a codec of Python, `sheet` one of a workbook, `header_row` counts from 1.
    """

    name: str
    path: Path
    columns: dict[str, tuple[Source, ...]]
    timestamps: dict[str, tuple[str, ...]]
    timezone: str = ""
    zone_from: str = "mapping"
    attributes: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    exclude: tuple[ExcludeRule, ...] = ()
    closed_statuses: tuple[str, ...] = ()
    paused_statuses: tuple[str, ...] = ()
    sla_hours_by_priority: dict[str, float] = field(default_factory=dict)
    sla_days_by_priority: dict[str, int] = field(default_factory=dict)
    sla_priority: str = "in_force"
    events: Events | None = None
    decimal: str = "."
    earliest: datetime | None = None
    delimiter: str = ","
    encoding: str = ""
    sheet: str = ""
    header_row: int = 1

    @property
    def shown(self) -> str:
        """Return the file, as messages name it."""
        return project.shown(self.path)

    @property
    def source_names(self) -> tuple[str, ...]:
        """Return every column that is named, each once, in the order of the file."""
        listed = (*self.columns.values(), *self.attributes.values())
        names = [each.name for sources in listed for source in sources for each in source.names]
        names += [name for rule in self.exclude for name in rule.columns]
        return tuple(dict.fromkeys(names))

    def formats(self, target: str) -> tuple[str, ...]:
        """Return the accepted formats of one of our timestamps."""
        return self.timestamps.get(target, self.timestamps.get(ALL, ()))

    def in_zone(self, timezone: str) -> "Mapping":
        """Return this mapping with a zone: its own, or `timezone` where it names none.

        Raises:
            OpsdeskError: `timezone` is not a zone.
        """
        if self.timezone:
            return self
        read_zone(timezone)
        return replace(self, timezone=timezone, zone_from="run")


def mappings_folder() -> Path:
    """Return the folder of the mappings."""
    return project.ROOT / "params" / "mappings"


def mapping_path(mapping: str) -> Path:
    """Return the file of a mapping: a name in params/mappings/, or a path.

    Raises:
        OpsdeskError: there is no such file; the text lists the names.
    """
    is_path = mapping.endswith((".yaml", ".yml")) or "/" in mapping
    path = project.resolve(mapping) if is_path else mappings_folder() / f"{mapping}.yaml"
    project.refuse_pipe("The mapping", path)
    if path.is_file():
        return path
    if is_path:
        raise OpsdeskError(
            f"There is no mapping {mapping} (looked for {path}): write its path from the project's "
            "folder, or a name in params/mappings/."
        )
    names = sorted(path.stem for path in mappings_folder().glob("*.yaml") if path.is_file())
    raise OpsdeskError(
        f"There is no mapping {mapping!r}: params/mappings/ has {', '.join(names) or 'none'}."
    )


def read_mapping(mapping: str) -> Mapping:
    """Return a mapping, by its name in params/mappings/ or by its path.

    Raises:
        OpsdeskError: no such file, or an invalid value in it; the text names file and key.
    """
    path = mapping_path(mapping)
    where = project.shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        content = parse_yaml(text)
        root = compose_yaml(text)
    except UnicodeDecodeError:
        raise OpsdeskError(f"{where} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise OpsdeskError(f"{where} cannot be read: {error.strerror}.") from None
    except UnreadableDocument as error:
        raise OpsdeskError(f"{where}, {error}: write it as the other mappings are.") from None
    check.refuse_repeated_keys(where, root)
    return _checked(path, content)


def _checked(path: Path, content: object) -> Mapping:
    where = project.shown(path)
    block = check.block_of(where, content)
    by_priority = check.sla_by_priority(where, block)
    return Mapping(
        name=path.stem,
        path=path,
        columns=check.columns(where, block["columns"]),
        timestamps=check_formats(where, block.get("timestamps")),
        timezone=form.timezone(where, block["timezone"]) if block.get("timezone") else "",
        attributes=check.attributes(where, block.get("attributes") or {}),
        optional=check.optional(where, block),
        values=check.values(where, block.get("values") or {}),
        missing=check.texts(where, "missing", block.get("missing") or []),
        exclude=read_exclude(where, block.get("exclude") or []),
        closed_statuses=check.texts(where, "closed_statuses", block.get("closed_statuses") or []),
        paused_statuses=paused_statuses(where, block),
        sla_hours_by_priority=by_priority[0],
        sla_days_by_priority=by_priority[1],
        sla_priority=sla_priority(where, block),
        events=read_events(where, block.get("events")),
        decimal=form.decimal(where, block.get("decimal", ".")),
        earliest=form.earliest(where, block.get("earliest")),
        delimiter=form.delimiter(where, block.get("delimiter", ",")),
        encoding=form.encoding(where, block.get("encoding") or ""),
        sheet=form.sheet(where, block.get("sheet") or ""),
        header_row=form.header_row(where, block.get("header_row", 1)),
    )
