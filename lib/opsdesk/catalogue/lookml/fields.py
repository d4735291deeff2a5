"""The fields of a view: what a column can be grouped by, and what is computed from it."""

from collections.abc import Iterator

from opsdesk.catalogue.lookml import sums
from opsdesk.catalogue.lookml.syntax import Lines, block, names, quoted, sql
from opsdesk.catalogue.tables import Column, Table
from opsdesk.catalogue.totals import Rate

DAYS = ("raw", "date", "day_of_week", "week", "month", "quarter", "year")
MOMENTS = ("raw", "time")  # the days of a moment are in a column of their own, in the run's zone
SHARE = "percent_1"
DETAIL = ["drill_fields: [detail*]"]
# A yesno shows NULL as No, and NULL is neither: the promise is not judged yet.
ANSWER = "CASE WHEN {0} THEN 'yes' WHEN NOT {0} THEN 'no' END"


def is_dimension(table: Table, column: Column) -> bool:
    """Return whether rows can be grouped by a column.

    The numbers of a table of days cannot: a user could make a sum of any dimension.
    """
    is_number = column.type in ("INT64", "FLOAT64")
    return not (is_number and sums.find_day(table))


def field_names(column: Column) -> list[str]:
    """Return the names that a dimension of this column has in Looker."""
    if column.type == "DATE":
        return [f"{_stem(column)}_{frame}" for frame in DAYS]
    if column.type == "TIMESTAMP":
        return [f"{column.name}_{frame}" for frame in MOMENTS]
    return [column.name]


def dimension(table: Table, column: Column) -> Lines:
    """Return the dimension of a column, of a date or moment the group of dimensions."""
    said = quoted("description", column.description)
    source = sql("sql", sums.of_row(column.name))
    if column.type == "DATE":
        time = [*names("timeframes", DAYS), "datatype: date", "convert_tz: no"]
        return block(f"dimension_group: {_stem(column)}", ["type: time"], time, source, said)
    if column.type == "TIMESTAMP":
        time = [*names("timeframes", MOMENTS), "datatype: timestamp"]
        return block(f"dimension_group: {column.name}", ["type: time"], time, source, said)
    if column.type == "BOOL":
        source = sql("sql", ANSWER.format(sums.of_row(column.name)))
    kind = "string" if column.type in ("STRING", "BOOL") else "number"
    key = ["primary_key: yes"] if table.key == (column.name,) else []
    form = [] if kind == "string" else _form(column)
    return block(f"dimension: {column.name}", [f"type: {kind}"], key, form, source, said)


def measures(table: Table) -> Iterator[Lines]:
    """Yield the measures of a table, the number of rows first."""
    said = quoted("description", "Rows of the table.")
    yield block("measure: count", ["type: count"], said, DETAIL)
    for column in table.columns:
        if sums.find_day(table):
            yield from _of_days(table, column)
        else:
            yield from _of_things(column)
    own = {column.name for column in table.columns}
    for rate in table.totals.rates:
        if rate.name not in own:
            less = "1 minus the share" if rate.is_rest else "The share"
            words = f"{less} of {rate.part} in {' + '.join(rate.whole)}."
            yield _rate(table, rate, words)


def _of_days(table: Table, column: Column) -> Iterator[Lines]:
    totals, name, words = table.totals, column.name, column.description
    rates = {rate.name: rate for rate in totals.rates}
    if is_dimension(table, column):
        return
    if name in rates:
        yield _rate(table, rates[name], words)
    elif name in totals.flows:
        yield _number(name, _format(column), sums.flow(table, name), words + _apart(table))
    elif name in totals.stocks:
        words += " Of several days, the last one counts." + _apart(table)
        yield _number(name, _format(column), sums.stock(table, name), words)
    elif name in totals.openings:
        words += " Of several days, the first one counts." + _apart(table)
        yield _number(name, _format(column), sums.opening(table, name), words)
    else:
        words += " Of a single row; empty for several, as it cannot be added or averaged."
        yield _number(name, _format(column), sums.single(table, name), words)


def _of_things(column: Column) -> Iterator[Lines]:
    name, words = column.name, column.description
    if column.unit == "hours":
        mean = [*quoted("description", f"Mean over the rows. {words}"), *DETAIL]
        source = sql("sql", sums.of_row(name))
        form = _form(column)
        yield block(f"measure: average_{name}", ["type: average"], form, source, mean)
        for label, tenths in (("median", 5), ("p90", 9)):
            said = f"The value that {tenths} of 10 rows do not exceed. {words}"
            yield _number(f"{label}_{name}", _format(column), sums.percentile(name, tenths), said)
    if column.type == "BOOL":
        said = f"The share of yes among yes and no. {words}"
        yield _number(f"{name}_share", SHARE, sums.share_of_true(name), said)


def _rate(table: Table, rate: Rate, words: str) -> Lines:
    said = f"{words} Of several rows, the sums are divided." + _apart(table)
    return _number(rate.name, SHARE, sums.divided(table, rate), said)


def _number(name: str, shown_as: str, text: str, words: str) -> Lines:
    form = [f"value_format_name: {shown_as}"]
    said = [*quoted("description", words), *DETAIL]
    return block(f"measure: {name}", ["type: number"], form, sql("sql", text), said)


def _form(column: Column) -> Lines:
    return [f"value_format_name: {_format(column)}"]


def _format(column: Column) -> str:
    if column.unit == "fraction":
        return SHARE
    return "decimal_2" if column.type == "FLOAT64" else "decimal_0"


def _apart(table: Table) -> str:
    return "".join(f" Empty unless the rows have one {name}." for name in table.totals.apart)


def _stem(column: Column) -> str:
    return column.name.removesuffix("_date")
