"""What of GoogleSQL was proven to give the same rows on every engine, and what replaces the rest.

tests/googlesql/test_everywhere.py is the proof: it runs all of `PROVEN` on DuckDB, on Spark and in
Google's own engine.
"""

from sqlglot import exp

CONDITIONS = (
    exp.And,
    exp.Case,
    exp.Cast,
    exp.Coalesce,
    exp.Exists,
    exp.Greatest,
    exp.If,
    exp.Least,
    exp.Nullif,
    exp.Or,
)
NUMBERS = (
    exp.Abs,
    exp.Ceil,
    exp.Exp,
    exp.Floor,
    exp.IntDiv,
    exp.Ln,
    exp.Mod,
    exp.Round,
    exp.SafeDivide,
    exp.Sqrt,
)
TEXTS = (
    exp.Concat,
    exp.Length,
    exp.Lower,
    exp.RegexpExtract,
    exp.RegexpExtractAll,
    exp.Replace,
    exp.StartsWith,
    exp.Substring,
    exp.Upper,
)
TIMES = (
    exp.Date,
    exp.DateAdd,
    exp.DateDiff,
    exp.DateSub,
    exp.DateTrunc,
    exp.Datetime,
    exp.Extract,
    exp.LastDay,
    exp.TimeToStr,
    exp.TimestampAdd,
    exp.TimestampDiff,
    exp.TimestampSub,
    exp.TsOrDsToDate,  # within FORMAT_DATE
    exp.TsOrDsToTimestamp,  # within FORMAT_TIMESTAMP
    exp.UnixMicros,
)
AGGREGATES = (
    exp.Count,
    exp.CountIf,
    exp.LogicalAnd,
    exp.LogicalOr,
    exp.Max,
    exp.Min,
    exp.Sum,
)
WINDOWS = (
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.Ntile,
    exp.Rank,
    exp.RowNumber,
)
ARRAYS = (exp.Array, exp.GenerateDateArray, exp.GenerateSeries, exp.Unnest)
FUNCTIONS = frozenset(
    {*CONDITIONS, *NUMBERS, *TEXTS, *TIMES, *AGGREGATES, *WINDOWS, *ARRAYS},
)

CLAUSES = (
    exp.CTE,
    exp.Distinct,
    exp.Except,
    exp.From,
    exp.Group,
    exp.Having,
    exp.IgnoreNulls,
    exp.Intersect,
    exp.Join,
    exp.Limit,
    exp.Order,
    exp.Ordered,
    exp.Qualify,
    exp.Select,
    exp.Subquery,
    exp.Union,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
    exp.With,
)
NAMES = (
    exp.Alias,
    exp.Column,
    exp.Identifier,
    exp.Paren,
    exp.Star,
    exp.Table,
    exp.TableAlias,
    exp.Tuple,
)
VALUES = (
    exp.Boolean,
    exp.DataType,
    exp.Interval,
    exp.Literal,
    exp.Null,
    exp.Parameter,
    exp.Var,
    exp.WeekStart,
)
OPERATORS = (
    exp.Add,
    exp.AtTimeZone,
    exp.Between,
    exp.DPipe,
    exp.Div,
    exp.EQ,
    exp.GT,
    exp.GTE,
    exp.In,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Sub,
)
STRUCTURE = frozenset({*CLAUSES, *NAMES, *VALUES, *OPERATORS})
PROVEN = FUNCTIONS | STRUCTURE

OWN_ORDER = (
    "not the same, or not there, in every engine; use ROW_NUMBER and COUNT, as features_daily does."
)
OWN_CLOCK = "the clock is never read: a run gets @as_of."
PARSES = "engines read other texts as times; ingest reads them, tables have DATE and TIMESTAMP."
MIDNIGHT = (
    "a midnight that a clock change repeats is the first or the second; "
    "compare local dates, DATE(t, @timezone)."
)
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
    exp.ArraySize: (
        "Spark counts 0 where there is no array; use COUNT(*) of its UNNEST, or DATE_DIFF."
    ),
    exp.ApproxDistinct: "each engine estimates in its own way; use COUNT(DISTINCT x).",
    exp.Avg: (
        "the last digits depend on the order of adding; "
        "use SAFE_DIVIDE(SUM(x), COUNT(x)) of whole numbers."
    ),
    exp.DatetimeDiff: (
        "Spark counts whole units and the others boundaries; "
        "use DATE_DIFF in DAY, or TIMESTAMP_DIFF."
    ),
    exp.RangeBucket: "only BigQuery has it; use CASE with a WHEN for each bound.",
    exp.TryCast: "engines differ in what they can read; read texts in ingest.",
    exp.UnixSeconds: "fractions are rounded or cut; use DIV(UNIX_MICROS(t), 1000000).",
    exp.Pivot: "columns get other names; use SUM(IF(...)).",
}
NAMED_REMEDIES = {
    "IEEE_DIVIDE": "only BigQuery has it; use SAFE_DIVIDE, which is NULL when dividing by 0."
}
