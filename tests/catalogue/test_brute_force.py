"""The SQL against an independent slow computation, on generated tickets that crowd the boundaries."""

import pytest

from brute_force import compute
from generated_tickets import AGENTS, CLOCK_CHANGES, many_tickets
from opsdesk.catalogue.tables import results
from ticket_rows import differences
from tickets import build

CASES = [(zone, seed) for zone in CLOCK_CHANGES for seed in (1, 2, 3)]


@pytest.mark.parametrize(("zone", "seed"), CASES, ids=[f"{zone} {seed}" for zone, seed in CASES])
def test_every_table_equals_the_slow_computation(zone: str, seed: int) -> None:
    tickets, as_of = many_tickets(zone, 200, seed)
    agents = AGENTS if seed != 2 else ()
    actual, expected = build(tickets, as_of, zone, agents), compute(tickets, as_of, zone, agents)
    found = {
        table.name: differences(table.name, actual[table.name], expected[table.name])
        for table in results()
    }
    assert {name: rows for name, rows in found.items() if rows} == {}
