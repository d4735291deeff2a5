"""An HTTP proxy in front of an emulator that breaks requests: by chance with a seed, or as planned.

    with faulty_proxy(emulators.storage_url, probability=0.2, seed=7) as proxy:
        proxy.plan("answer lost", lambda request: request.method == "POST", times=1)
        client(proxy.url) ...
        proxy.requests       # what was asked (method, path, query, JSON body), and each fault

A `gate` looks at each request that meets no fault, and may answer it in place of the emulator.

A planned fault comes before chance. Chance is decided by seed, method, path and the number of that
request, so threads do not change it. Follow-up addresses in answers (Location, selfLink, mediaLink)
lead through the proxy again.
"""

import gzip
import http.client
import json
import random
import re
import socket
import struct
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO
from urllib.parse import parse_qsl, urlsplit

FAULTS = ("429", "503", "reset", "timeout", "truncated", "answer lost")
REASONS = {
    "429": ("rateLimitExceeded", "RESOURCE_EXHAUSTED"),
    "503": ("backendError", "UNAVAILABLE"),
}
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
PIECE = 1 << 18
IN_MEMORY = 8 << 20  # a longer body goes through a file


@dataclass
class Request:
    """A request as it came: `body` is its JSON, or the JSON part of a multipart upload; `size` its
    bytes.
    """

    method: str
    path: str
    query: dict[str, str]
    body: object
    size: int
    fault: str | None = None
    status: int | None = None  # of the emulator's answer, if it was asked


Answer = tuple[int, object]  # a status, and what becomes the JSON of the body
Gate = Callable[[Request], Answer | None]  # None: pass it on


def pass_all(_: Request) -> None:
    """The gate that is open."""


@dataclass
class Proxy:
    """A running proxy. `probability` may be set while it runs; 0 breaks only what is planned."""

    url: str
    target: str
    probability: float
    seed: int
    kinds: tuple[str, ...]
    hang: float
    gate: Gate = pass_all
    login: str = ""
    requests: list[Request] = field(default_factory=list)
    plans: list[list] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, fault: str, where: Callable[[Request], bool], times: int = 1) -> None:
        """The next `times` requests for which `where` holds meet this fault."""
        assert fault in FAULTS, fault
        self.plans.append([fault, where, times])

    def asked(self, method: str, pattern: str) -> list[Request]:
        """The requests so far of this method whose path matches the regex `pattern`."""
        return [
            request
            for request in self.requests
            if request.method == method and re.search(pattern, request.path)
        ]

    def judge(self, request: Request) -> None:
        """Logs the request with the fault that it shall meet."""
        with self.lock:
            request.fault = self._planned(request) or self._by_chance(request)
            self.requests.append(request)

    def _planned(self, request: Request) -> str | None:
        for plan in self.plans:
            fault, where, left = plan
            if left and where(request):
                plan[2] -= 1
                return fault
        return None

    def _by_chance(self, request: Request) -> str | None:
        key = f"{self.seed} {request.method} {request.path}"
        self.seen[key] += 1
        dice = random.Random(f"{key} {self.seen[key]}")
        return dice.choice(self.kinds) if dice.random() < self.probability else None


