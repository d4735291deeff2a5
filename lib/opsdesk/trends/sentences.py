"""What a reader must know: sentences about what an export cannot know, "" where it can.

They are Markdown, and nothing in them comes from a cell of the export.
"""

import pandas as pd

from opsdesk.trends.coverage import Coverage

FILTERED = "this export looks filtered by closing date (see *What the data cannot know*)"
HOW_TO_GIVE_A_TARGET = (
    "To give targets, name `sla_hours` or `due_at` under `columns:` in the mapping, "
    "or give hours per priority as `sla_hours_by_priority:`."
)

HOW_TO_GIVE_A_RESPONSE = "To give it, name `first_response_at` under `columns:` in the mapping."
HOW_TO_GIVE_AN_UPDATE = "To give it, name `updated_at` under `columns:` in the mapping."


def about_filter(coverage: Coverage) -> str:
    """Return how an export was filtered by closing date, and what to export instead."""
    if coverage.closed_from is None:
        return ""
    return (
        "This export looks filtered by closing date. No ticket in it is open, and none was "
        f"resolved before {_day(coverage.closed_from)}, although the oldest was opened on "
        f"{_day(coverage.first_day)}. What was open on a day and resolved outside of the filter is "
        "missing, so there is no backlog to show. To see it, export all tickets, open ones too, or "
        "filter by the date of creation."
    )


def about_backlog(coverage: Coverage) -> str:
    """Return why the backlog cannot be shown."""
    if coverage.closed_from is None:
        return ""
    return f"The backlog is not drawn: {FILTERED}, and open tickets are missing."


def about_flow(coverage: Coverage) -> str:
    """Return why what was opened is not known for the whole time."""
    if coverage.closed_from is not None:
        return (
            f"What was opened is not drawn: {FILTERED}, and tickets that were not resolved within "
            "the filter are missing."
        )
    if coverage.intake_until is None:
        return ""
    return (
        f"Intake ends on {_day(coverage.intake_until)}: no ticket was opened after it, while "
        f"tickets were resolved until {_day(coverage.resolved_until)}. Figures per week and growth "
        "stop at that day, and after it the backlog is only what is left of the older tickets. "
        "If new tickets do come in, export those too."
    )


def about_promises(coverage: Coverage) -> str:
    """Return why deadlines cannot be shown."""
    if coverage.with_target and coverage.closed_from is None:
        return ""
    if coverage.with_target:
        return (
            f"Attainment and past due are not drawn: {FILTERED}, and open tickets that missed "
            "their deadline are missing."
        )
    if coverage.judged:
        return (
            "No deadline is known: the export has no SLA targets, only a flag of its own. The flag "
            f"judges {coverage.judged:,} resolved tickets (see *Service*); nothing is known of "
            f"open ones, so none is called past due. {HOW_TO_GIVE_A_TARGET}"
        )
    return (
        "No SLA target is known, so no ticket can be past due, and none can keep or miss a "
        f"deadline. {HOW_TO_GIVE_A_TARGET}"
    )


def about_judged(coverage: Coverage) -> str:
    """Return why no resolved ticket is called too late."""
    if coverage.judged:
        return ""
    if not coverage.with_target:
        return "No SLA target is known, so no resolved ticket can be called too late."
    return "No ticket with a target is resolved yet."


def about_deadlines(coverage: Coverage) -> str:
    """Return what to say where no ticket has a deadline in the next 24 hours."""
    return about_promises(coverage) or "No open ticket has a deadline in the next 24 hours."


def about_responses(coverage: Coverage) -> str:
    """Return why times to the first response cannot be shown."""
    if not coverage.responded:
        return f"No time of a first response is known. {HOW_TO_GIVE_A_RESPONSE}"
    if coverage.closed_from is None:
        return ""
    return (
        f"First responses are not drawn: {FILTERED}, and those to tickets that were not resolved "
        "within the filter are missing."
    )


def about_updates(coverage: Coverage) -> str:
    """Return what to say where the last update of no open ticket is known."""
    if coverage.closed_from is not None:
        return about_backlog(coverage)
    if not coverage.open_tickets:
        return "No ticket is open."
    return f"The last update of the open tickets is not known. {HOW_TO_GIVE_AN_UPDATE}"


def about_left_out(segments: pd.DataFrame) -> str:
    """Return which dimensions a frame of segments leaves out."""
    names = "" if segments.empty else segments["left_out"].iloc[0]
    if not names:
        return ""
    return (
        f"There are more attributes than can be read here. Not shown: {names}. "
        "They are dimensions of the table `segment_daily` all the same."
    )


def _day(day: pd.Timestamp | None) -> str:
    return f"{day:%Y-%m-%d}"
