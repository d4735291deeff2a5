"""A real HTTP server that takes OpenLineage events, or behaves badly in one of several ways."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

GOOD = 201


@dataclass
class LineageServer:
    """The events that came in, with path and headers; `answers` are statuses, the last one for all that follow.

    `behaviour` is "answer", "silent" (it takes the request and says nothing) or "drip" (an answer of one byte at a time).
    """

    answers: list[int] = field(default_factory=lambda: [GOOD])
    behaviour: str = "answer"
    events: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closed: Event = field(default_factory=Event)
    url: str = ""

    def next_answer(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def lineage_server(**behaviour) -> Iterator[LineageServer]:
    """Serve on a free port of this machine until the block ends."""
    state = LineageServer(**behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.paths.append(self.path)
            state.headers.append(dict(self.headers))
            if state.behaviour == "silent":
                state.closed.wait(60)
                return
            if state.behaviour == "drip":
                while not state.closed.wait(0.2):
                    self.wfile.write(b"H")
                return
            status = state.next_answer()
            if status == GOOD:
                state.events.append(json.loads(body))
            self.send_response(status)
            if status in (302, 307):
                self.send_header("Location", f"{state.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield state
        finally:
            state.closed.set()
            server.shutdown()
