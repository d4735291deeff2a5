"""The dates below a chart: few enough to be read, for a week and for ten years; its finding."""

import warnings

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from opsdesk.brief.chart_size import NARROW, WIDE
from opsdesk.brief.line_charts import Line, Marks, counts
from opsdesk.brief.week_charts import _says_share


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: size.name)
@pytest.mark.parametrize("days", [1, 2, 10, 20, 30, 69, 71, 184, 366, 731, 1096, 3650, 9000])
def test_some_dates_but_not_too_many(days, size):
    index = pd.date_range("2011-01-15", periods=days + 1)
    frame = pd.DataFrame({"n": range(days + 1)}, index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = counts(frame, size, Marks(), Line("n", "tickets", "in"))
        FigureCanvasAgg(figure).draw()
    ax = figure.axes[0]
    low, high = ax.get_xlim()
    written = [
        label.get_text()
        for place, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
        if low <= place <= high and label.get_text()
    ]
    assert 1 <= len(written) <= (9 if size.is_wide else 6)


def test_a_finding_is_of_the_last_week_in_which_it_is_known():
    """In the week to 14 January nothing fell due."""
    ends = pd.to_datetime(["2024-01-07", "2024-01-14"])
    weeks = pd.DataFrame({"attainment": [0.5, float("nan")]}, index=ends)
    said = _says_share(weeks, "attainment", "fell due", "kept")
    assert said == "50% of what fell due in the week to 7 Jan was kept."
