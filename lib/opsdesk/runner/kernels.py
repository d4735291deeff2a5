"""Jupyter kernels for a run: each notebook gets a fresh one, and the next one starts while a notebook still runs.

By then it has also imported what its notebook will ask for: up to a second, spent on a core that is often idle.
"""

import signal
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from time import monotonic

from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_core.utils import run_sync

KERNEL = "python3"
LEAN = [
    "--HistoryManager.enabled=False",
    "--log-level=ERROR",
]  # no history file, no start-up chatter on stderr
AHEAD = {  # what a notebook imports in the end, by its name; one that is not named here imports when it runs
    "01_ingest": ["opsdesk.workbench", "opsdesk.steps.ingest", "opsdesk.display.frames"],
    "02_backfill": ["opsdesk.workbench", "opsdesk.steps.backfill", "opsdesk.display.frames"],
    "03_transform": ["opsdesk.workbench", "opsdesk.steps.transform", "opsdesk.display.frames"],
    "04_trends": [
        "opsdesk.workbench",
        "opsdesk.warehouse.open",
        "opsdesk.display.bar_charts",
        "opsdesk.display.time_charts",
        "opsdesk.trends.snapshot",
        "opsdesk.display.frames",
    ],
}
PATIENCE = 0.5  # seconds a kernel has to leave after it was asked; some tidy up and then hang in their sockets
TERMINATED = 143  # the exit code shells expect after SIGTERM


class _Ready(Exception):  # noqa: N818 nothing is wrong
    """The kernel has answered."""


class PromptClient(AsyncKernelClient):
    """A client that starts when the kernel has answered on both channels.

    The usual one then listens for a fifth of a second whether more comes, to throw it away; nbclient tells by a
    message's parent what belongs to a cell.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises RuntimeError if the kernel died or did not answer within `timeout` seconds."""
        with suppress(_Ready):
            await super().wait_for_ready(timeout)

    def _handle_kernel_info_reply(self, message: dict) -> None:
        super()._handle_kernel_info_reply(message)
        raise _Ready


class Kernels:
    """The kernels of one run. Use it in a `with`: at its end every process is gone.

    Ctrl-C and SIGTERM in between kill the kernels at once; whoever waits for one then calls `refuse_if_stopped`.
    An exception out of the blue would leave papermill's event loop in the middle of something.
    """

    def __init__(self, folder: Path, log: Path):
        self.folder, self.log = folder, log
        self._started: list[AsyncKernelManager] = []
        self._asked: dict[
            int, float
        ] = {}  # when which kernel was asked to leave: id of its manager, seconds
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

    def start_ahead(self, step: str) -> None:
        """Start a kernel for the notebook of `step`, which comes next, without waiting for it."""
        self._waiting = self._start(step)

    def refuse_if_stopped(self) -> None:
        """Raise what the signal means, if one came: KeyboardInterrupt or SystemExit."""
        if self._stopped_by == signal.SIGINT:
            raise KeyboardInterrupt
        if self._stopped_by:
            raise SystemExit(TERMINATED)

    def take(self, step: str, following: str | None) -> AsyncKernelManager:
        """A fresh kernel: the one that was started ahead, else a new one. That of the following step is started."""
        self.refuse_if_stopped()
        manager = self._waiting or self._start(step)
        self._waiting = self._start(following) if following else None
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

    def _start(self, step: str) -> AsyncKernelManager:
        manager = AsyncKernelManager(kernel_name=KERNEL, client_factory=PromptClient)
        # IPython imports an extension, and leaves it at that where a module has no function to call
        ahead = [f"--IPKernelApp.extra_extensions={module}" for module in AHEAD.get(step, [])]
        self._started.append(manager)
        with self.log.open("ab") as log:  # what a kernel says before it listens, and on its way out
            run_sync(manager.start_kernel)(
                extra_arguments=LEAN + ahead, cwd=str(self.folder), stdout=log, stderr=log
            )
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
