"""How Google's client calls BigQuery: which failures pass, and how long it goes on trying."""

from typing import Any, TypedDict

import requests
from google.api_core import exceptions as api
from google.api_core.retry import Retry
from google.auth import exceptions as auth

from opsdesk.google.answers import CONFLICT
from opsdesk.google.connection import FIRST_WAIT, PATIENCE, TIMEOUT

PASSING_REASONS = (
    "rateLimitExceeded",
    "backendError",
    "internalError",
    "badGateway",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
)
PASSING = (
    api.TooManyRequests,
    api.InternalServerError,
    api.BadGateway,
    api.ServiceUnavailable,
    api.GatewayTimeout,
    ConnectionError,
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.JSONDecodeError,
    auth.TransportError,
)
LONGEST_WAIT = 8.0  # seconds between two tries
UPLOAD_TRIES = 2  # after the first; Google's client would go on for ten minutes


class Call(TypedDict):
    """What each call of the client is given: when to try again, and the seconds for one answer."""

    retry: Retry
    timeout: float


def is_passing(error: BaseException) -> bool:
    """Return whether asking again may help."""
    if isinstance(error, requests.exceptions.SSLError):
        return False
    entries = getattr(error, "errors", None) or ()
    reasons = [entry.get("reason") for entry in entries if isinstance(entry, dict)]
    if reasons and reasons[0]:
        return reasons[0] in PASSING_REASONS
    return isinstance(error, PASSING)


def is_conflict(error: BaseException) -> bool:
    """Return whether a transaction failed because another one wrote the same tables."""
    return CONFLICT.search(str(error)) is not None


def _is_passing_or_missing(error: BaseException) -> bool:
    return isinstance(error, api.NotFound) or is_passing(error)


RETRY = Retry(predicate=is_passing, initial=FIRST_WAIT, maximum=LONGEST_WAIT, timeout=PATIENCE)
# A job that BigQuery says it has may not be found at once.
RETRY_FOUND = Retry(
    predicate=_is_passing_or_missing, initial=FIRST_WAIT, maximum=LONGEST_WAIT, timeout=PATIENCE
)
CALL: Call = {"retry": RETRY, "timeout": max(TIMEOUT)}
# Seconds to connect, and to wait for the answer to a new job: an emulator runs it before it
# answers. Any: requests takes such a pair, which Google's annotations do not say.
START: Any = (TIMEOUT[0], 40.0)
