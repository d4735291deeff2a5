"""`python supervisor.py COMMAND...` runs a command and kills it as soon as stdin ends.

The process that starts the supervisor holds the other end of stdin. When that process ends, in
whatever way, the kernel closes stdin. If the supervisor itself is killed, the kernel kills the
command (Linux).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from functools import partial

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def main() -> int:
    """Run the command in the arguments to its end; return its exit code."""
    child = subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(_die_with, os.getpid()),
    )
    threading.Thread(target=_kill_at_the_end_of_stdin, args=(child,), daemon=True).start()
    return child.wait()


def _die_with(supervisor: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != supervisor:  # it ended before the kernel knew of the wish
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_at_the_end_of_stdin(child: "subprocess.Popen[bytes]") -> None:
    # Not sys.stdin: at exit the interpreter would wait for its lock.
    while os.read(0, 1 << 10):
        pass
    child.kill()


if __name__ == "__main__":
    sys.exit(main())
