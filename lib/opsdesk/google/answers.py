"""What Google's answers and errors say, without tokens, headers or signed addresses."""

import re
from urllib.parse import urlsplit

import requests
from google.api_core import exceptions as api
from google.resumable_media import InvalidResponse

LONGEST = 300
METHOD_AND_ADDRESS = re.compile(r"^[A-Z]+ \S+://\S+: ")
QUERY_OF_ADDRESS = re.compile(r"(://[^\s?]+)\?\S*")  # signatures and tokens are there
TAG = re.compile(r"<[^>]*>")
JSON_MESSAGE = re.compile(
    r""" "(?:message|error_description)":\ *"([^"]*)" | 'message':\ '([^']*)' """, re.VERBOSE
)
# Two transactions wrote the same tables, and this one was aborted.
CONFLICT = re.compile(r"concurrent update|serialize access|concurrent transaction", re.IGNORECASE)
HOST = re.compile(r"host='([^']+)', port=(\d+)")


def message_of(error: BaseException) -> str:
    """Return what an error says, on one line, without the address asked and without a full stop."""
    text = str(getattr(error, "message", None) or str(error) or type(error).__name__)
    text = METHOD_AND_ADDRESS.sub("", text)
    text = QUERY_OF_ADDRESS.sub(r"\1", text)
    text = " ".join(TAG.sub(" ", text).split()).rstrip(".")
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def message_of_login(text: str) -> str:
    """Return what the login service says in a text that may hold its JSON."""
    found = JSON_MESSAGE.search(text)
    message = (found[1] or found[2] or "") if found else text.split("{", 1)[0].strip(" ('\",")
    return message_of(Exception(message or text))


def root_cause(error: BaseException) -> BaseException:
    """Return the error that a retry gave up on, or the answer that a transfer could not use."""
    while isinstance(error, api.RetryError) and error.cause:
        error = error.cause
    if isinstance(error, InvalidResponse) and hasattr(error.response, "status_code"):
        return _error_of(error.response)
    return error


def reasons_of(error: api.GoogleAPICallError) -> str:
    """Return the reasons that an answer lists, separated by blanks."""
    entries = [entry for entry in error.errors if isinstance(entry, dict)]
    return " ".join(str(entry.get("reason", "")) for entry in entries)


def host_of(error: BaseException) -> str:
    """Return the host and port that a request could not reach."""
    for inner in (error, *error.args):
        url = getattr(getattr(inner, "request", None), "url", None)
        if url:
            return urlsplit(str(url)).netloc
    found = HOST.search(str(error))
    return f"{found[1]}:{found[2]}" if found else "Google Cloud"


def _error_of(response: requests.Response) -> BaseException:
    try:
        message = response.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = response.text or f"status {response.status_code}"
    error: BaseException = api.from_http_status(  # type: ignore[no-untyped-call]  # Google's
        response.status_code, message
    )
    return error
