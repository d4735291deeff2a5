"""When an ingest is loud: what shares of rejected rows and of issues are more than a few."""

from collections.abc import Iterator
from typing import Any

from opsdesk.guards.texts import one_line
from opsdesk.ingest.reasons import ISSUE_MEANINGS, REASONS
from opsdesk.lake.lake import Record

LOUD_REJECTED = 0.02  # of the rows read
LOUD_ISSUE = 0.05  # of the kept rows
# An older version of a ticket is rejected because a newer one is kept.
OLDER = "duplicate_ticket_id"
FUTURE = "created_in_future"
# These say what form an export has: they concern all of its rows, every day.
OF_THE_FORM = ("judged_by_flag", "date_only")
FIELDS = 4  # of a rejected row in the record, before its text: reason, detail, file, line
SHOWN = 80  # characters of a cell in an example


def counts_of(record: Record, key: str) -> dict[str, int]:
    """Return the counts under `key` of a lake's record; an older version may have no such."""
    counts = record.get(key)
    if not isinstance(counts, dict):
        return {}
    return {name: rows for name, rows in counts.items() if isinstance(rows, int)}


def number_of(record: Record, key: str) -> int | None:
    """Return the number under `key` of a lake's record, None where it lacks it."""
    number = record.get(key)
    return number if isinstance(number, int) else None


def alarming_reasons(record: Record) -> dict[str, int]:
    """Return the rows by each reason that may mean a wrong mapping.

    An older version of a ticket does not, nor does a ticket of a delta that waits for its moment.
    """
    harmless = [OLDER]
    signature = record.get("signature")
    if isinstance(signature, dict) and signature.get("kind") == "delta":
        harmless.append(FUTURE)
    rejected = counts_of(record, "rejected")
    return {reason: rows for reason, rows in rejected.items() if reason not in harmless}


def alarming_rejects(record: Record) -> int:
    """Return the rejected rows that may mean a wrong mapping, without the footers of files."""
    footers = number_of(record, "footers") or 0
    return max(0, sum(alarming_reasons(record).values()) - footers)


def rejected_share(record: Record) -> float:
    """Return the share of the rows read that are alarming rejects."""
    rows = number_of(record, "rows")
    return alarming_rejects(record) / rows if rows else 0.0


def issue_shares(record: Record) -> dict[str, float]:
    """Return the share of the kept rows that each issue affects."""
    kept = number_of(record, "kept")
    issues = counts_of(record, "issues")
    return {code: rows / kept for code, rows in issues.items()} if kept else {}


def loud_issues(record: Record) -> list[str]:
    """Return the issues that affect more than a few kept rows."""
    shares = issue_shares(record)
    return [
        code for code, share in shares.items() if share > LOUD_ISSUE and code not in OF_THE_FORM
    ]


def examples_of(record: Record) -> dict[str, str]:
    """Return by reason where its first rejected row is, and the cell that decided."""
    examples = record.get("examples")
    if not isinstance(examples, list):
        return {}
    whole = [reject for reject in examples if isinstance(reject, list) and len(reject) > FIELDS]
    return dict(map(_example, whole))


def _example(reject: list[Any]) -> tuple[str, str]:
    reason, detail, file, line = map(str, reject[:FIELDS])
    where = f"{one_line(file)}, line {line}"
    return reason, f"{where}: {_cut(detail)}" if detail else where


def _cut(cell: str) -> str:
    text = one_line(cell)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def percent(share: float) -> str:
    """Return a share as a person reads it; what is not nothing is never shown as 0."""
    shown = f"{share:.1%}"
    return "under 0.1%" if share and shown == "0.0%" else shown


def alarms(record: Record) -> list[str]:
    """Return a sentence for each thing that is loud: count, share, reason, an example."""
    return [*_rejected(record), *_issues(record)]


def rejected_sentence(record: Record) -> str:
    """Return how many rows were rejected, mostly why, and the first of them."""
    counts = alarming_reasons(record)
    reason = max(counts, key=lambda code: counts[code], default="")
    example = examples_of(record).get(reason, "")
    return (
        f"{percent(rejected_share(record))} of the rows were rejected "
        f"({alarming_rejects(record):,} of {record['rows']:,}), most of them as {reason} "
        f"({counts.get(reason, 0):,}: {REASONS.get(reason, '')})"
        + (f", such as {example}." if example else ".")
    )


def _rejected(record: Record) -> Iterator[str]:
    if rejected_share(record) > LOUD_REJECTED:
        yield f"{rejected_sentence(record)} They are in no table: does the mapping fit?"


def _issues(record: Record) -> Iterator[str]:
    shares = issue_shares(record)
    tickets = record.get("issue_tickets")
    named = tickets if isinstance(tickets, dict) else {}
    for code in loud_issues(record):
        ticket = named.get(code)
        example = f", such as ticket {_cut(str(ticket))}" if ticket else ""
        yield (
            f"{percent(shares[code])} of the kept rows have the issue {code} "
            f"({counts_of(record, 'issues')[code]:,}: {ISSUE_MEANINGS.get(code, '')}){example}."
        )
