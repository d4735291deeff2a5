"""Where the backlog is, and who carries it, as rows with bars."""

from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from opsdesk.brief.bars import share_bar
from opsdesk.brief.facts import Facts
from opsdesk.guards.texts import one_line
from opsdesk.trends import number_words as words
from opsdesk.trends.sentences import about_backlog

AGENTS = 10
HOW_TO_GIVE_AGENTS = (
    "No ticket has an agent. To give it, name `agent_id` under `columns:` in the mapping."
)
HOW_TO_GIVE_CAPACITY = (
    "Days of work are not known. To give them, name a list of agents with `daily_capacity` "
    "as `agents:` in the params file."
)
HOW_TO_GIVE_SEGMENTS = (
    "All tickets are in one segment. To tell them apart, name `category`, `priority` or an "
    "attribute under `columns:` in the mapping."
)
UNASSIGNED = "(unassigned)"


class SegmentRow(NamedTuple):
    """A segment: its bar, and texts of what is open, past due, kept and moved."""

    name: str
    bar: Markup
    open_tickets: str
    past_due: str
    flows: str
    attainment: str


class Dimension(NamedTuple):
    """The largest segments of a dimension."""

    name: str
    rows: list[SegmentRow]


class AgentRow(NamedTuple):
    """An agent: name, team, bar, open tickets and days of work."""

    name: str
    team: str
    bar: Markup
    open_tickets: str
    days_of_work: str


def read_dimensions(facts: Facts) -> list[Dimension]:
    """Return the segments of each dimension, the one that explains first."""
    segments = facts.segments
    if about_backlog(facts.coverage):
        return []
    names = sorted(segments["dimension"].unique(), key=lambda name: name != facts.dimension)
    return [
        Dimension(name.replace("_", " "), _rows(segments[segments["dimension"] == name]))
        for name in names
    ]


def _rows(segments: pd.DataFrame) -> list[SegmentRow]:
    most = float(segments["open_tickets"].max())
    return [_row(segment, most) for _, segment in segments.iterrows()]


def _row(segment: pd.Series, most: float) -> SegmentRow:
    late = 0.0 if pd.isna(segment["past_due"]) else float(segment["past_due"])
    net = segment["opened"] - segment["resolved"]
    return SegmentRow(
        name=one_line(str(segment["segment"])),
        bar=share_bar(late, float(segment["open_tickets"]), most),
        open_tickets=words.count(segment["open_tickets"]),
        past_due=words.count(segment["past_due"]),
        flows=words.signed(net),
        attainment=words.share(segment["attainment"]),
    )


def read_agent_rows(facts: Facts) -> list[AgentRow]:
    """Return the agents with the most open tickets; none where no ticket has an agent."""
    agents = facts.agents.head(AGENTS)
    if agents.empty or not agents["is_agent"].any():
        return []
    most = float(agents["open_tickets"].max())
    return [_agent(agent, most) for _, agent in agents.iterrows()]


def _agent(agent: pd.Series, most: float) -> AgentRow:
    name = agent["name"] if pd.notna(agent["name"]) else agent["agent_id"]
    days = agent["days_of_work"]
    return AgentRow(
        name=one_line(str(name)),
        team="" if pd.isna(agent["team"]) else one_line(str(agent["team"])),
        bar=share_bar(0, float(agent["open_tickets"]), most),
        open_tickets=words.count(agent["open_tickets"]),
        days_of_work="" if pd.isna(days) else f"{days:,.1f}",
    )


def missing(facts: Facts) -> list[str]:
    """Return what this export does not say about segments and agents, and how to give it."""
    said = []
    if not facts.dimension:
        said.append(HOW_TO_GIVE_SEGMENTS)
    if facts.agents.empty:
        return said
    if not facts.agents["is_agent"].any():
        said.append(HOW_TO_GIVE_AGENTS)
    elif facts.agents["days_of_work"].isna().all():
        said.append(HOW_TO_GIVE_CAPACITY)
    return said
