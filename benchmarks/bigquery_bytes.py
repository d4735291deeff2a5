"""What a transform reads in BigQuery: bigquery_bytes.py WAREHOUSE.duckdb [TICKETS ...].

Computed from the columns of a DuckDB warehouse, by the sizes that Google documents for each type
and statement, and from the very texts that BigQuery gets: bigquery_sizes.py. Tables of tickets grow
with TICKETS, the others stay.
"""

import sys
from dataclasses import dataclass

import duckdb
from bigquery_sizes import PLACES, Columns, Sizes, columns_of, everything, together

from opsdesk.catalogue.identities import CHECKS, numbers_of_violated
from opsdesk.catalogue.tables import catalogue, results
from opsdesk.config.rules import SHIPPED_RULES
from opsdesk.steps.transform import SPAN
from opsdesk.warehouse.bigquery.publisher import is_staged
from opsdesk.warehouse.bigquery.statements import rows_of_places, typed_query, under_names
from opsdesk.warehouse.billing import LEAST_BILLED, PRICE_PER_TIB, TIB
from opsdesk.work.rules_file import read_rules

SIZES = (300_000, 3_000_000, 30_000_000)
FACT, RISK, RAW = "fact_tickets", "ticket_sla_risk", "tickets_raw"
QUERIES = rows_of_places(PLACES)
# A month is written again where a ticket is open (its hours change with as_of) or had an event.
TOUCHED = """WITH months AS (
  SELECT date_trunc('month', created_date) AS month, count(*) AS tickets,
    bool_or(NOT is_resolved OR resolved_date = last_day) AS is_touched
  FROM fact_tickets, (SELECT max(ops_date) AS last_day FROM features_daily) GROUP BY month)
SELECT coalesce(sum(tickets) FILTER (is_touched), 0) / sum(tickets) FROM months"""


@dataclass(frozen=True)
class Statement:
    """A statement that reads these columns, of a `share` of the rows; 1 where all months are."""

    part: str
    reads: Columns
    share: float = 1.0


def builds(*, is_inline: bool) -> dict[str, Columns]:
    """What each table is computed from; with `is_inline` work_next computes RISK by itself."""
    rules = read_rules(SHIPPED_RULES).columns
    queries = dict(QUERIES)
    if is_inline:
        queries[RISK] = typed_query(catalogue()[RISK], queries)
    return {t.name: columns_of(typed_query(t, queries, rules)) for t in results()}


def span_and_checks(*checks: str) -> list[Statement]:
    span = SPAN.format(run="TIMESTAMP '2024-01-01'")
    asked = [Statement("checks", columns_of(under_names(sql, QUERIES))) for sql in checks]
    return [Statement("as_of", columns_of(under_names(span, QUERIES))), *asked]


def everything_staged() -> list[Statement]:
    """Every table is staged and read again to publish it, each check is a query."""
    built = [Statement("tables", reads) for reads in builds(is_inline=False).values()]
    published = [Statement("publishing", everything(table.name)) for table in results()]
    return [*span_and_checks(*(check.counterexamples for check in CHECKS)), *built, *published]


def as_it_is() -> list[Statement]:
    """The transform of today."""
    built = builds(is_inline=True)
    published = [
        Statement("publishing", everything(table.name) if is_staged(table) else built[table.name])
        for table in results()
    ]
    tables = [Statement("tables", built[table.name]) for table in results() if is_staged(table)]
    return [*span_and_checks(numbers_of_violated()), *tables, *published]


def in_one_query() -> list[Statement]:
    """Today's, if one query filled all tables that are made of the facts."""
    plan = as_it_is()
    readers = [one for one in plan if one.part == "tables" and FACT in one.reads]
    others = [one for one in plan if one not in readers]
    return [*others, Statement("tables", together(*(one.reads for one in readers)))]


def changed_rows(share: float) -> list[Statement]:
    """What DuckDB does, where a `share` of the tickets is in months that are written again.

    A DELETE bills all columns of the partitions it touches, a filter on other columns saves none.
    """
    built = builds(is_inline=False)
    find = {
        RAW: ("ticket_id", "updated_at", "first_response_at"),
        FACT: ("ticket_id", "created_at", "is_resolved"),
    }
    rewritten = [
        Statement("tables", built[FACT], share),  # the new rows of what may have changed
        Statement("tables", everything(FACT), share),  # compared with the published ones
        Statement("publishing", everything(FACT), share),
        Statement("publishing", built[RISK], share),
        Statement("publishing", everything(RISK), share),
    ]
    rest = [table.name for table in results() if table.name not in (FACT, RISK)]
    daily = [Statement("tables", built[name]) for name in rest]
    published = [Statement("publishing", everything(name)) for name in rest]
    checked = span_and_checks(numbers_of_violated())
    return [*checked, Statement("tables", find), *rewritten, *daily, *published]


def row(tickets: str, name: str, plan: list[Statement], sizes: Sizes) -> str:
    read = {part: 0.0 for part in ("as_of", "tables", "checks", "publishing")}
    billed = 0.0
    for statement in plan:
        by_table = [size * statement.share for size in sizes.read(statement.reads)]
        read[statement.part] += sum(by_table)
        billed += sum(max(size, LEAST_BILLED) for size in by_table)
    parts = " + ".join(f"{size / 1e6:,.0f}" for size in read.values())
    return (
        f"| {tickets} | {name} | {parts} | {sum(read.values()) / 1e6:,.0f} "
        f"| {billed / (1 << 20):,.0f} | {100 * billed / TIB * PRICE_PER_TIB:,.2f} |"
    )


def compare(con: duckdb.DuckDBPyConnection, tickets: list[int]) -> str:
    """The plans next to each other, a Markdown table."""
    (share,) = con.execute(TOUCHED).fetchone()
    plans = {
        "all staged, each check a query": everything_staged(),
        "as it is": as_it_is(),
        f"changed rows, months with {share:.0%} of the tickets": changed_rows(share),
        "changed rows, if these were 10%": changed_rows(0.1),
        "as it is, daily tables in one query": in_one_query(),
    }
    head = "| tickets | plan | MB: as_of + tables + checks + publishing | MB read | MiB billed | US cents |"
    rows = [
        row(f"{size:,}", name, plan, Sizes(con, size))
        for size in tickets
        for name, plan in plans.items()
    ]
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as warehouse:
        print(compare(warehouse, [int(size) for size in sys.argv[2:]] or list(SIZES)))
