"""Whose a job is: who started it may look at it, and others are refused."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from bqemulator import server
from bqemulator.domain.errors import PermissionDeniedError
from fastapi.responses import JSONResponse

# The login of this request, "" without one: all users of `opsdesk emulators` are one caller.
CALLER: ContextVar[str] = ContextVar("CALLER", default="")
OWNERS: dict[tuple[str, str], str] = {}  # project and id of a job: who started it
LOOK = re.compile(r".*/projects/([^/]+)/(?:jobs|queries)/([^/]+)")


def apply() -> None:
    """Know the caller of each request, and refuse to show jobs of others."""
    server.create_app = _knowing_callers(server.create_app)


def note_owner(project_id: str, job_id: str) -> None:
    """Write down that the job belongs to the caller of this request."""
    OWNERS[project_id, job_id] = CALLER.get()


def _knowing_callers(create_app: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create(context: Any) -> Any:
        app = create_app(context)
        app.add_middleware(_Callers)
        return app

    return create


class _Callers:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = self.app
        if scope["type"] == "http":
            CALLER.set(dict(scope["headers"]).get(b"authorization", b"").decode())
            answer = _refusal(scope) or self.app
        await answer(scope, receive, send)


def _refusal(scope: Any) -> JSONResponse | None:
    """Return the answer to a request for a job of another caller, None to all others."""
    look = LOOK.fullmatch(scope["path"]) if scope["method"] == "GET" else None
    if look is None or OWNERS.get(look.groups(), CALLER.get()) == CALLER.get():
        return None
    project, job_id = look.groups()
    error = PermissionDeniedError(
        f"Access Denied: Job {project}:US.{job_id}: Permission bigquery.jobs.get denied on job "
        f"{project}:US.{job_id} (or it may not exist)."
    )
    return JSONResponse(error.to_bigquery_error(), status_code=403)
