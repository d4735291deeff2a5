"""How an export's columns become ours: one YAML file in params/mappings/ per export format."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml, parse_yaml
from opsdesk.ingest import mapping_checks as check
from opsdesk.ingest.timestamp_formats import check_formats


@dataclass(frozen=True)
class Mapping:
    """A checked mapping file.

    `columns` gives the source columns of each of our columns; the first that is not blank wins.
    `earliest` is the first plausible instant (UTC), None where the export itself is to tell.
    `timestamps` are the accepted formats, `timezone` is that of texts without an offset.
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
    earliest: datetime | None = None

    @property
    def has_targets(self) -> bool:
        """Return whether tickets of this export can have an SLA target at all."""
        has_column = "sla_hours" in self.columns or "due_at" in self.columns
        return has_column or bool(self.sla_hours_by_priority)

    @property
    def sources(self) -> list[str]:
        """Return every source column that is named, each once, in the order of the file."""
        named = (source for sources in self.columns.values() for source in sources)
        return list(dict.fromkeys(named))


def mappings_folder() -> Path:
    """Return the folder of the mappings."""
    return project.ROOT / "params" / "mappings"


def read_mapping(name: str) -> Mapping:
    """Return the mapping called `name` (params/mappings/NAME.yaml).

    Raises:
        OpsdeskError: no such file, or an invalid value in it; the text names file and key.
    """
    project.refuse_pipe("The mapping", mappings_folder() / f"{name}.yaml")
    names = sorted(path.stem for path in mappings_folder().glob("*.yaml") if path.is_file())
    if name not in names:
        raise OpsdeskError(
            f"There is no mapping {name!r}: params/mappings/ has {', '.join(names) or 'none'}."
        )
    path = mappings_folder() / f"{name}.yaml"
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
    return _checked(name, path, content)


def _checked(name: str, path: Path, content: object) -> Mapping:
    where = project.shown(path)
    block = check.block_of(where, content)
    return Mapping(
        name=name,
        path=path,
        columns=check.columns(where, block["columns"]),
        timestamps=check_formats(where, block.get("timestamps")),
        timezone=check.timezone(where, block.get("timezone", "UTC")),
        values=check.values(where, block.get("values") or {}),
        closed_statuses=check.closed_statuses(where, block.get("closed_statuses") or []),
        sla_hours_by_priority=check.sla_hours(where, block.get("sla_hours_by_priority") or {}),
        delimiter=check.delimiter(where, block.get("delimiter", ",")),
        earliest=check.earliest(where, block.get("earliest")),
    )
