"""Events leave one after the other while the run goes on: no step waits for where they go."""

import json
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol

from opsdesk.guards.secrets import redacted_values

PATIENCE = 5.0  # seconds that the end of a run waits for events that are not delivered yet


class DeliveryError(Exception):
    """An event was not delivered; the text says why, without secrets."""


class Target(Protocol):
    """Where events go."""

    shown: str  # what messages call it

    def deliver(self, event: str) -> None:
        """Deliver one event, which is a line of JSON.

        Raises:
            DeliveryError: it was not delivered.
        """


class Delivery:
    """A queue of events, and the thread that delivers them in their order.

    The thread ends with the process, whatever its target does.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._events = 0
        self._delivered = 0
        self._cause = ""
        self._thread = Thread(target=self._deliver_all, daemon=True)
        self._thread.start()

    def send(self, event: dict[str, Any]) -> None:
        """Let an event be delivered after those before it, without secrets."""
        self._events += 1
        self._queue.put(event)

    def close(self, patience: float = PATIENCE) -> str:
        """Wait until all events are delivered, but not for long; return what is to be said of it.

        That is "" where all events were delivered.
        """
        self._queue.put(None)
        self._thread.join(patience)
        lost = self._events - self._delivered
        if not lost:
            return ""
        cause = self._cause or f"no answer within {patience:.0f} s"
        return (
            f"{lost} of {self._events} lineage events did not reach {self._target.shown}: {cause}. "
            "The run itself is not affected."
        )

    def _deliver_all(self) -> None:
        while (event := self._queue.get()) is not None:
            try:
                # looking for secrets takes longer than all else, and no step waits for it here
                self._target.deliver(json.dumps(redacted_values(event), ensure_ascii=False))
                self._delivered += 1
            except DeliveryError as error:
                self._cause = str(error)
            except Exception as error:  # a thread that ends would lose what follows without a word
                self._cause = f"unexpected {type(error).__name__}"
