"""What Google's clients raise, as a sentence for the person who runs opsdesk. No token, header or signed address gets into it."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.resumable_media import DataCorruption, InvalidResponse

from opsdesk.errors import OpsdeskError

LOGIN = "gcloud auth application-default login"
NETWORK = (requests.RequestException, urllib3.exceptions.HTTPError, auth.TransportError, ConnectionError,
           http.client.HTTPException)  # fmt: skip
RAISED = (
    api.GoogleAPIError,
    auth.GoogleAuthError,
    DataCorruption,
    InvalidResponse,
    TimeoutError,
    *NETWORK,
)
PERMISSION = re.compile(
    r"(?<![\w.@-])((?:storage|bigquery|iam|serviceusage|resourcemanager)\.[a-zA-Z]+\.[a-zA-Z]+)\b"
)
ROLES = {  # the smallest role of Google's own that holds a permission, and where it is granted
    "storage.buckets.": "roles/storage.legacyBucketReader on the bucket",
    "storage.": "roles/storage.objectUser on the bucket",
    "bigquery.datasets.create": "roles/bigquery.user on the project",
    "bigquery.jobs.": "roles/bigquery.jobUser on the project",
    "bigquery.readsessions.": "roles/bigquery.readSessionUser on the project",
    "bigquery.": "roles/bigquery.dataEditor on the dataset",
    "iam.serviceAccounts.": "roles/iam.serviceAccountTokenCreator on the service account",
    "serviceusage.": "roles/serviceusage.serviceUsageConsumer on the project",
}


@contextmanager
def translate_errors(doing: str) -> Iterator[None]:
    """Turns what Google's clients raise inside into "Cannot `doing`: ...", such as "write the lake gs://b"."""
    try:
        yield
    except RAISED as error:
        raise said(error, doing) from error


def said(error: BaseException, doing: str) -> OpsdeskError:
    """The sentence for one error of google.api_core, google.auth, requests or urllib3."""
    cause = _root(error)
    for kind, sentence in SENTENCES:
        if isinstance(cause, kind):
            return OpsdeskError(f"Cannot {doing}: {sentence(cause)}")
    return OpsdeskError(f"Cannot {doing}: {words(cause)}.")


def words(error: BaseException) -> str:
    """What Google's answer says, on one line, without the address that was asked and without a full stop."""
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    text = re.sub(r"^[A-Z]+ \S+://\S+: ", "", str(text))
    text = re.sub(r"<[^>]*>", " ", re.sub(r"(://[^\s?]+)\?\S*", r"\1", text))
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= 300 else text[:300] + "..."


def _root(error: BaseException) -> BaseException:
    """The error that a retry gave up on, or the answer that a transfer did not want."""
    while isinstance(error, api.RetryError) and error.cause:
        error = error.cause
    if (
        isinstance(error, InvalidResponse)
        and error.response is not None
        and hasattr(error.response, "status_code")
    ):
        return api.from_http_status(error.response.status_code, _body(error.response))
    return error


def _body(response: requests.Response) -> str:
    try:
        return response.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return response.text or f"status {response.status_code}"


def _no_login(error: auth.DefaultCredentialsError) -> str:
    if isinstance(error, auth.InvalidOperation):
        return (
            f"the server wants a login and `endpoints` names one that takes none ({words(error)})."
        )
    if "not found. " not in str(error):
        return f"the login file that GOOGLE_APPLICATION_CREDENTIALS or gcloud names is of no use ({words(error)}): type `{LOGIN}`."
    return f"there is no login to Google Cloud on this machine: type `{LOGIN}`."


def _no_refresh(error: auth.RefreshError) -> str:
    text = " ".join(str(part) for part in error.args)
    if "getAccessToken" in text or "impersonated" in text:
        return (
            "this login may not act as the service account that `impersonate` names, or there is none of that name. It needs "
            f"{ROLES['iam.serviceAccounts.']} (Google says: {_short(text)})."
        )
    return (
        f"the login to Google Cloud has expired or was withdrawn ({_short(text)}): type `{LOGIN}`."
    )


