"""Lets two steps on the same bucket proceed by a plan, one call to the bucket after the other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opsdesk.errors import OpsdeskError
from opsdesk.google.bucket import Bucket, OvertakenError
from opsdesk.ingest.mapping import read_mapping

CALLS = ("list", "look", "get", "get_file", "put", "delete")
PATIENCE = 60.0


class Turns:
    """`plan` is [(who, calls), ...]: that many calls of one to the bucket, then of the next.

    After the plan each call comes as it may. Who a call belongs to is the `location` of its
    connection, which the storage emulator has no use for.
    """

    def __init__(self, plan: list[tuple[str, int]]) -> None:
        self.plan = [[who, calls] for who, calls in plan]
        self.changed = threading.Condition()
        self.calls: dict[str, int] = {}

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """Waits until it is `who`'s turn; one call is used up when the block ends."""
        with self.changed:
            mine = lambda: not self.plan or self.plan[0][0] == who  # noqa: E731
            assert self.changed.wait_for(mine, PATIENCE), f"{who} never had its turn"
            self.calls[who] = self.calls.get(who, 0) + 1
        try:
            yield
        finally:
            self._used(who)

    def _used(self, who: str) -> None:
        with self.changed:
            if self.plan and self.plan[0][0] == who:
                self.plan[0][1] -= 1
                if self.plan[0][1] < 1:
                    self.plan.pop(0)
                self.changed.notify_all()

    def ended(self, who: str) -> None:
        """`who` makes no more calls."""
        with self.changed:
            self.plan = [entry for entry in self.plan if entry[0] != who]
            self.changed.notify_all()


@contextmanager
def in_turns(monkeypatch, plan: list[tuple[str, int]]):
    """While it lasts, each call to a bucket waits for its turn.

    Deletes check their precondition here, for fake-gcs ignores it.
    """
    turns = Turns(plan)
    # reading a mapping takes DuckDB's connection of the process, so it is read once, before
    mappings = {"ops_tickets": read_mapping("ops_tickets")}
    with monkeypatch.context() as patch:
        patch.setattr("opsdesk.ingest.mapping.read_mapping", mappings.__getitem__)
        for name in CALLS:
            patch.setattr(Bucket, name, _waiting(turns, getattr(Bucket, name)))
        yield turns


def _waiting(turns: Turns, whole: Callable) -> Callable:
    def call(bucket: Bucket, name: str, *args, **kwargs):
        with turns.turn(bucket.google.location):
            if whole.__name__ == "delete":
                seen = dict(LIST(bucket, name)).get(name)
                if seen and seen.generation != args[0]:
                    raise OvertakenError(
                        f"Another ingest wrote {bucket.url(name)} at the same time."
                    )
            result = whole(bucket, name, *args, **kwargs)
            return list(result) if whole.__name__ == "list" else result

    return call


LIST = Bucket.list


def run_at_once(turns: Turns, **steps: Callable[[], object]) -> dict[str, object]:
    """Runs the steps at the same time; what each returned, or the OpsdeskError it ended with."""
    results: dict[str, object] = {}

    def run(who: str, step: Callable[[], object]) -> None:
        try:
            results[who] = step()
        except OpsdeskError as error:
            results[who] = error
        finally:
            turns.ended(who)

    threads = [threading.Thread(target=run, args=item) for item in steps.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
