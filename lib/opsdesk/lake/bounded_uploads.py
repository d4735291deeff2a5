"""Uploads that run beside what prepares them: so many at a time, and no more contents in memory than that."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait


class Uploads:
    """Runs functions in `at_a_time` threads; whoever starts one more waits until one of them has ended."""

    def __init__(self, at_a_time: int) -> None:
        self._room = threading.BoundedSemaphore(at_a_time)
        self._pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="upload")
        self._running: set[Future] = set()
        self._failures: list[BaseException] = []

    def start(self, upload: Callable[[], None]) -> None:
        """Runs `upload` beside; raises what an earlier one has failed with, for then nothing more should be sent."""
        self._room.acquire()
        if self._failures:
            self._room.release()
            self.settle()
        future = self._pool.submit(upload)
        self._running.add(future)
        future.add_done_callback(self._ended)

    def _ended(self, future: Future) -> None:
        if error := future.exception():
            self._failures.append(error)
        self._running.discard(future)
        self._room.release()

    def settle(self) -> None:
        """Waits for all; raises the first failure."""
        self._wait()
        if self._failures:
            first, self._failures = self._failures[0], []
            raise first

    def close(self) -> None:
        """Waits for what is under way; nothing is sent any more after it. Failures are of no interest then."""
        self._wait()
        self._failures = []

    def _wait(self) -> None:
        wait(set(self._running))
