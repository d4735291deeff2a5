"""What each parameter may be. A check gets the value and returns what is wrong, or nothing."""

import re
from datetime import datetime

from opsdesk import project
from opsdesk.config.block_rules import BLOCKS, Check, is_number
from opsdesk.config.holiday_names import problem_with_country
from opsdesk.config.lineage import problem_with_lineage
from opsdesk.config.locations import (
    BUCKET,
    is_in_bucket,
    problem_with_warehouse,
    split_patterns,
)
from opsdesk.guards.file_mode import MODES
from opsdesk.guards.secrets import SECRET_VALUE, holds_secret
from opsdesk.guards.texts import is_plain
from opsdesk.instants import is_month, is_zone

# calendars that the package has, where a project has none of its own
SHIPPED_CALENDARS = ("business_hours", "extended")
SHIPPED_RULES = "default"  # rules that the package has, where a project has none of its own
DAY_AND_HOUR = re.compile(r"\d{4}-\d\d-\d\d[ T]\d")


def problem_with(name: str, value: str) -> str | None:
    """Return what is wrong with `value` for the parameter `name`, as the end of a sentence."""
    if holds_secret(value):
        return SECRET_VALUE
    if not is_plain(value):
        return "must be one line without control characters"
    block, _, setting = name.partition(".")
    check = BLOCKS[block].get(setting) if block in BLOCKS else CHECKS.get(name)
    return check(value) if check else None


def _filled(value: str) -> str | None:
    return None if value.strip() else "must not be empty"


def _path(value: str) -> str | None:
    if is_in_bucket(value) and not BUCKET.fullmatch(value):
        return (
            "must name a bucket after gs://, "
            "such as gs://ops-tickets-files or gs://ops-tickets-files/support"
        )
    return _filled(value)


def _export(value: str) -> str | None:
    return next(filter(None, map(_path, split_patterns(value))), None)


def _optional_export(value: str) -> str | None:
    return _export(value) if value else None


def _optional_path(value: str) -> str | None:
    return _path(value) if value else None


def _mapping(value: str) -> str | None:
    return _named_file(value, "mappings", "a mapping")


def _rules(value: str) -> str | None:
    return _named_file(value, "rules", "a rules file", (SHIPPED_RULES,))


def _calendar(value: str) -> str | None:
    return _named_file(value, "calendars", "a calendar", SHIPPED_CALENDARS) if value else None


def _notes(value: str) -> str | None:
    if not value:
        return None
    path = project.resolve(value)
    if path.is_file():
        return None
    there = "is a folder" if path.is_dir() else "is not there"
    return f'{there} (looked for {path}): name a notes file, such as "params/notes.yaml", or none'


def _named_file(value: str, folder: str, kind: str, more: tuple[str, ...] = ()) -> str | None:
    """Return what is wrong with the path of a file, or its name in a folder of params/."""
    if value.endswith((".yaml", ".yml")) or "/" in value:
        path = project.resolve(value)
        return None if path.is_file() else f"is not a file (looked for {path})"
    there = {path.stem for path in (project.ROOT / "params" / folder).glob("*.yaml")}
    known = sorted({*there, *more})
    if value in known:
        return None
    return (
        f"is not one of the files in params/{folder}/ ({', '.join(known) or 'none there'}), "
        f"nor the path of {kind}"
    )


def _export_kind(value: str) -> str | None:
    valid = value in ("full", "delta")
    return None if valid else 'must be "full" (the whole truth) or "delta" (only what changed)'


def _month(value: str) -> str | None:
    valid = not value or is_month(value)
    return None if valid else 'must be a month such as "2023-01", or "" for all'


def _timezone(value: str) -> str | None:
    if is_zone(value):
        return None
    return "is not an IANA time zone such as Europe/Berlin, America/New_York or UTC"


def _as_of(value: str) -> str | None:
    if value in ("latest", "now") or _is_wall_time(value):
        return None
    return 'must be "latest", "now" or a time in `timezone` such as "2023-06-30 23:59:59"'


def _is_wall_time(value: str) -> bool:
    """Return whether a text is a day with a time and without an offset."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is None and bool(DAY_AND_HOUR.match(value))


def _keep_runs(value: str) -> str | None:
    return None if is_number(value) else 'must be a number of runs such as "30"'


def _file_mode(value: str) -> str | None:
    valid = value in MODES
    return None if valid else 'must be "private" (the owner alone) or "shared" (the umask decides)'


def _share(value: str) -> str | None:
    valid = re.fullmatch(r"0(\.\d+)?|1(\.0+)?", value, re.ASCII)
    return None if valid else 'must be a number between 0 and 1 such as "0.2"'


def _per_day(value: str) -> str | None:
    valid = re.fullmatch(r"-?\d{1,6}(\.\d{1,3})?", value, re.ASCII)
    return None if valid else 'must be a number of tickets per day such as "4"'


def _engine(value: str) -> str | None:
    valid = value in ("warehouse", "spark")
    return None if valid else 'must be "warehouse" (its own SQL) or "spark"'


CHECKS: dict[str, Check] = {
    "export": _export,
    "mapping": _mapping,
    "rules": _rules,
    "calendar": _calendar,
    "notes": _notes,
    "holidays_country": problem_with_country,
    "agents": _optional_path,
    "events": _optional_export,
    "export_kind": _export_kind,
    "lake": _path,
    "warehouse": problem_with_warehouse,
    "first_month": _month,
    "last_month": _month,
    "timezone": _timezone,
    "as_of": _as_of,
    "engine": _engine,
    "keep_runs": _keep_runs,
    "file_mode": _file_mode,
    "max_rejected_share": _share,
    "lineage": problem_with_lineage,
    "more_resolved": _per_day,
}
