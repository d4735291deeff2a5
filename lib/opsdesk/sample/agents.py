"""The agents of a sample: agents_master.csv."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsdesk.sample.tickets import Plan

STRANGER = "AG-9999"  # has tickets, but is not in agents_master
TEAMS = ("Service Desk", "Infrastructure", "Applications", "Billing Support")
TICKETS_AN_AGENT, FEWEST, MOST = 1500, 8, 200


def count_agents(tickets: int) -> int:
    """How many agents a sample of so many tickets has."""
    return min(MOST, max(FEWEST, tickets // TICKETS_AN_AGENT))


def agent_id(place: int) -> str:
    """The agent_id of the agent at a place, counted from 0."""
    return f"AG-{place + 1:04d}"


def agents_csv(plan: "Plan") -> str:
    """agents_master.csv as text: the last agent has no team, the last but one leaves on the last day."""
    lines = ["agent_id,name,team,active_from,active_to,daily_capacity"]
    usual = -(-plan.tickets // (plan.days * plan.agents))
    last_day = plan.start + timedelta(plan.days - 1)
    for place in range(plan.agents):
        team = "" if place == plan.agents - 1 else TEAMS[place % len(TEAMS)]
        hired = date(plan.start.year - 1 - place % 3, 1 + place * 5 % 12, 1)
        gone = last_day if place == plan.agents - 2 else ""
        lines.append(
            f"{agent_id(place)},Agent {place + 1},{team},{hired},{gone},{usual + place % 3}"
        )
    return "\n".join(lines) + "\n"
