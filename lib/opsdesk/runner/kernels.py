"""Jupyter kernels for a run: each notebook gets a fresh one, started while the one before it runs.

A kernel that waits has already imported what its notebook needs. That takes up to a second, on a
core that is often idle.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from time import monotonic
from types import FrameType
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from opsdesk.guards.secrets import redacted
from opsdesk.runner.ahead import AHEAD

KERNEL = "python3"
# No history file, and no messages about the start on stderr.
LEAN = ["--HistoryManager.enabled=False", "--log-level=ERROR"]
PATIENCE = 0.5  # seconds a kernel has to leave; some tidy up and then hang in their sockets
TERMINATED = 143  # the exit code shells expect after SIGTERM
Handler = Callable[[int, FrameType | None], Any] | int | None


class _Ready(Exception):  # noqa: N818 nothing is wrong
    """The kernel has answered."""


class PromptClient(AsyncKernelClient):
    """A client that starts as soon as the kernel has answered on both channels.

    The usual client then listens for a fifth of a second for further messages, to drop them.
    nbclient recognises the messages of a cell by their parent, so it does not need that.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel; RuntimeError if it died or did not answer in `timeout` seconds."""
        with suppress(_Ready):
            await super().wait_for_ready(timeout)

    def _handle_kernel_info_reply(self, message: dict[str, Any]) -> None:
        super()._handle_kernel_info_reply(message)
        raise _Ready


class Kernels:
    """The kernels of one run. Use it in a `with`: at its end every process is gone.

    Ctrl-C and SIGTERM kill the kernels at once. The caller that waits for a kernel then calls
    `refuse_if_stopped`: an exception inside papermill's event loop would leave it half done.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder = folder
        self.log = log
        self._started: list[AsyncKernelManager] = []
        self._asked: dict[int, float] = {}  # id of a manager -> when its kernel was asked to leave
        self._waiting: AsyncKernelManager | None = None
        self._stopped_by: int | None = None
        self._handlers: dict[int, Handler] = {}

    def __enter__(self) -> "Kernels":
        with suppress(ValueError):  # outside the main thread, signals are not ours to handle
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for manager in self._started:
            _end(manager, self._patience_left(manager))
        _redact(self.log)

    def start_ahead(self, step: str) -> None:
        """Start a kernel for the notebook of `step`, which comes next, without waiting for it."""
        self._waiting = self._start(step)

    def refuse_if_stopped(self) -> None:
        """Raise KeyboardInterrupt or SystemExit if a signal came."""
        if self._stopped_by == signal.SIGINT:
            raise KeyboardInterrupt
        if self._stopped_by:
            raise SystemExit(TERMINATED)

    def take(self, step: str, following: str | None) -> AsyncKernelManager:
        """Return the kernel that was started ahead, else a new one, and start the following one."""
        self.refuse_if_stopped()
        manager = self._waiting or self._start(step)
        self._waiting = self._start(following) if following else None
        return manager

    def retire(self, manager: AsyncKernelManager) -> None:
        """Ask a kernel to leave and do not wait: it tidies up while the next notebook runs."""
        run_sync(manager.request_shutdown)()
        self._asked[id(manager)] = monotonic()

    def _patience_left(self, manager: AsyncKernelManager) -> float:
        asked = self._asked.get(id(manager))
        return 0.0 if asked is None else max(0.0, asked + PATIENCE - monotonic())

    def _stop(self, number: int, _: FrameType | None) -> None:
        is_second = self._stopped_by is not None
        self._stopped_by = number
        for manager in self._started:
            process = _process(manager)
            if process and process.poll() is None:
                process.kill()
        if is_second:
            self.refuse_if_stopped()

    def _start(self, step: str) -> AsyncKernelManager:
        manager = AsyncKernelManager(kernel_name=KERNEL, client_factory=PromptClient)
        self._started.append(manager)
        # IPython imports an extension, and does no more where the module has no function to call.
        ahead = [f"--IPKernelApp.extra_extensions={module}" for module in AHEAD.get(step, [])]
        folder = str(self.folder)
        with self.log.open("ab") as log:  # what a kernel says before it listens and when it ends
            start = run_sync(manager.start_kernel)
            start(extra_arguments=LEAN + ahead, cwd=folder, stdout=log, stderr=log)
        return manager


def exit_status(manager: AsyncKernelManager) -> int | None:
    """Return how the kernel's process ended: negative is a signal, None means it is alive."""
    process = _process(manager)
    return process.poll() if process else None


def _redact(log: Path) -> None:
    """Hide secrets in what kernels have said; they write it themselves."""
    if log.exists():
        text = log.read_text(encoding="utf-8", errors="replace")
        log.write_text(redacted(text), encoding="utf-8")


def _end(manager: AsyncKernelManager, patience: float) -> None:
    process = _process(manager)
    if process:
        try:
            process.wait(patience)
        except TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(RuntimeError):  # an event loop that a signal left half done
        run_sync(manager.cleanup_resources)()


def _process(manager: AsyncKernelManager) -> Popen[bytes] | None:
    return getattr(manager.provisioner, "process", None)
