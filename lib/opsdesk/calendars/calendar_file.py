"""Calendar files: YAML with the open hours of a week; opsdesk's own are in params/calendars/."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

import yaml

from opsdesk import project
from opsdesk.calendars.calendar import (
    DAYS,
    ROUND_THE_CLOCK,
    Calendar,
    Holidays,
    OpenSpan,
    SlaClock,
)
from opsdesk.calendars.week import FORM, Week, make_week, overlap_in, read_span
from opsdesk.config.blocks import hint
from opsdesk.config.holiday_names import holidays_release, problem_with_country
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml
from opsdesk.guards.texts import is_plain
from opsdesk.instants import is_zone, zone_digest

KEYS = ["timezone", "weekly", "holidays", "per_priority"]
HOLIDAY_KEYS = ["country", "subdivision", "dates"]
WEEK_FORM = 'weekly: {mon: ["09:00-17:00"], tue: ["09:00-12:00", "13:00-17:00"]}'
HOLIDAYS_FORM = 'holidays: {country: US, subdivision: MA, dates: ["2026-12-24"]}'
# the package's own: in its clone, or where `opsdesk init` takes them from
SHIPPED = project.PACKAGE.parents[1] if project.IS_CLONE else project.PACKAGE / "starter"


def read_clock(name: str, timezone: str) -> SlaClock:
    """Return the SLA clock that the parameter `calendar` names; "" runs round the clock.

    A calendar without a zone of its own has `timezone`, that of the run.

    Raises:
        OpsdeskError: no such file, or a line that is not valid; the text names file and line.
    """
    if not name:
        return ROUND_THE_CLOCK
    file = _CalendarFile(calendar_path(name), timezone)
    calendars = {file.name: file.calendar()}
    of_priority = {}
    for priority, path in file.of_priority().items():
        other = _CalendarFile(path, timezone) if path else None
        of_priority[priority] = other.name if other else ""
        if other:
            calendars.setdefault(other.name, other.calendar())
    return SlaClock(file.name, calendars, of_priority)


def calendar_path(name: str) -> Path:
    """Return the file of a calendar: a name in params/calendars/, or a path.

    Raises:
        OpsdeskError: there is no such file; the text lists the names.
    """
    folder = project.ROOT / "params" / "calendars"
    of_package = SHIPPED / "params" / "calendars"
    if name.endswith((".yaml", ".yml")) or "/" in name:
        places = [project.resolve(name)]
    else:
        places = [folder / f"{name}.yaml", of_package / f"{name}.yaml"]
    for path in places:
        project.refuse_pipe("The calendar", path)
        if path.is_file():
            return path
    names = sorted({path.stem for where in (folder, of_package) for path in where.glob("*.yaml")})
    raise OpsdeskError(
        f"There is no calendar {name!r} (looked for {project.shown(places[0])}): write the path of "
        f"a calendar file, or a name in params/calendars/, which has {', '.join(names) or 'none'}."
    )


class _CalendarFile:
    """The lines of a calendar file, by key."""

    def __init__(self, path: Path, timezone: str) -> None:
        self.path = path
        self.name = path.stem
        self.where = project.shown(path)
        self.of_run = timezone
        if not is_plain(self.name):
            raise OpsdeskError(f"{self.where}: give the file a name of plain characters.")
        self.text = _read(path, self.where)
        self.nodes = self._top()

    def calendar(self) -> Calendar:
        """Return the calendar, without what it says of priorities."""
        zone = self._zone()
        holidays = self._holidays()
        made_of = [hashlib.sha256(self.text.encode()).hexdigest(), zone, zone_digest(zone)]
        if holidays.country:
            made_of.append(holidays_release())
        return Calendar(self.name, zone, self._week(), holidays, tuple(made_of))

    def of_priority(self) -> dict[str, Path | None]:
        """Return the file of the calendar for a priority, None where it is round the clock."""
        node = self.nodes.get("per_priority")
        chosen: dict[str, Path | None] = {}
        for key, value in self._entries(node, "per_priority", 'per_priority: {Critical: ""}'):
            priority = self._plain(key)
            if priority in chosen:
                self._refuse(key, f"the priority {priority!r} is there twice: keep one.")
            name = value.value if isinstance(value, yaml.ScalarNode) else None
            if name is None or (name and not is_plain(name)):
                self._refuse(value, f'name a calendar for {priority!r}, or "" for round the clock.')
            try:
                chosen[priority] = calendar_path(name) if name else None
            except OpsdeskError as error:
                self._refuse(value, f"priority {priority!r}: {error}")
            stems = {path.stem: path for path in chosen.values() if path} | {self.name: self.path}
            if any(path and path != stems[path.stem] for path in chosen.values()):
                self._refuse(value, f"two calendars are called {Path(name).stem!r}: rename one.")
        return chosen

    def _top(self) -> dict[str, yaml.Node]:
        try:
            root = compose_yaml(self.text)
        except UnreadableDocument as error:
            raise OpsdeskError(f"{self.where}, {error}: write it as {WEEK_FORM}") from None
        if not isinstance(root, yaml.MappingNode):
            raise OpsdeskError(f"{self.where} is not a calendar: write it as {WEEK_FORM}")
        return self._named(root, KEYS, "a calendar")

    def _zone(self) -> str:
        node = self.nodes.get("timezone")
        if node is None or node.value == "":
            return self.of_run
        zone = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not is_zone(zone):
            self._refuse(
                node, f"timezone {zone!r} is not an IANA time zone such as Europe/Berlin or UTC."
            )
        return str(zone)

    def _week(self) -> Week:
        node = self.nodes.get("weekly")
        spans: dict[str, Sequence[OpenSpan]] = {}
        for key, value in self._entries(node, "weekly", WEEK_FORM):
            day = str(key.value).strip().lower()
            if day not in DAYS:
                self._refuse(key, f"weekly has no day {key.value!r}: write {', '.join(DAYS)}.")
            if day in spans:
                self._refuse(key, f"{day} is there twice: put all its spans into one list.")
            if not isinstance(value, yaml.SequenceNode):
                self._refuse(value, f"the spans of {day} are not a list: write [{FORM}], or [].")
            spans[day] = [self._span(day, item) for item in value.value]
        week = make_week(spans)
        if not any(week):
            at = f", line {node.start_mark.line + 1}" if node else ""
            raise OpsdeskError(f"{self.where}{at}: the calendar never opens: write {WEEK_FORM}")
        if overlap := overlap_in(week):
            assert node
            self._refuse(node, f"{overlap} overlap: an hour is open once, so put them together.")
        return week

    def _span(self, day: str, node: yaml.Node) -> OpenSpan:
        text = str(node.value)
        try:
            return read_span(text if isinstance(node, yaml.ScalarNode) else "")
        except ValueError as error:
            self._refuse(node, f"{day} {text!r} {error}.")

    def _holidays(self) -> Holidays:
        node = self.nodes.get("holidays")
        if node is None or node.value == "":
            return Holidays()
        if isinstance(node, yaml.SequenceNode):
            return Holidays(self._dates(node))
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, f"holidays are neither a list of dates nor {HOLIDAYS_FORM}.")
        given = self._named(node, HOLIDAY_KEYS, "holidays")
        dates = given.get("dates")
        if dates is not None and not isinstance(dates, yaml.SequenceNode):
            self._refuse(dates, f"dates is not a list: write {HOLIDAYS_FORM}.")
        return Holidays(self._dates(dates) if dates else {}, self._country(node, given))

    def _country(self, node: yaml.Node, given: Mapping[str, yaml.Node]) -> str:
        parts = [str(given[key].value) for key in ("country", "subdivision") if key in given]
        if "subdivision" in given and "country" not in given:
            self._refuse(node, f"a subdivision is of a country: write {HOLIDAYS_FORM}.")
        code = "-".join(part for part in parts if part)
        if problem := problem_with_country(code):
            self._refuse(node, f"the country of the holidays, {code!r}, {problem}.")
        return code

    def _dates(self, node: yaml.SequenceNode) -> dict[date, str]:
        found: dict[date, str] = {}
        for item in node.value:
            try:
                found[date.fromisoformat(str(item.value))] = ""
            except (TypeError, ValueError):
                shown = item.value if isinstance(item, yaml.ScalarNode) else "this"
                self._refuse(item, f"{shown!r} is not a day such as 2026-12-24.")
        return found

    def _entries(
        self, node: yaml.Node | None, name: str, form: str
    ) -> list[tuple[yaml.Node, yaml.Node]]:
        if node is None or (isinstance(node, yaml.ScalarNode) and node.value == ""):
            return []
        if not isinstance(node, yaml.MappingNode):
            self._refuse(node, f"{name} is not a block: write {form}.")
        return list(node.value)

    def _named(self, node: yaml.MappingNode, known: list[str], what: str) -> dict[str, yaml.Node]:
        given: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in known:
                self._refuse(key, f"{what} has no {key.value!r}; {hint(str(key.value), known)}")
            if key.value in given:
                self._refuse(key, f"{key.value!r} is there twice: keep one.")
            given[key.value] = value
        return given

    def _plain(self, node: yaml.Node) -> str:
        text = str(node.value)
        if not isinstance(node, yaml.ScalarNode) or not text or not is_plain(text):
            self._refuse(node, f"{text!r} is not a priority: write it as the tickets have it.")
        return text

    def _refuse(self, node: yaml.Node, sentence: str) -> NoReturn:
        raise OpsdeskError(f"{self.where}, line {node.start_mark.line + 1}: {sentence}")


def _read(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise OpsdeskError(f"{where} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise OpsdeskError(f"{where} cannot be read: {error.strerror}.") from None
