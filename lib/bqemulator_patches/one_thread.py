"""One thread for every request.

Several would read each other's rows from the one DuckDB connection.
"""

from collections.abc import Callable

import fastapi.routing


def apply() -> None:
    """Run the handlers of requests in the server's own thread."""
    fastapi.routing.run_in_threadpool = _at_once


async def _at_once(handler: Callable[..., object], *arguments: object, **options: object) -> object:
    return handler(*arguments, **options)
