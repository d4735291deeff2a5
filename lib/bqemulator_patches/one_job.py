"""One job at a time: no job sees another job's transaction half done."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

LOCK = asyncio.Lock()
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def alone(job: Callable[Given, Awaitable[Answer]]) -> Callable[Given, Awaitable[Answer]]:
    """Return `job` as a function that waits until no other job runs."""

    @wraps(job)
    async def in_turn(*arguments: Given.args, **options: Given.kwargs) -> Answer:
        async with LOCK:
            return await job(*arguments, **options)

    return in_turn
