"""Tables that another version has published: what they lack is said, what they have more is no matter."""

import re

import duckdb
import pytest

from exports import line, run_ingest, write_export
from opsdesk.errors import OpsdeskError
from opsdesk.trends.coverage import read_coverage
from opsdesk.workbench import Workbench
from other_version import LACKS, as_of_another_version
from steps import RUN_AT, backfill, open_warehouse, transform


@pytest.fixture
def desk(tmp_path):
    """A published warehouse."""
    run_ingest(tmp_path, write_export(tmp_path, line("T0", "2023-01-02 10:00:00")))
    publish(tmp_path)
    return open_warehouse(url(tmp_path))


def url(folder) -> str:
    return f"duckdb:{folder}/w.duckdb"


def publish(folder) -> None:
    backfill(str(folder / "lake"), url(folder), "", "", RUN_AT)
    transform(url(folder), "2023-01-03", "UTC", RUN_AT)


READERS = {
    "trends and digest": read_coverage,
    "foresight": lambda desk: Workbench(RUN_AT).foresee(desk.url),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_tables_of_another_version_say_what_they_lack_until_they_are_published_again(desk, read):
    as_of_another_version(desk.path)
    says = re.escape(
        f"tables of {desk.url} are of {LACKS}: run 02_backfill and 03_transform first."
    )
    with pytest.raises(OpsdeskError, match=says):
        read(desk)
    with duckdb.connect(desk.path) as con:  # its SQL was another one, too
        con.execute("UPDATE _runs SET fingerprint = 'f', definitions = 'd'")
    publish(desk.path.parent)
    read(desk)


def test_columns_that_this_version_does_not_know_are_no_matter(desk):
    """A later version may have published: what is read is there."""
    with duckdb.connect(desk.path) as con:
        con.execute("ALTER TABLE fact_tickets ADD COLUMN mood VARCHAR")
        con.execute('UPDATE _runs SET parameters = \'{"columns": "0123456789abcdef"}\'')
    assert read_coverage(desk).tickets == 1


@pytest.mark.parametrize("parameters", ["{}", "[]", "no JSON", None])
def test_tables_of_a_version_that_did_not_say_its_columns_are_looked_at(desk, parameters):
    with duckdb.connect(desk.path) as con:
        con.execute("ALTER TABLE _runs ALTER parameters TYPE VARCHAR")
        con.execute("UPDATE _runs SET parameters = ?", [parameters])
    assert read_coverage(desk).tickets == 1
    with duckdb.connect(desk.path) as con:
        con.execute("ALTER TABLE fact_tickets DROP COLUMN reopens")
    with pytest.raises(OpsdeskError, match=r"lack fact_tickets\.reopens: run"):
        read_coverage(desk)


def test_a_publication_that_has_the_columns_of_this_version_is_not_looked_at_again(desk):
    """In BigQuery each look is a request."""
    with duckdb.connect(desk.path) as con:
        con.execute("ALTER TABLE fact_tickets DROP COLUMN subject")  # coverage does not read it
    assert read_coverage(desk).tickets == 1
