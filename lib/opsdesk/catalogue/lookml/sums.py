"""The GoogleSQL of the measures: none gives a number that means nothing.

A measure is computed over whatever rows a user's choice of fields leaves together. Where these rows
cannot be put together, it is NULL.
"""

from opsdesk.catalogue.tables import Column, Table
from opsdesk.catalogue.totals import Rate


def of_row(column: str) -> str:
    """Return the reference to a column in the table of the view."""
    return f"${{TABLE}}.{column}"


def find_day(table: Table) -> str:
    """Return the column of the key that is the row's day, or "" for a table of other things."""
    days = (name for name in table.key if table.column(name).type == "DATE")
    return next(days, "")


def flow(table: Table, column: str) -> str:
    """Return the sum over all rows; NULL while a row's value is not known yet."""
    known = f"COUNT({of_row(column)}) = COUNT({of_row(table.key[0])})"
    return _if([known, *_one_each(table)], f"SUM({of_row(column)})")


def stock(table: Table, column: str) -> str:
    """Return the sum over the rows of the last day."""
    last = f"SUM({of_row(column)} HAVING MAX {of_row(find_day(table))})"
    return _if(_one_each(table), last)


def opening(table: Table, column: str) -> str:
    """Return the sum over the rows of the first day."""
    first = f"SUM({of_row(column)} HAVING MIN {of_row(find_day(table))})"
    return _if(_one_each(table), first)


def divided(table: Table, rate: Rate) -> str:
    """Return the divided sums, both over the rows where all their columns are known."""
    part = of_row(rate.part)
    whole = " + ".join(of_row(name) for name in rate.whole)
    upper = f"SUM(IF({whole} IS NULL, NULL, {part}))"
    lower = f"SUM(IF({part} IS NULL, NULL, {whole}))"
    share = f"SAFE_DIVIDE({upper}, {lower})"
    return _if(_one_each(table), f"1 - {share}" if rate.is_rest else share)


def single(table: Table, column: str) -> str:
    """Return the value of the only row; NULL for several."""
    return _if([f"COUNT({of_row(table.key[0])}) = 1"], f"MAX({of_row(column)})")


def percentile(column: str, tenths: int) -> str:
    """Return the smallest value that `tenths` of 10 values do not exceed, exactly.

    `tenths * COUNT / 10` is rounded up in whole numbers, as in the SQL of the tables.
    """
    value = of_row(column)
    place = f"DIV(({tenths} * COUNT({value}) + 9), 10)"
    return f"ARRAY_AGG({value} IGNORE NULLS ORDER BY {value})[SAFE_ORDINAL({place})]"


def share_of_true(column: str) -> str:
    """Return the share of TRUE among the rows where the column is known."""
    return f"SAFE_DIVIDE(COUNTIF({of_row(column)}), COUNT({of_row(column)}))"


def row_key(table: Table) -> str:
    """Return the columns of the key as one text, with |/ between them.

    A | within a text becomes |. so that two keys never give the same text.
    """
    parts = [_as_text(table.column(name)) for name in table.key]
    between = ", '|/', "
    return f"CONCAT({between.join(parts)})" if len(parts) > 1 else parts[0]


def _as_text(column: Column) -> str:
    value = of_row(column.name)
    if column.type == "DATE":
        return f"FORMAT_DATE('%Y-%m-%d', {value})"
    if column.type == "INT64":
        return f"CAST(CAST(ROUND({value}) AS INT64) AS STRING)"
    if column.type == "TIMESTAMP":
        return f"CAST(CAST(ROUND(UNIX_MICROS({value})) AS INT64) AS STRING)"
    return f"REPLACE({value}, '|', '|.')"


def _one_each(table: Table) -> list[str]:
    return [f"COUNT(DISTINCT {of_row(name)}) = 1" for name in table.totals.apart]


def _if(conditions: list[str], value: str) -> str:
    return f"IF({' AND '.join(conditions)}, {value}, NULL)" if conditions else value
