"""What of GoogleSQL was proven to give the same rows on every engine, and what to write instead of the rest.

tests/test_sql_everywhere.py is the proof: it runs all of `PROVEN` on DuckDB, on Spark and in Google's own engine.
"""

from sqlglot import exp

FUNCTIONS = frozenset(
    {
        *(
            exp.Case,
            exp.Cast,
            exp.Coalesce,
            exp.If,
            exp.Nullif,
            exp.Greatest,
            exp.Least,
            exp.And,
            exp.Or,
            exp.Exists,
        ),
        *(
            exp.Abs,
            exp.Ceil,
            exp.Floor,
            exp.Round,
            exp.Mod,
            exp.IntDiv,
            exp.SafeDivide,
            exp.Sqrt,
            exp.Ln,
            exp.Exp,
        ),
        *(exp.Concat, exp.Length, exp.Lower, exp.Upper, exp.StartsWith, exp.Substring),
        *(
            exp.Date,
            exp.Datetime,
            exp.DateAdd,
            exp.DateSub,
            exp.DateDiff,
            exp.DateTrunc,
            exp.Extract,
            exp.LastDay,
        ),
        *(exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff, exp.UnixMicros, exp.TimeToStr),
        *(exp.TsOrDsToDate, exp.TsOrDsToTimestamp),  # inside FORMAT_DATE and FORMAT_TIMESTAMP
        *(exp.Count, exp.CountIf, exp.Sum, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr),
        *(
            exp.RowNumber,
            exp.Rank,
            exp.DenseRank,
            exp.Ntile,
            exp.Lag,
            exp.Lead,
            exp.FirstValue,
            exp.LastValue,
        ),
        *(exp.Unnest, exp.GenerateDateArray, exp.GenerateSeries, exp.Array),
    }
)
STRUCTURE = frozenset(
    {
        *(
            exp.Select,
            exp.From,
            exp.Join,
            exp.Where,
            exp.Group,
            exp.Having,
            exp.Qualify,
            exp.Order,
            exp.Ordered,
            exp.Limit,
        ),
        *(
            exp.With,
            exp.CTE,
            exp.Subquery,
            exp.Union,
            exp.Except,
            exp.Intersect,
            exp.Distinct,
            exp.Window,
        ),
        *(exp.WindowSpec, exp.IgnoreNulls),
        *(
            exp.Table,
            exp.TableAlias,
            exp.Column,
            exp.Identifier,
            exp.Alias,
            exp.Star,
            exp.Paren,
            exp.Tuple,
        ),
        *(
            exp.Literal,
            exp.Boolean,
            exp.Null,
            exp.Parameter,
            exp.Interval,
            exp.Var,
            exp.DataType,
            exp.WeekStart,
        ),
        *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.DPipe, exp.Not, exp.AtTimeZone),
        *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like),
        *(exp.NullSafeEQ, exp.NullSafeNEQ),
    }
)
PROVEN = FUNCTIONS | STRUCTURE

OWN_ORDER = (
    "not the same, or not there, in every engine; use ROW_NUMBER and COUNT, as features_daily does."
)
OWN_CLOCK = "the clock is never read: a run gets @as_of."
PARSES = "engines read other texts as times; ingest reads them, tables have DATE and TIMESTAMP."
MIDNIGHT = "a midnight that a clock change repeats is the first or the second; compare local dates, DATE(t, @timezone)."
SEVERAL_WINNERS = (
    "engines choose otherwise among equals; use ROW_NUMBER with an order that leaves none."
)
REMEDIES: dict[type, str] = {
    **dict.fromkeys((exp.PercentileDisc, exp.PercentileCont, exp.ApproxQuantiles), OWN_ORDER),
    **dict.fromkeys((exp.ArrayAgg, exp.AnyValue, exp.GroupConcat), OWN_ORDER),
    **dict.fromkeys((exp.ArgMax, exp.ArgMin), SEVERAL_WINNERS),
    **dict.fromkeys((exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTimestamp), OWN_CLOCK),
    **dict.fromkeys((exp.StrToTime, exp.StrToDate), PARSES),
    **dict.fromkeys((exp.Timestamp, exp.TimestampTrunc), MIDNIGHT),
    exp.ArraySize: "Spark counts 0 where there is no array; use COUNT(*) of its UNNEST, or DATE_DIFF.",
    exp.ApproxDistinct: "each engine estimates in its own way; use COUNT(DISTINCT x).",
    exp.Avg: "the last digits depend on the order of adding; use SAFE_DIVIDE(SUM(x), COUNT(x)) of whole numbers.",
    exp.DatetimeDiff: "Spark counts whole units and the others boundaries; use DATE_DIFF in DAY, or TIMESTAMP_DIFF.",
    exp.RangeBucket: "only BigQuery has it; use CASE with a WHEN for each bound.",
    exp.TryCast: "engines differ in what they can read; read texts in ingest.",
    exp.UnixSeconds: "fractions are rounded or cut; use DIV(UNIX_MICROS(t), 1000000).",
    exp.Pivot: "columns get other names; use SUM(IF(...)).",
}
NAMED_REMEDIES = {
    "IEEE_DIVIDE": "only BigQuery has it; use SAFE_DIVIDE, which is NULL when dividing by 0."
}
