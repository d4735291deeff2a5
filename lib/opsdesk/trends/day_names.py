"""Names of days: what happened on them, by a notes file and by the public holidays of a country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from opsdesk.config.holiday_names import read_holidays
from opsdesk.config.notes import Note, read_notes

JOINT = "; "


@dataclass(frozen=True)
class DayNames:
    """The notes and the holidays of days. Without any, no day has a name or a baseline."""

    notes: Mapping[date, Note] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)

    def name(self, day: date) -> str:
        """Return what happened on a day, then its holiday; "" where neither is known."""
        day = _plain(day)
        note = self.notes.get(day)
        texts = [note.text if note else "", self.holidays.get(day) or ""]
        return JOINT.join(dict.fromkeys(filter(None, texts)))

    def baseline(self, day: date) -> date | None:
        """Return the newest start of a baseline on or before a day, or None."""
        day = _plain(day)
        starts = [each.day for each in self.notes.values() if each.is_baseline and each.day <= day]
        return max(starts, default=None)


def read_day_names(notes: str, holidays_country: str) -> DayNames:
    """Return the names of days by the parameters `notes` and `holidays_country`.

    Raises:
        OpsdeskError: the notes file is not there or not valid, or there is no such country.
    """
    by_day = {note.day: note for note in read_notes(notes)}
    return DayNames(by_day, read_holidays(holidays_country))


def _plain(day: date) -> date:
    """Return a date without a time: a pandas Timestamp is a date too, and equals none."""
    return day.date() if isinstance(day, datetime) else day