@contextmanager
def faulty_proxy(
    target: str,
    probability: float = 0.0,
    seed: int = 0,
    kinds: tuple[str, ...] = FAULTS,
    hang: float = 0.3,
    gate: Gate = pass_all,
    login: str = "",
) -> Iterator[Proxy]:
    """A proxy in front of the URL `target`; `hang` is how many seconds a "timeout" keeps silent
    before it hangs up, and `login` is who asks the emulator.
    """
    handler = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        handler.proxy = proxy = Proxy(url, target, probability, seed, kinds, hang, gate, login)
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left: its words would end in another test's output."""

    def shutdown_request(self, request: socket.socket) -> None:
        """Closes without the orderly end that would come before a reset."""
        self.close_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: Proxy

    def log_message(self, *_: object) -> None:
        pass

    def _handle(self) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            size = self._read_body(body)
            request = self._request(body, size)
            self.proxy.judge(request)
            with suppress(ConnectionError):
                self._answer(request, body, size)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _handle  # noqa: N815

    def _answer(self, request: Request, body: IO[bytes], size: int) -> None:
        if request.fault in REASONS:
            self._refuse(request.fault)
        elif request.fault == "reset":
            self._reset()
        elif request.fault == "timeout":
            time.sleep(self.proxy.hang)
            self.close_connection = True
        elif answer := self.proxy.gate(request):
            request.status = answer[0]
            self._say(*answer)
        else:
            self._pass_on(request, body, size)

    def _pass_on(self, request: Request, body: IO[bytes], size: int) -> None:
        target = urlsplit(self.proxy.target)
        upstream = http.client.HTTPConnection(target.hostname, target.port, timeout=300)
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in HOP_BY_HOP
            }
            if size or self.command in ("POST", "PUT", "PATCH"):
                headers["Content-Length"] = str(size)
            if self.proxy.login:
                headers["Authorization"] = f"Bearer {self.proxy.login}"
            upstream.request(self.command, self.path, body if size else None, headers)
            answer = upstream.getresponse()
            request.status = answer.status
            if request.fault == "answer lost":
                answer.read()
                self._reset()
            else:
                self._hand_over(request, answer)
        finally:
            upstream.close()

    def _hand_over(self, request: Request, answer: http.client.HTTPResponse) -> None:
        headers, length, pieces = self._rewritten(request, answer)
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        cut = request.fault == "truncated"
        if cut and (bodiless or not length):  # nothing to cut: the answer is lost
            self._reset()
            return
        self.send_response_only(answer.status, answer.reason)
        for name, value in headers:
            self.send_header(name, value.replace(self.proxy.target, self.proxy.url))
        if answer.status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if not bodiless:
            self._send(pieces, length // 2 if cut else length)
        self.close_connection = self.close_connection or cut

    def _rewritten(
        self, request: Request, answer: http.client.HTTPResponse
    ) -> tuple[list[tuple[str, str]], int, Iterator[bytes]]:
        """The answer's headers, length and body; JSON that is no object's content leads through the
        proxy.
        """
        headers = [
            (name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP
        ]
        length = answer.getheader("Content-Length")
        media = request.query.get("alt") == "media" or request.path.startswith("/download/")
        if self.command == "HEAD" or (
            length is not None and (media or "json" not in answer.getheader("Content-Type", ""))
        ):
            return headers, int(length or 0), iter(lambda: answer.read(PIECE), b"")
        text = answer.read()
        if not media and answer.getheader("Content-Encoding") == "gzip":
            text = gzip.decompress(text)
            headers = [
                (name, value) for name, value in headers if name.lower() != "content-encoding"
            ]
        if not media:
            text = text.replace(self.proxy.target.encode(), self.proxy.url.encode())
        return headers, len(text), iter([text])

    def _send(self, pieces: Iterator[bytes], length: int) -> None:
        for piece in pieces:
            self.wfile.write(piece[:length])
            length -= len(piece[:length])

    def _refuse(self, status: str) -> None:
        reason, name = REASONS[status]
        details = {
            "message": f"A fault put in by the test ({reason}).",
            "domain": "global",
            "reason": reason,
        }
        error = {
            "code": int(status),
            "message": details["message"],
            "errors": [details],
            "status": name,
        }
        self._say(int(status), {"error": error})

    def _say(self, status: int, answer: object) -> None:
        text = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _reset(self) -> None:
        """Ends the connection so that the other side sees a reset, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _read_body(self, into: IO[bytes]) -> int:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while length := int(self.rfile.readline().split(b";")[0], 16):
                into.write(self.rfile.read(length))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            left = int(self.headers.get("Content-Length") or 0)
            while left and (piece := self.rfile.read(min(left, PIECE))):
                into.write(piece)
                left -= len(piece)
        size = into.tell()
        into.seek(0)
        return size

    def _request(self, body: IO[bytes], size: int) -> Request:
        url = urlsplit(self.path)
        start = body.read(PIECE)
        body.seek(0)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, url.path, query, _json(self.headers, start, size), size)


def _json(headers: http.client.HTTPMessage, start: bytes, size: int) -> object:
    """The JSON in a body, plain, gzipped or as the first part of a multipart upload; None where
    there is no JSON.
    """
    kind = headers.get("Content-Type", "")
    with suppress(ValueError, OSError, EOFError):
        if headers.get("Content-Encoding") == "gzip":
            start = gzip.decompress(start)
        if kind.startswith("multipart/"):
            return json.loads(
                re.split(rb"\r?\n\r?\n", start, maxsplit=1)[1].split(b"\r\n--")[0].split(b"\n--")[0]
            )
        if "json" in kind and size:
            return json.loads(start)
    return None
