"""Uploads in the background: bounded in number, and the first failure is raised."""

import threading

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.lake.bounded_uploads import Uploads


def test_no_more_at_a_time_than_allowed():
    uploads, under_way, most, go = Uploads(3), [], [], threading.Event()

    def upload():
        under_way.append(1)
        most.append(len(under_way))
        go.wait(5)
        under_way.pop()

    def give_all():
        for _ in range(10):
            uploads.start(upload)

    giver = threading.Thread(target=give_all)
    giver.start()
    giver.join(0.2)
    assert giver.is_alive()  # it waits for room instead of piling up contents
    go.set()
    giver.join()
    uploads.settle()
    assert (max(most), len(most)) == (3, 10)


def test_the_first_failure_is_raised_and_nothing_more_is_sent():
    uploads, sent = Uploads(1), []

    def fail():
        raise OpsdeskError("refused")

    uploads.start(fail)
    with pytest.raises(OpsdeskError, match="refused"):
        uploads.start(lambda: sent.append(1))
    assert not sent
    uploads.settle()
    uploads.start(fail)
    with pytest.raises(OpsdeskError, match="refused"):
        uploads.settle()
    uploads.start(fail)
    uploads.close()
    uploads.settle()