def _short(text: str) -> str:
    message = re.search(r'"(?:message|error_description)": *"([^"]*)"', text) or re.search(
        r"'message': '([^']*)'", text
    )
    return words(
        Exception(message[1] if message else text.split("{", 1)[0].strip(" ('\",") or text)
    )


def _unauthorized(error: api.Unauthorized) -> str:
    return f"Google does not accept the login, it has expired or was withdrawn ({words(error)}): type `{LOGIN}`."


def _forbidden(error: api.Forbidden) -> str:
    text = words(error)
    if re.search(r"rate ?limit|quota", f"{text} {_reasons(error)}", re.IGNORECASE):
        return f"a limit of Google Cloud is reached ({text}): run it again later, or ask for a higher quota."
    if re.search(
        r"billing.{0,40}(disabled|not (enabled|been enabled)|closed)", text, re.IGNORECASE
    ):
        return f"the project has no billing account, or it is closed ({text}): put it right in the console, then run again."
    if re.search(r"has not been used in project|is disabled", text):
        return f"the service is not switched on in the project ({text}): type `gcloud services enable NAME.googleapis.com`."
    found = PERMISSION.search(text)
    if not found:
        return f"Google refuses it: {text}. Ask who owns the project for the missing role."
    role = (
        next(role for start, role in ROLES.items() if found[1].startswith(start))
        if _role_known(found[1])
        else "a role with it"
    )
    return f"the permission {found[1]} is missing; grant {role} to the account ({text})."


def _role_known(permission: str) -> bool:
    return any(permission.startswith(start) for start in ROLES)


def _reasons(error: api.GoogleAPICallError) -> str:
    return " ".join(
        str(entry.get("reason", "")) for entry in error.errors if isinstance(entry, dict)
    )


def _not_found(error: api.NotFound) -> str:
    return f"Google finds no such thing ({words(error)}). Is the name right, and the project?"


def _too_much(error: api.BadRequest) -> str:
    if "bytes billed" in words(error):
        return f"it would cost more than `maximum_bytes_billed` allows ({words(error)}): raise it, or load fewer months."
    return f"Google refuses it: {words(error)}."


def _overloaded(error: BaseException) -> str:
    if "bytes billed" in words(error):  # Google's client makes a server error of it
        return _too_much(error)
    return f"Google Cloud did not answer as it should, and went on so when asked again ({words(error)}): run it again later."


def _unreachable(error: BaseException) -> str:
    where = _host(error)
    if isinstance(error, (requests.Timeout, TimeoutError)) and not isinstance(
        error, requests.ConnectTimeout
    ):
        return f"{where} did not answer in time. Look at the network, then run it again."
    return f"{where} cannot be reached, or breaks off. Look at the network (with `endpoints`: do the emulators run?), then run it again."


def _host(error: BaseException) -> str:
    for inner in (error, *error.args):
        if getattr(inner, "request", None) is not None and getattr(inner.request, "url", None):
            return urlsplit(inner.request.url).netloc
    found = re.search(r"host='([^']+)', port=(\d+)", str(error))
    return f"{found[1]}:{found[2]}" if found else "Google Cloud"


def _damaged(error: DataCorruption) -> str:
    return "what arrived is not what was sent (its checksum differs). Look at the network, then run it again."


SENTENCES: tuple[tuple[type | tuple, Callable[[BaseException], str]], ...] = (
    (auth.DefaultCredentialsError, _no_login),
    (auth.RefreshError, _no_refresh),
    (api.Unauthorized, _unauthorized),
    (api.Forbidden, _forbidden),
    (api.NotFound, _not_found),
    ((api.TooManyRequests, api.ServerError, api.RetryError), _overloaded),
    (api.BadRequest, _too_much),
    (DataCorruption, _damaged),
    ((*NETWORK, TimeoutError), _unreachable),
)
