"""The chart of signals and the lines of targets, looked at through their Axes."""

from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.config.targets import desk_targets
from opsdesk.display import signal_chart, time_charts
from opsdesk.display.chart_style import new_axes, picture
from opsdesk.display.sentence import Sentence
from opsdesk.display.side_labels import Label, draw_labels

FIRST = pd.Timestamp("2024-01-01")


def flow(indicator: str, **changes: object) -> pd.DataFrame:
    """Forty days: the 3rd without a limit, the 5th high, the 6th low, the 7th a shift."""
    frame = pd.DataFrame({"ops_date": pd.date_range(FIRST, periods=40), "indicator": indicator})
    frame["distance"] = 0.1
    frame.loc[2, "distance"] = None
    frame.loc[[4, 5, 6], "distance"] = [1.5, -2.5, 0.4]
    frame["value"] = range(1000, 1040)
    frame["signal"] = None
    frame.loc[[4, 5, 6], "signal"] = ["high", "low", "shift"]
    frame["is_signal"] = frame["signal"].notna()
    frame["name"] = ""
    frame.loc[4, "name"] = "a storm"
    marks = {
        "is_judged": frame["distance"].notna(),
        "baseline": pd.NaT,
        "burn_in_until": pd.Timestamp("2024-01-20"),
        "intake_until": pd.NaT,
        "is_partial": False,
        "as_of": FIRST + pd.Timedelta(days=39),
    }
    return frame.assign(**marks | changes)


def both(**changes: object) -> pd.DataFrame:
    return pd.concat([flow("created", **changes), flow("resolved", **changes)], ignore_index=True)


def legend_of(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_two_panels_with_a_flat_band_and_labels_of_signals():
    upper = signal_chart.signals(both(), new_axes())
    lower = upper.figure.axes[1]
    assert [ax.get_ylabel() for ax in (upper, lower)] == ["opened", "resolved"]
    for ax in (upper, lower):
        assert sorted(texts(ax)) == ["5 Jan: 1,004\na storm", "6 Jan: 1,005"]
        assert [text.get_text() for text in ax.get_yticklabels()] == ["lower limit", "upper limit"]
        band = ax.patches[0]
        assert (band.get_y(), band.get_y() + band.get_height()) == (-1, 1)
        low, high = ax.get_ylim()
        assert low < -2.5
        assert high > 1.6
    assert legend_of(upper) == ["noise", "shift", "signal"]
    assert upper.get_title(loc="left") == "Signal or noise, day by day"
    assert upper.get_title(loc="right") == "┊ as of 2024-02-09 00:00"
    assert lower.get_title(loc="right") == ""
    assert picture(upper).alt == "Signal or noise, day by day"


def test_days_that_are_not_judged_have_no_point():
    frame = both(baseline=pd.Timestamp("2024-01-08"))
    frame["is_judged"] &= frame["ops_date"] < pd.Timestamp("2024-01-08")
    upper = signal_chart.signals(frame, new_axes())
    noise = next(line for line in upper.get_lines() if line.get_marker() == "o")
    assert len(noise.get_xdata()) == 3  # of seven days one has no limit, three are signals
    assert "new baseline" in legend_of(upper)


def test_only_what_was_resolved_is_known():
    ax = signal_chart.signals(flow("resolved"), new_axes())
    assert ax.get_ylabel() == "resolved"
    assert len(ax.figure.axes) == 1


def test_a_young_export_has_a_sentence():
    frame = both(distance=float("nan"))
    found = picture(signal_chart.signals(frame, new_axes()))
    assert isinstance(found, Sentence)
    assert "eight weeks and two days" in str(found)


def test_the_axis_begins_with_the_first_day_that_has_limits():
    frame = both()
    frame.loc[frame["ops_date"] < pd.Timestamp("2024-01-04"), "distance"] = None
    upper = signal_chart.signals(frame, new_axes())
    first = mpl.dates.num2date(upper.get_xlim()[0]).replace(tzinfo=None)
    assert pd.Timestamp("2024-01-03") < first < pd.Timestamp("2024-01-04")


def test_no_label_covers_another():
    ax = new_axes()
    ax.set_xlim(mpl.dates.date2num(FIRST), mpl.dates.date2num(FIRST + pd.Timedelta(days=40)))
    ax.set_ylim(-4, 4)
    ax.set_position([0.1, 0.1, 0.8, 0.8])
    width, height = (ax.bbox.width / 160 * 72, ax.bbox.height / 160 * 72)
    days = [FIRST + pd.Timedelta(days=number) for number in (0, 1, 2, 20, 21, 38, 39)]
    labels = [Label(day, y, f"{day.day}\nsome name") for y in (1.5, -1.5) for day in days]
    draw_labels(ax, labels, width, height)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) >= 12
    assert not [1 for one, other in combinations(boxes, 2) if one.overlaps(other)]
    assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)


MARKS = {
    "is_partial": False,
    "burn_in_until": pd.NaT,
    "intake_until": pd.NaT,
    "as_of": pd.Timestamp("2024-02-09"),
    **dict.fromkeys(("why_no_backlog", "why_no_promises", "why_no_responses"), ""),
}
STOCK = pd.DataFrame({"ops_date": pd.date_range(FIRST, periods=40), "backlog_size": 5})
STOCK = STOCK.assign(**dict.fromkeys(AGE_BANDS, 1), past_due=2, **MARKS)
WEEKS = pd.DataFrame({"week_ending": pd.date_range(FIRST, periods=5, freq="7D")}).assign(
    attainment=0.8,
    **dict.fromkeys(("median_hours", "median_response_hours"), 1.0),
    **dict.fromkeys(("p90_hours", "p90_response_hours"), 9.0),
    **dict.fromkeys(("sla_due_tickets", "timed", "responses"), 10),
    **dict.fromkeys(("is_due_few", "is_timed_few", "is_answered_few"), False),
    **MARKS,
)
TARGETS = [
    pytest.param("attainment", 0.925, "target: at least 92.5%", id="attainment"),
    pytest.param("backlog", 10000, "target: at most 10,000", id="backlog"),
    pytest.param("past_due", 3, "target: at most 3", id="past due"),
    pytest.param("resolution_time", 720, "target: p90 at most 720 h", id="time to resolve"),
    pytest.param("first_response", 2.5, "target: median at most 2.5 h", id="first response"),
]


@pytest.mark.parametrize(("name", "target", "label"), TARGETS)
def test_a_target_is_a_dotted_line_with_its_value(name, target, label):
    frame = STOCK if name in ("backlog", "past_due") else WEEKS
    ax = getattr(time_charts, name)(frame, new_axes(), target=target)
    (line,) = [line for line in ax.get_lines() if str(line.get_label()).startswith("target")]
    assert line.get_label() == label
    assert list(line.get_ydata()) == [target, target]
    low, high = ax.get_ylim()
    assert low <= target <= high
    assert line.is_dashed()
    assert not [text for text in legend_of(draw(name, frame)) if text.startswith("target")]


def draw(name: str, frame: pd.DataFrame):
    return getattr(time_charts, name)(frame, new_axes())


def test_the_targets_of_the_desk():
    block = {"attainment": "0.9", "past_due": "5 for priority=High", "p90_hours": ""}
    assert desk_targets(block) == {"attainment": 0.9}
