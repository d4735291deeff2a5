"""What Google's clients raise, as a sentence for the person who runs opsdesk."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.resumable_media import DataCorruption, InvalidResponse

from opsdesk.errors import OpsdeskError
from opsdesk.google.answers import CONFLICT, host_of, message_of, reasons_of, root_cause
from opsdesk.google.login_errors import no_login, no_refresh, unauthorized
from opsdesk.google.roles import permission_in, role_with

NETWORK = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    auth.TransportError,
    ConnectionError,
    http.client.HTTPException,
)
RAISED = (
    api.GoogleAPIError,
    auth.GoogleAuthError,
    DataCorruption,
    InvalidResponse,
    TimeoutError,
    *NETWORK,
)
QUOTA = re.compile(r"rate ?limit|quota", re.IGNORECASE)
NO_BILLING = re.compile(
    r"billing.{0,40}(disabled|not (enabled|been enabled)|closed)", re.IGNORECASE
)
SERVICE_OFF = re.compile(r"has not been used in project|is disabled")


@contextmanager
def translate_errors(doing: str) -> Iterator[None]:
    """Turn what Google's clients raise in the block into "Cannot `doing`: ...".

    `doing` is such as "write the lake gs://b". No token, header or signed address gets into the
    sentence.

    Raises:
        OpsdeskError: with the cause and what to do.
    """
    try:
        yield
    except RAISED as error:
        raise OpsdeskError(f"Cannot {doing}: {_sentence(error)}") from error


def _sentence(error: BaseException) -> str:
    cause = root_cause(error)
    if CONFLICT.search(message_of(cause)):
        return (
            "another run writes the same tables and was first, each time that this one tried "
            f"({message_of(cause)}): run it again when that one has ended."
        )
    for kind, sentence in SENTENCES:
        if isinstance(cause, kind):
            return sentence(cause)
    return f"{message_of(cause)}."


def _forbidden(error: api.Forbidden) -> str:
    text = message_of(error)
    if QUOTA.search(f"{text} {reasons_of(error)}"):
        return (
            f"a limit of Google Cloud is reached ({text}): "
            "run it again later, or ask for a higher quota."
        )
    if NO_BILLING.search(text):
        return (
            f"the project has no billing account, or it is closed ({text}): "
            "correct it in the console, then run again."
        )
    if SERVICE_OFF.search(text):
        return (
            f"the service is not switched on in the project ({text}): "
            "type `gcloud services enable NAME.googleapis.com`."
        )
    permission = permission_in(text)
    if permission is None:
        return f"Google refuses it: {text}. Ask the owner of the project for the missing role."
    role = role_with(permission)
    return f"the permission {permission} is missing; grant {role} to the account ({text})."


def _not_found(error: api.NotFound) -> str:
    return f"Google finds no such thing ({message_of(error)}). Is the name right, and the project?"


def _bad_request(error: api.BadRequest) -> str:
    return _over_the_limit(error) or f"Google refuses it: {message_of(error)}."


def _overloaded(error: BaseException) -> str:
    # Google's client makes a server error of a query that would cost too much.
    return _over_the_limit(error) or (
        "Google Cloud did not answer as it should, also when asked again "
        f"({message_of(error)}): run it again later."
    )


def _over_the_limit(error: BaseException) -> str | None:
    message = message_of(error)
    if "bytes billed" not in message:
        return None
    return (
        f"it would cost more than `maximum_bytes_billed` allows ({message}): "
        "raise it, or load fewer months."
    )


def _unreachable(error: BaseException) -> str:
    host = host_of(error)
    is_late = isinstance(error, requests.Timeout | TimeoutError)
    if is_late and not isinstance(error, requests.ConnectTimeout):
        return f"{host} did not answer in time. Look at the network, then run it again."
    return (
        f"{host} cannot be reached, or breaks off. "
        "Look at the network (with `endpoints`: do the emulators run?), then run it again."
    )


def _damaged(error: DataCorruption) -> str:
    return (
        "what arrived is not what was sent (its checksum differs). "
        "Look at the network, then run it again."
    )


Kind = type[BaseException] | tuple[type[BaseException], ...]
# The first kind that fits counts.
SENTENCES: tuple[tuple[Kind, Callable[[Any], str]], ...] = (
    (auth.DefaultCredentialsError, no_login),
    (auth.RefreshError, no_refresh),
    (api.Unauthorized, unauthorized),
    (api.Forbidden, _forbidden),
    (api.NotFound, _not_found),
    ((api.TooManyRequests, api.ServerError, api.RetryError), _overloaded),
    (api.BadRequest, _bad_request),
    (DataCorruption, _damaged),
    ((*NETWORK, TimeoutError), _unreachable),
)
