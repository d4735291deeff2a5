"""One job at a time: a transaction of one job is never seen half done by another."""

import asyncio
from collections.abc import Callable
from functools import wraps

LOCK = asyncio.Lock()


def alone(job: Callable) -> Callable:
    """`job` in its turn."""

    @wraps(job)
    async def in_turn(*arguments: object, **options: object) -> object:
        async with LOCK:
            return await job(*arguments, **options)

    return in_turn
