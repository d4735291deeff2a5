"""Changes go from the lake into events_raw, month by month, with the promises that tickets have."""

from datetime import UTC

import duckdb
import pandas as pd
import pytest

from event_logs import read_rows
from opsdesk.errors import OpsdeskError
from own_events import TICKETS, feed, write_log
from steps import backfill, open_warehouse, transform

LOG = (
    "T1,2023-01-31 23:59:59,state,New,Waiting",
    "T1,2023-01-31 23:59:59,state,Waiting,Done",
    "T1,2023-02-01 00:00:00,prio,Low,1",
    'T9,2023-03-05 10:00:00,owner,-,"Bob ""B"", Ross"',
)
AT = "2024-01-01T00:00:00+00:00"
AT_UTC = """CAST("at" AT TIME ZONE 'UTC' AS TIMESTAMP)"""
COLUMNS = f"ticket_id, {AT_UTC}, seq, field, old_value, new_value, old_state, new_state"


def load(folder, **changes):
    return backfill(f"{folder}/lake", f"duckdb:{folder}/w.duckdb", "", "", AT, **changes)


def actions(result) -> dict[str, tuple[str, int]]:
    rows = result.months.itertuples()
    return {row.month: (row.action, row.rows) for row in rows if row.month != "2023-01"}


def loaded(folder) -> list[tuple]:
    query = f'SELECT {COLUMNS} FROM events_raw ORDER BY "at", ticket_id, seq'
    with duckdb.connect(f"{folder}/w.duckdb", read_only=True) as con:
        rows = con.execute(query).fetchall()
    return [(row[0], row[1].replace(tzinfo=UTC), *row[2:]) for row in rows]


def test_months_of_changes_are_loaded_skipped_and_removed(tmp_path):
    feed(tmp_path, write_log(tmp_path, *LOG))
    months = ("events-2023-01", "events-2023-02", "events-2023-03")
    result = load(tmp_path)
    assert actions(result) == dict(
        zip(months, [("loaded", 2), ("loaded", 1), ("loaded", 1)], strict=True)
    )
    assert result.reconciliation.values.tolist()[-1] == ["changes counted in events_raw", 4]
    assert loaded(tmp_path) == read_rows(tmp_path)
    assert {action for action, _ in actions(load(tmp_path)).values()} == {"skipped"}
    feed(tmp_path, write_log(tmp_path, *LOG[:2], LOG[2].replace("Low", "Mid")))
    assert actions(load(tmp_path)) == dict(
        zip(months, [("skipped", 2), ("loaded", 1), ("removed", 0)], strict=True)
    )
    assert loaded(tmp_path) == read_rows(tmp_path)
    feed(tmp_path, "")
    assert {action for action, _ in actions(load(tmp_path)).values()} == {"removed"}
    assert loaded(tmp_path) == []


def test_where_a_change_came_from_and_what_its_priority_promises(tmp_path):
    feed(tmp_path, write_log(tmp_path, *LOG))
    load(tmp_path)
    (row,) = (
        open_warehouse(f"duckdb:{tmp_path}/w.duckdb")
        .query(
            "SELECT old_sla_hours, new_sla_hours, _source_file, _ingestion_ts FROM events_raw WHERE field = 'priority'"
        )
        .itertuples(index=False)
    )
    assert row[:3] == (8.5, 4.0, "events/2023/02/2023-02-01.csv")
    assert row[3].isoformat() == AT


def test_bounds_are_of_tickets_and_changes_of_every_month_are_loaded(tmp_path):
    feed(tmp_path, write_log(tmp_path, *LOG))
    backfill(f"{tmp_path}/lake", f"duckdb:{tmp_path}/w.duckdb", "2023-01", "2023-01", AT)
    assert loaded(tmp_path) == read_rows(tmp_path)
    assert len(loaded(tmp_path)) == 4


def test_a_ticket_of_a_loaded_month_has_its_whole_history(tmp_path):
    """T1 is closed two months after the last one that is loaded; T2 of that month stays outside."""
    tickets = TICKETS.replace("10:00:00,,New", "10:00:00,2023-03-05 10:00:00,Done")
    log = write_log(
        tmp_path,
        "T1,2023-01-31 23:59:59,state,New,Waiting",
        "T1,2023-03-05 10:00:00,state,Waiting,Done",
        "T2,2023-03-06 10:00:00,state,New,Waiting",
    )
    feed(tmp_path, log, tickets=f"{tickets}T2,2023-03-06 09:00:00,,Waiting,1,A\n")
    place = f"duckdb:{tmp_path}/w.duckdb"
    backfill(f"{tmp_path}/lake", place, "", "2023-01", AT)
    published = transform(place, "latest", "UTC", AT)
    assert published.known_until == "2023-03-05 10:00:00 UTC"  # the last event of what is loaded
    facts = open_warehouse(place).query(
        "SELECT ticket_id, resolved_at, log_issues FROM fact_tickets"
    )
    (ticket,) = facts.itertuples(index=False)
    assert ticket[:2] == ("T1", pd.Timestamp("2023-03-05 10:00:00Z"))
    assert pd.isna(ticket[2])  # the log has the same end as the export


def test_without_changes_the_table_is_there_and_empty(tmp_path):
    feed(tmp_path, "")
    result = load(tmp_path)
    assert loaded(tmp_path) == [] and actions(result) == {}
    assert len(result.reconciliation) == 4


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("events/2023/02/2023-02-01.csv", "events-2023-02 of the lake is incomplete"),
        ("events/2023/02/_manifest.json", "is in no manifest"),
    ],
)
def test_a_damaged_lake_is_refused_and_other_months_stay(tmp_path, damage, says):
    feed(tmp_path, write_log(tmp_path, *LOG))
    file = tmp_path / "lake" / damage
    file.write_text("x\n") if damage.endswith("csv") else file.unlink()
    with pytest.raises(OpsdeskError, match=says):
        load(tmp_path)
    assert len(loaded(tmp_path)) == 2  # of January


def test_rows_deleted_by_another_program_are_noticed(tmp_path):
    feed(tmp_path, write_log(tmp_path, *LOG))
    load(tmp_path)
    with duckdb.connect(f"{tmp_path}/w.duckdb") as con:
        con.execute("DELETE FROM events_raw WHERE ticket_id = 'T9'")
    with pytest.raises(OpsdeskError, match=r"do not have the same changes.*events-2023-03 0 of 1"):
        load(tmp_path)
