"""Jupyter kernels for a run: each notebook gets a fresh one, and the next one starts while a notebook still runs."""

import signal
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from time import monotonic

from jupyter_client import AsyncKernelManager
from jupyter_core.utils import run_sync

KERNEL = "python3"
LEAN = ["--HistoryManager.enabled=False", "--log-level=ERROR"]  # no history file, no start-up chatter on stderr
PATIENCE = 0.5  # seconds a kernel has to leave after it was asked; some tidy up and then hang in their sockets
TERMINATED = 143  # the exit code shells expect after SIGTERM


class Kernels:
    """The kernels of one run. Use it in a `with`: at its end every process is gone.

    Ctrl-C and SIGTERM in between kill the kernels at once; whoever waits for one then calls `refuse_if_stopped`.
    An exception out of the blue would leave papermill's event loop in the middle of something.
    """

    def __init__(self, folder: Path, log: Path):
        self.folder, self.log = folder, log
        self._started: list[AsyncKernelManager] = []
        self._asked: dict[int, float] = {}  # when which kernel was asked to leave: id of its manager, seconds
        self._waiting: AsyncKernelManager | None = None
        self._stopped_by: int | None = None
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> "Kernels":
        with suppress(ValueError):  # not in the main thread: signals are somebody else's
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for manager in self._started:
            asked = self._asked.get(id(manager))
            _end(manager, 0.0 if asked is None else max(0.0, asked + PATIENCE - monotonic()))

    def start_ahead(self) -> None:
        """Start a kernel for the next notebook, without waiting for it."""
        self._waiting = self._start()

    def refuse_if_stopped(self) -> None:
        """Raise what the signal means, if one came: KeyboardInterrupt or SystemExit."""
        if self._stopped_by == signal.SIGINT:
            raise KeyboardInterrupt
        if self._stopped_by:
            raise SystemExit(TERMINATED)

    def take(self, more: bool) -> AsyncKernelManager:
        """A fresh kernel: the one that was started ahead, else a new one. With `more`, the next one is started."""
        self.refuse_if_stopped()
        manager = self._waiting or self._start()
        self._waiting = self._start() if more else None
        return manager

    def retire(self, manager: AsyncKernelManager) -> None:
        """Ask a kernel to leave and do not wait: it tidies up while the next notebook runs."""
        run_sync(manager.request_shutdown)()
        self._asked[id(manager)] = monotonic()

    def _stop(self, number: int, _: object) -> None:
        again, self._stopped_by = self._stopped_by is not None, number
        for manager in self._started:
            process = _process(manager)
            if process and process.poll() is None:
                process.kill()
        if again:
            self.refuse_if_stopped()

    def _start(self) -> AsyncKernelManager:
        manager = AsyncKernelManager(kernel_name=KERNEL)
        self._started.append(manager)
        with self.log.open("ab") as log:  # what a kernel says before it listens, and on its way out
            run_sync(manager.start_kernel)(extra_arguments=LEAN, cwd=str(self.folder), stdout=log, stderr=log)
        return manager


def exit_status(manager: AsyncKernelManager) -> int | None:
    """How the kernel's process ended: a negative number is a signal, None means it lives."""
    process = _process(manager)
    return process.poll() if process else None


def _end(manager: AsyncKernelManager, patience: float) -> None:
    process = _process(manager)
    if process:
        try:
            process.wait(patience)
        except TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(RuntimeError):  # an event loop that was left in the middle of something
        run_sync(manager.cleanup_resources)()


def _process(manager: AsyncKernelManager) -> Popen | None:
    return getattr(manager.provisioner, "process", None)
