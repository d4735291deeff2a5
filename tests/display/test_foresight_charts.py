"""The charts of estimates: what is drawn, and a sentence where there is nothing to draw."""

import pandas as pd
import pytest

from opsdesk.display import foresight_charts
from opsdesk.display.chart_style import new_axes, picture

PAST = pd.DataFrame(
    {"ops_date": pd.date_range("2024-04-01", "2024-04-30"), "backlog_size": range(30)}
)
AHEAD = pd.DataFrame(
    {"ops_date": pd.date_range("2024-05-01", periods=28), "backlog_size": 30.5}
).assign(
    lo80=25.0,
    hi80=36.0,
    lo95=[20.0] * 14 + [float("nan")] * 14,
    hi95=[41.0] * 14 + [float("nan")] * 14,
)
TENTHS = pd.DataFrame(
    {
        "given": ["0 to 10%", "70 to 80%"],
        "tickets": [20, 40],
        "expected_share": [0.05, 0.75],
        "breached_share": [0.1, 0.76],
    }
)


def test_the_forecast_begins_where_the_past_ends():
    ax = foresight_charts.forecast(PAST, AHEAD, new_axes(), target=28.0)
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(lines["open"]) == list(range(30))
    assert lines["forecast"][0] == 29 and list(lines["forecast"][1:]) == [30.5] * 28
    names = (
        [text.get_text() for text in ax.figure.legends[0].get_texts()]
        if ax.figure.legends
        else [text.get_text() for text in ax.get_legend().get_texts()]
    )
    assert {"80% of past outcomes", "95% of past outcomes", "target: at most 28"} <= set(names)


def test_bars_say_what_share_breached():
    ax = foresight_charts.calibration(TENTHS, new_axes())
    assert [bar.get_height() for bar in ax.patches] == [0.1, 0.76]
    assert [text.get_text() for text in ax.texts] == ["10%", "76%"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0–10%", "70–80%"]


@pytest.mark.parametrize(
    "ax",
    [
        foresight_charts.forecast(PAST, AHEAD.head(0), new_axes(), why="It is too early."),
        foresight_charts.calibration(TENTHS.head(0), new_axes(), why="It is too early."),
    ],
    ids=["forecast", "calibration"],
)
def test_without_estimates_a_sentence_says_why(ax):
    assert picture(ax).text == "It is too early."


def test_the_same_rows_give_the_same_bytes():
    one, other = (picture(foresight_charts.forecast(PAST, AHEAD, new_axes())).png for _ in range(2))
    assert one == other
