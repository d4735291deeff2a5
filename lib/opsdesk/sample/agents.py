"""The agents of a sample: agents_master.csv."""

from datetime import date, timedelta

from opsdesk.sample.plan import Plan

STRANGER = "AG-9999"  # has tickets, but is not in agents_master
TEAMS = ("Service Desk", "Infrastructure", "Applications", "Billing Support")
TICKETS_PER_AGENT = 1500
FEWEST = 8
MOST = 200
HEADER = "agent_id,name,team,active_from,active_to,daily_capacity"


def count_agents(tickets: int) -> int:
    """Return how many agents a sample of that many tickets has."""
    return min(MOST, max(FEWEST, tickets // TICKETS_PER_AGENT))


def agent_id(place: int) -> str:
    """Return the agent_id of the agent at a place, from 0."""
    return f"AG-{place + 1:04d}"


def agents_csv(plan: Plan) -> str:
    """Return agents_master.csv: the last agent has no team, the last but one leaves at the end."""
    lines = [HEADER, *(_line(plan, place) for place in range(plan.agents))]
    return "\n".join(lines) + "\n"


def _line(plan: Plan, place: int) -> str:
    last = plan.agents - 1
    team = "" if place == last else TEAMS[place % len(TEAMS)]
    hired = date(plan.start.year - 1 - place % 3, 1 + place * 5 % 12, 1)
    last_day = plan.start + timedelta(plan.days - 1)
    left = last_day if place == last - 1 else ""
    usual = -(-plan.tickets // (plan.days * plan.agents))
    capacity = usual + place % 3
    return f"{agent_id(place)},Agent {place + 1},{team},{hired},{left},{capacity}"
