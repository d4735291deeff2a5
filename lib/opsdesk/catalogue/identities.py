"""Identities that the tables must satisfy among each other, checked before each publication."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from opsdesk.errors import OpsdeskError

Query = Callable[[str], Sequence[Sequence[Any]]]


class Check(NamedTuple):
    """A sentence that must be true, and a query for up to three rows that contradict it.

    The queries are written so that every warehouse understands them as they are.
    """

    says: str
    counterexamples: str


CHECKS = (
    Check(
        "one row per ticket in fact_tickets",
        """SELECT ticket_id, COUNT(*) FROM fact_tickets
        GROUP BY ticket_id HAVING COUNT(*) > 1 LIMIT 3""",
    ),
    Check(
        "backlog = opening + inflow - outflow",
        """SELECT ops_date, backlog_size FROM backlog_daily
        WHERE backlog_size <> opening + inflow - outflow LIMIT 3""",
    ),
    Check(
        "backlog = the sum of its age bands",
        """SELECT ops_date, backlog_size FROM backlog_daily
        WHERE backlog_size <> age_0_1 + age_2_7 + age_8_30 + age_31_90 + age_over_90 LIMIT 3""",
    ),
    Check(
        "opening = the day before's backlog, and no day is left out",
        """SELECT ops_date, opening FROM (
            SELECT
                *,
                LAG(backlog_size, 1, 0) OVER (ORDER BY ops_date) AS before,
                LAG(ops_date) OVER (ORDER BY ops_date) AS day_before
            FROM backlog_daily
        ) AS days
        WHERE opening <> before OR CAST(ops_date - INTERVAL 1 DAY AS DATE) <> day_before LIMIT 3""",
    ),
    Check(
        "features_daily and backlog_daily count the same",
        """SELECT ops_date, open_tickets, backlog_size
        FROM features_daily FULL JOIN backlog_daily USING (ops_date)
        WHERE total_tickets + reopened_tickets IS DISTINCT FROM inflow
            OR resolved_tickets IS DISTINCT FROM outflow
            OR open_tickets IS DISTINCT FROM backlog_size
            OR past_due_tickets IS DISTINCT FROM past_due LIMIT 3""",
    ),
    Check(
        "the last backlog = the open tickets of fact_tickets",
        """SELECT open_now, stock
        FROM (SELECT COUNT(*) AS open_now FROM fact_tickets WHERE NOT is_resolved) AS facts,
            (SELECT backlog_size AS stock FROM backlog_daily ORDER BY ops_date DESC LIMIT 1) AS days
        WHERE open_now <> stock""",
    ),
    Check(
        "the agents' stocks add up to the backlog",
        """SELECT ops_date, backlog_size, held FROM backlog_daily
        LEFT JOIN (
            SELECT ops_date, SUM(open_tickets) AS held FROM daily_agent_load GROUP BY ops_date
        ) AS agents USING (ops_date)
        WHERE backlog_size <> COALESCE(held, 0) LIMIT 3""",
    ),
    Check(
        "the segments of each dimension add up to the totals",
        """SELECT ops_date, dimension, parts, backlog_size
        FROM backlog_daily CROSS JOIN (SELECT DISTINCT dimension FROM segment_daily) AS dimensions
        LEFT JOIN (
            SELECT
                ops_date,
                dimension,
                SUM(backlog_size) AS parts,
                SUM(created + reopened) AS arrived,
                SUM(resolved) AS resolved
            FROM segment_daily
            GROUP BY ops_date, dimension
        ) AS segments USING (ops_date, dimension)
        WHERE parts IS DISTINCT FROM backlog_size OR arrived IS DISTINCT FROM inflow
            OR resolved IS DISTINCT FROM outflow LIMIT 3""",
    ),
    Check(
        "the segments of each dimension were judged as all tickets were",
        """SELECT ops_date, dimension, met, kept, breached, broken
        FROM features_daily LEFT JOIN (
            SELECT ops_date, dimension, SUM(met) AS kept, SUM(breached) AS broken
            FROM segment_daily
            GROUP BY ops_date, dimension
        ) AS segments USING (ops_date)
        WHERE met IS DISTINCT FROM kept OR breached IS DISTINCT FROM broken LIMIT 3""",
    ),
    Check(
        "what leaves a segment or an agent comes to another one",
        """SELECT ops_date, dimension, came, went FROM (
            SELECT ops_date, dimension, SUM(moved_in) AS came, SUM(moved_out) AS went
            FROM segment_daily
            GROUP BY ops_date, dimension
            UNION ALL
            SELECT ops_date, 'agent', SUM(moved_in), SUM(moved_out)
            FROM daily_agent_load
            GROUP BY ops_date
        ) AS moves
        WHERE came <> went LIMIT 3""",
    ),
    Check(
        "a ticket with a history has one row in force, and its end is that of fact_tickets",
        """SELECT fact_tickets.ticket_id, in_force, is_resolved
        FROM fact_tickets LEFT JOIN (
            SELECT ticket_id, COUNT(*) AS in_force, MIN(state) AS state
            FROM ticket_history
            WHERE until_at IS NULL
            GROUP BY ticket_id
        ) AS histories ON histories.ticket_id = fact_tickets.ticket_id
        WHERE COALESCE(in_force, 1) <> 1 OR COALESCE((state = 'closed') <> is_resolved, FALSE)
            OR (in_force IS NULL) <> (reopens IS NULL) LIMIT 3""",
    ),
    Check(
        "every first response is counted on one day",
        """SELECT answered, counted
        FROM (SELECT COUNT(first_response_date) AS answered FROM fact_tickets) AS facts,
            (SELECT SUM(first_responses) AS counted FROM features_daily) AS days
        WHERE answered <> COALESCE(counted, 0)""",
    ),
    Check(
        "every rate is between 0 and 1",
        """SELECT ops_date, sla_breach_rate, sla_attainment FROM features_daily
        WHERE sla_breach_rate NOT BETWEEN 0 AND 1 OR sla_attainment NOT BETWEEN 0 AND 1 LIMIT 3""",
    ),
)


def assert_identities(query: Query) -> None:
    """Check every identity, one after the other; `query` returns the rows of a SELECT.

    The SELECT names the new tables.

    Raises:
        OpsdeskError: an identity is violated; the text names the first one, with rows that show it.
    """
    for check in CHECKS:
        rows = query(check.counterexamples)
        if rows:
            raise _contradiction(check, rows)


def assert_identities_at_once(query: Query) -> None:
    """Check every identity in one query: for a warehouse that bills each table a query reads.

    Raises:
        OpsdeskError: as `assert_identities`.
    """
    violated = [int(number) for (number,) in query(numbers_of_violated())]
    if violated:
        check = CHECKS[min(violated)]
        raise _contradiction(check, query(check.counterexamples))


def numbers_of_violated() -> str:
    """Return the query for the numbers of the identities that are violated, from 0."""
    return "\nUNION ALL\n".join(
        f"SELECT {number} AS number FROM (\n{check.counterexamples}\n) AS rows_{number}"
        for number, check in enumerate(CHECKS)
    )


def _contradiction(check: Check, rows: Sequence[Sequence[Any]]) -> OpsdeskError:
    shown = "; ".join(", ".join(map(str, row)) for row in rows)
    return OpsdeskError(
        "The new tables contradict themselves and were not published: it must hold that "
        f"{check.says}, but see {shown}. Please report it."
    )
