"""A small server in Google's place: it answers as a table says, and keeps what it was asked.

with google_answers({"POST /token": [(200, {...})], "GET .*/tables/_runs": [denied(...)]}) as google:
    client(google.url) ...
    google.asked         # method, path, headers and body of each request
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Answer = tuple[int, object]  # the status, and what becomes the JSON of the body


@dataclass(frozen=True)
class Request:
    """A request as it came: `body` is its JSON where it has some, else its text."""

    method: str
    path: str
    headers: dict[str, str]
    body: object


@dataclass
class Google:
    """A running server; the last answer of a rule is given again and again."""

    url: str
    rules: dict[str, list[Answer]]
    asked: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.asked.append(request)
            for rule, answers in self.rules.items():
                if re.fullmatch(rule, f"{request.method} {request.path}"):
                    return answers.pop(0) if len(answers) > 1 else answers[0]
        return refusal(404, f"Not found: {request.path}", "notFound")

    def requests(self, rule: str) -> list[Request]:
        """The requests so far whose method and path match a rule."""
        return [one for one in self.asked if re.fullmatch(rule, f"{one.method} {one.path}")]


def refusal(status: int, message: str, reason: str) -> Answer:
    """An error as Google's JSON says it."""
    entry = {"message": message, "reason": reason, "domain": "global"}
    return status, {"error": {"code": status, "message": message, "errors": [entry]}}


def denied(message: str) -> Answer:
    """The answer of BigQuery where a role is missing."""
    return refusal(403, f"Access Denied: {message}", "accessDenied")


@contextmanager
def google_answers(rules: Mapping[str, list[Answer]]) -> Iterator[Google]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        server.google = Google(url, {rule: list(answers) for rule, answers in rules.items()})
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.google
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(self.path).path
        asked = Request(self.command, path, dict(self.headers), _read(content))
        status, body = self.server.google.answer(asked)
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815


def _read(content: str) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content
