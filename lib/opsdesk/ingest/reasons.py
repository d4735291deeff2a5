"""Why a row is rejected, and what may be noted about a row that is kept: codes and meanings."""

from opsdesk.ingest.timestamp_formats import TIMESTAMPS

# in the order in which they are tried; the first that applies is given
REASONS = {
    "malformed_line": "too few or too many fields, a quote that is not closed, or not UTF-8",
    "missing_ticket_id": "no ticket_id",
    "missing_created_at": "no created_at",
    "bad_created_at": "created_at is in none of the mapping's formats, before 1970, or in no zone",
    "created_in_future": "created after the moment of the run",
    "implausible_created_at": (
        "created more than 20 years before nearly all others: a blank date in disguise?"
    ),
    "duplicate_ticket_id": "an older version of a ticket that is in the export again",
    "closed_without_resolved_at": "the status says closed, but no resolved_at can be read",
}
EVENT_REASONS = {
    "malformed_line": REASONS["malformed_line"],
    "missing_ticket_id": "no ticket_id",
    "missing_at": "no moment of the change",
    "bad_at": "the moment is in none of the mapping's formats, before 1970, or in no zone",
    "at_in_future": "changed after the moment of the run",
}
EVENT_ISSUES = {
    "blank_status": "no status: the ticket stays open, paused or closed as it was",
    "ambiguous_time": "a wall time that a clock change repeats: the first of the two was taken",
    "nonexistent_time": "a wall time that a clock change skips: moved forward by the gap",
    "date_only": "a moment that is only a day: midnight was taken",
    "two_formats_at": "the moment fits two of the mapping's formats: the first was taken",
}
UNKNOWN_TICKETS = "changes_of_unknown_tickets"
OF_UNKNOWN_TICKETS = "of tickets that no export has, so they are in no table"
ISSUE_MEANINGS = {
    "bad_resolved_at": "an open ticket's resolved_at cannot be read: it stays open",
    "resolved_in_future": "resolved after the moment of the run: it is open until then",
    "implausible_resolved_at": (
        "resolved more than 20 years before nearly all were created: left out, so it is open"
    ),
    "resolved_before_created": (
        "counted as resolved on the day it was created, without a resolution time"
    ),
    "bad_updated_at": "updated_at cannot be read: left out",
    "bad_first_response_at": "first_response_at cannot be read: left out",
    "first_response_before_created": "the first response counts as given at once",
    "bad_sla_hours": (
        "the SLA target is not a number above 0 (or not a time after creation): no target"
    ),
    "bad_resolution_hours": "the exported resolution_hours is not a number of hours: left out",
    "resolution_hours_differ": (
        "the exported resolution_hours is more than 0.1 h off the timestamps, which decide"
    ),
    "bad_sla_flag": "the exported SLA flag is neither true nor false: left out",
    "sla_flag_differs": "the exported SLA flag contradicts the timestamps, which decide",
    "ambiguous_time": "a wall time that a clock change repeats: the first of the two was taken",
    "nonexistent_time": "a wall time that a clock change skips: moved forward by the gap",
    "date_only": "a time that is only a day: midnight was taken, and no hours follow from it",
    "due_date_only": "due_at is only a day: the last second of that day was taken",
    **{
        f"two_formats_{name}": (
            f"{name} fits two of the mapping's formats, which differ: the first was taken"
        )
        for name in TIMESTAMPS
    },
    "judged_by_flag": "this export knows no SLA targets: its flag judges resolved tickets",
}
# These codes say what kind of promise a row has, for fact_tickets.sql. Nothing about such a row is
# doubtful, so they are not counted as issues.
PROMISE_KINDS = {
    "due_at_exported": "the export itself says when it is due, so no calendar moves that",
    "sla_in_days": "the promise is in days: with a calendar, days on which it opens",
}
