"""Checking the identities: one query for all, and the rows of the first that is violated."""

import duckdb
import pytest

from opsdesk.catalogue import identities
from opsdesk.catalogue.identities import Check, assert_identities, assert_identities_at_once
from opsdesk.errors import OpsdeskError

HOLDS = Check("one is not two", "SELECT 1 WHERE 1 = 2 LIMIT 3")
FAILS = Check("there are no numbers", "SELECT n, n + 1 FROM (VALUES (7), (8)) AS ns (n) LIMIT 3")
FAILS_TOO = Check("there is no nine", "SELECT 9 LIMIT 3")


@pytest.fixture
def asked():
    """A query function that keeps what it was asked."""

    def query(sql):
        query.texts.append(sql)
        return duckdb.execute(sql).fetchall()

    query.texts = []
    return query


@pytest.mark.parametrize(
    ("checks", "says", "queries"),
    [
        pytest.param((HOLDS,), "", 1, id="one that holds"),
        pytest.param((HOLDS, HOLDS), "", 1, id="all hold"),
        pytest.param((FAILS,), "there are no numbers, but see 7, 8; 8, 9", 2, id="one fails"),
        pytest.param((HOLDS, FAILS_TOO), "there is no nine, but see 9", 2, id="the second fails"),
        pytest.param((FAILS_TOO, FAILS), "there is no nine, but see 9", 2, id="the first is named"),
    ],
)
def test_at_once_says_what_one_after_the_other_says(monkeypatch, asked, checks, says, queries):
    monkeypatch.setattr(identities, "CHECKS", checks)
    found = []
    for check in (assert_identities_at_once, assert_identities):
        try:
            check(asked)
        except OpsdeskError as error:
            found.append(str(error))
        if check is assert_identities_at_once:
            assert len(asked.texts) == queries
    assert len(found) == (2 if says else 0)
    assert len(set(found)) <= 1 and all(says in text for text in found)
