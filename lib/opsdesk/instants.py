"""Reading points in time and months as people write them in parameters."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from opsdesk.errors import OpsdeskError


def read_instant(name: str, text: str, timezone: str = "UTC") -> datetime:
    """Return the instant that `text` means, in UTC.

    It is ISO 8601; a time without offset is a wall time in `timezone`.

    Raises:
        OpsdeskError: not a time, or not a zone; names the parameter `name`.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OpsdeskError(
            f'{name}: {text!r} is not a time; write "2023-06-30 23:59:59".'
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=read_zone(timezone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise OpsdeskError(f"{name}: {text!r} is outside the years 1 to 9999.") from None


def read_zone(timezone: str) -> ZoneInfo:
    """Return the IANA zone called `timezone`, or raise an OpsdeskError."""
    if not is_zone(timezone):
        raise OpsdeskError(
            f"timezone: {timezone!r} is not an IANA time zone such as Europe/Berlin or UTC."
        )
    return ZoneInfo(timezone)


def is_zone(timezone: str) -> bool:
    """Return whether `timezone` is an IANA zone that every engine knows.

    posix/... and right/... are Python's alone.
    """
    if timezone.startswith(("posix", "right/")) or timezone in ("localtime", "Factory"):
        return False
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def is_month(text: str) -> bool:
    """Return whether `text` is a month such as 2023-01, and nothing else: the rule for months."""
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text))


def read_month(name: str, text: str) -> str:
    """Return `text` if it is a month or empty; else raise an OpsdeskError that names `name`."""
    if text and not is_month(text):
        raise OpsdeskError(
            f'{name}: {text!r} is not a month; write "2023-01", or "" for all there are.'
        )
    return text


def run_id(run_at: datetime) -> str:
    """Return the name of a run, from its moment: 20261124T030147-123 (UTC, milliseconds)."""
    return f"{run_at.astimezone(UTC):%Y%m%dT%H%M%S}-{run_at.microsecond // 1000:03d}"
