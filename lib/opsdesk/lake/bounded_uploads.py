"""Uploads that run in the background: a fixed number at a time, so that few contents are in memory.

A plain thread pool would queue every content that the caller has prepared.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait


class Uploads:
    """Runs functions in `at_a_time` threads; starting one more waits until one has ended."""

    def __init__(self, at_a_time: int) -> None:
        self._room = threading.BoundedSemaphore(at_a_time)
        self._pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="upload")
        self._running: set[Future[object]] = set()
        self._failures: list[BaseException] = []

    def start(self, upload: Callable[[], object]) -> None:
        """Run `upload` in the background.

        Raises:
            BaseException: what an earlier one failed with; nothing more should be sent then.
        """
        self._room.acquire()
        if self._failures:
            self._room.release()
            self.settle()
        future = self._pool.submit(upload)
        self._running.add(future)
        future.add_done_callback(self._ended)

    def _ended(self, future: Future[object]) -> None:
        if error := future.exception():
            self._failures.append(error)
        self._running.discard(future)
        self._room.release()

    def settle(self) -> None:
        """Wait for all; raise the first failure."""
        self._wait()
        if self._failures:
            first = self._failures[0]
            self._failures = []
            raise first

    def close(self) -> None:
        """Wait for what is running, after which nothing is sent; ignore failures."""
        self._wait()
        self._failures = []

    def _wait(self) -> None:
        wait(set(self._running))
