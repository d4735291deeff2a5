"""The columns of an open ticket that a rule may use, with their types."""

from opsdesk.catalogue.tables import catalogue

OF_THE_FACT = (
    "ticket_id",
    "created_at",
    "created_date",
    "priority",
    "category",
    "channel",
    "customer_tier",
    "status",
    "agent_id",
    "customer",
    "subject",
    "attributes",
    "sla_hours",
    "due_at",
    "due_date",
    "updated_at",
    "first_response_at",
    "first_response_hours",
    "hours_open",
    "hours_since_update",
    "reopens",
    "is_paused",
)
OF_THE_RISK = (
    "hours_left",
    "sla_elapsed",
    "risk_band",
    "is_high_priority",
    "day_of_week",
    "hour_of_day",
)
DERIVED = {"slow_hours": "FLOAT64", "is_unassigned": "BOOL", "is_unanswered": "BOOL"}


def rule_columns() -> dict[str, str]:
    """Return the GoogleSQL type of each column that a rule may use, in the order of work_next.sql.

    Each is the column of that name in fact_tickets or ticket_sla_risk, or made in work_next.sql.
    """
    tables = catalogue()
    given = {name: tables["fact_tickets"].column(name).type for name in OF_THE_FACT}
    given |= {name: tables["ticket_sla_risk"].column(name).type for name in OF_THE_RISK}
    return given | DERIVED
