"""`python leash.py COMMAND...` runs a command and kills it as soon as stdin ends.

Whoever started the leash holds the other end of stdin: when that process ends, in whatever way, the kernel closes it.
Should the leash itself be killed, the kernel kills the command (Linux).
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
    """Run the command of the arguments to its end; its exit code."""
    die_with_the_leash = partial(_die_with, os.getpid())
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, preexec_fn=die_with_the_leash)
    threading.Thread(target=_kill_at_the_end_of_stdin, args=(child,), daemon=True).start()
    return child.wait()


def _die_with(leash: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != leash:  # it ended before the kernel was told
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_at_the_end_of_stdin(child: subprocess.Popen) -> None:
    while os.read(0, 1 << 10):  # not sys.stdin: Python would wait for its lock when it ends
        pass
    child.kill()


if __name__ == "__main__":
    sys.exit(main())
