"""The definition of a result table: its SQL file, and for work_next what the run's rules say."""

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery

from opsdesk.catalogue.tables import Table, read_sql

RULED = "work_next"  # the table that a rules file decides
FILLED = "judged"  # its CTE whose columns the rules are
NO_RULES: Mapping[str, str] = {}


def definition(table: Table, rules: Mapping[str, str]) -> str:
    """Return the GoogleSQL of a result table; `rules` has that of the columns that rules decide."""
    sql = read_sql(table)
    if table.name != RULED or not rules:
        return sql
    tree = sqlglot.parse_one(sql, read=BigQuery)
    (filled,) = [cte for cte in tree.find_all(exp.CTE) if cte.alias == FILLED]
    for column in filled.this.selects:
        if made := rules.get(column.alias):
            column.set("this", sqlglot.parse_one(made, read=BigQuery))
    return tree.sql(BigQuery, pretty=True)


def given_rules(parameters: Mapping[str, object]) -> Mapping[str, str]:
    """Return the rules among the parameters of a publication, none where it has none."""
    rules = parameters.get("rules", NO_RULES)
    return rules if isinstance(rules, Mapping) else NO_RULES
