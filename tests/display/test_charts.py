"""The charts, looked at through their Axes; what they look like to an eye is checked by eye."""

from datetime import date
from io import BytesIO
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import dates
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image

from opsdesk.catalogue.tables import AGE_BANDS
from opsdesk.display import bar_charts, charts, time_charts
from opsdesk.display.chart_style import AGES, COLOURS, new_axes, picture
from opsdesk.display.sentence import Sentence

AS_OF = pd.Timestamp("2024-02-09 23:59:59")
MARKS = {
    "is_partial": False,
    "burn_in_until": pd.Timestamp("2024-01-11"),
    "intake_until": pd.NaT,
    "as_of": AS_OF,
    "why_no_backlog": "",
    "why_no_promises": "",
    "why_none_judged": "",
    "why_no_responses": "",
}
TIMES = ("resolution_time", "first_response")
WEEKLY = ("flow", "attainment", "breach_rate", *TIMES)
OVER_TIME = ("backlog", "age", "past_due", *WEEKLY)


def days(**values: object) -> pd.DataFrame:
    """Forty days, the last one whole; ages 1 to 5 tickets a band."""
    frame = pd.DataFrame({"ops_date": pd.date_range("2024-01-01", periods=40)})
    for place, band in enumerate(AGE_BANDS):
        frame[band] = place + 1
    frame["backlog_size"] = 15
    frame["age_p50_days"], frame["age_p90_days"], frame["past_due"] = (
        range(40),
        range(10, 50),
        range(5, 45),
    )
    return frame.assign(**MARKS | values)


def weeks(**values: object) -> pd.DataFrame:
    """Five whole weeks."""
    numbers = {
        "week_ending": pd.date_range("2024-01-07", periods=5, freq="7D"),
        "inflow": [10, 20, 30, 20, 10],
        "outflow": [5, 15, 25, 25, 15],
        "attainment": [0.9, 0.8, np.nan, 0.7, 0.6],
        "breach_rate": [0.1, 0.2, 0.3, np.nan, 0.1],
        "median_hours": [1.0, 2.0, 3.0, 2.0, 1.0],
        "p90_hours": [100.0, 200.0, 300.0, 200.0, 100.0],
        "median_response_hours": [0.0, 0.5, np.nan, 0.4, 0.2],
        "p90_response_hours": [7.0, 8.0, np.nan, 9.0, 7.0],
        "sla_due_tickets": [10, 20, 0, 4, 50],
        "judged": [5, 15, 25, 0, 3],
        "timed": [5, 15, 25, 25, 15],
        "responses": [6, 4, np.nan, 30, 1100],
        "is_due_few": [False, False, True, True, False],
        "is_judged_few": [False, False, False, True, True],
        "is_timed_few": False,
        "is_answered_few": [False, True, False, False, False],
    }
    return pd.DataFrame(numbers).assign(**MARKS | values)


def drawn(name: str, **values: object):
    frame = days(**values) if name in ("backlog", "age", "past_due") else weeks(**values)
    return getattr(time_charts, name)(frame, new_axes()), frame


def legend_of(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax, label: str):
    return next(line for line in ax.get_lines() if line.get_label() == label)


@pytest.mark.parametrize("name", OVER_TIME)
def test_every_chart_over_time_is_labelled_and_marked(name):
    ax, frame = drawn(name)
    assert ax.get_title(loc="left")
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert "burn-in (older tickets missing)" in legend_of(ax)
    assert ax.get_title(loc="right") == "┊ as of 2024-02-09 23:59"
    as_of = next(
        line
        for line in ax.get_lines()
        if len(set(line.get_xdata())) == 1 and list(line.get_ydata()) == [0, 1]
    )
    assert dates.date2num(as_of.get_xdata()[0]) == dates.date2num(frame["as_of"].iloc[0])
    assert isinstance(ax.xaxis.get_major_formatter(), dates.ConciseDateFormatter)


@pytest.mark.parametrize("name", [name for name in OVER_TIME if name not in TIMES])
def test_values_start_at_zero(name):
    ax, _ = drawn(name)
    assert ax.get_ylim()[0] == 0


@pytest.mark.parametrize("name", OVER_TIME)
def test_burn_in_spans_from_the_first_day_to_its_last(name):
    ax, frame = drawn(name)
    handles, labels = ax.get_legend_handles_labels()
    span = handles[labels.index("burn-in (older tickets missing)")]
    first = frame.iloc[0][["ops_date", "week_ending"][name not in ("backlog", "age", "past_due")]]
    assert span.get_x() == dates.date2num(first)
    assert span.get_x() + span.get_width() == dates.date2num(pd.Timestamp("2024-01-11"))


def test_no_burn_in_mark_when_it_ended_before_the_first_whole_week():
    ax, _ = drawn("flow", burn_in_until=pd.Timestamp("2024-01-02"))
    assert legend_of(ax) == ["backlog grows", "opened", "resolved"]


def test_partial_last_day_is_hatched_and_named():
    partial = [False] * 39 + [True]
    ax, _ = drawn("backlog", is_partial=partial, as_of=pd.Timestamp("2024-02-09 12:00"))
    handles, labels = ax.get_legend_handles_labels()
    span = handles[labels.index("last day, not over")]
    assert span.get_hatch()
    assert span.get_x() == dates.date2num(date(2024, 2, 9))
    assert span.get_width() == 0.5


def test_whole_last_day_is_not_marked_partial():
    ax, _ = drawn("backlog")
    assert "last day, not over" not in legend_of(ax)


def test_bands_are_stacked_youngest_first_up_to_the_total():
    ax, frame = drawn("backlog")
    tops = [
        collection.get_paths()[0].vertices[:, 1].max()
        for collection in ax.collections[: len(AGE_BANDS)]
    ]
    assert tops == [1, 3, 6, 10, 15]
    assert line(ax, "all open").get_ydata().tolist() == frame["backlog_size"].tolist()
    assert legend_of(ax)[:6] == ["0–1 days", "2–7", "8–30", "31–90", "over 90 days", "all open"]


def test_age_colours_keep_their_order_in_grey():
    luminance = [np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) for colour in AGES]
    assert all(lighter - darker > 0.08 for lighter, darker in pairwise(luminance))


@pytest.mark.parametrize(
    ("name", "label", "column"),
    [
        ("flow", "opened", "inflow"),
        ("flow", "resolved", "outflow"),
        ("age", "median", "age_p50_days"),
        ("age", "p90: nine of ten are younger", "age_p90_days"),
        ("attainment", "kept, of all that fell due", "attainment"),
        ("past_due", "past due", "past_due"),
        ("past_due", "all open", "backlog_size"),
        ("breach_rate", "resolved too late", "breach_rate"),
        ("resolution_time", "median", "median_hours"),
        ("resolution_time", "p90", "p90_hours"),
        ("first_response", "median", "median_response_hours"),
        ("first_response", "p90", "p90_response_hours"),
    ],
)
def test_lines_are_the_numbers_of_the_frame(name, label, column):
    ax, frame = drawn(name)
    np.testing.assert_array_equal(line(ax, label).get_ydata(), frame[column])


@pytest.mark.parametrize("name", ["flow", "age", "past_due", *TIMES])
def test_two_lines_of_a_chart_differ_in_more_than_colour(name):
    ax, _ = drawn(name)
    first, second = [line for line in ax.get_lines() if len(line.get_xdata()) > 2]
    assert first.get_linestyle() != second.get_linestyle()


@pytest.mark.parametrize("name", WEEKLY)
def test_weekly_smoothing_is_stated(name):
    ax, _ = drawn(name)
    assert "week" in ax.get_title(loc="left")
    assert "Sunday" in ax.get_xlabel()
    friday = pd.date_range("2024-01-05", periods=5, freq="7D")
    assert "Friday" in drawn(name, week_ending=friday)[0].get_xlabel()


@pytest.mark.parametrize("name", WEEKLY)
def test_no_whole_week_yet_is_said(name):
    ax = getattr(time_charts, name)(weeks().head(0), new_axes())
    assert picture(ax) == Sentence("No week of seven whole days is over yet.")


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        pytest.param("backlog", {"backlog_size": 0}, "No ticket was open", id="nothing open"),
        pytest.param("age", {"backlog_size": 0}, "No ticket was open", id="no age"),
        pytest.param("past_due", {"backlog_size": 0}, "No ticket was open", id="none past due"),
        pytest.param(
            "past_due", {"why_no_promises": "No SLA target is known."}, "No SLA target is known.",
            id="no target, so not 0 past due",
        ),
        pytest.param(
            "backlog", {"backlog_size": np.nan, "why_no_backlog": "Filtered."}, "Filtered.",
            id="backlog not known",
        ),
        pytest.param(
            "attainment", {"attainment": np.nan, "why_no_promises": "No target."}, "No target.",
            id="attainment not known",
        ),
        pytest.param(
            "attainment", {"attainment": np.nan}, "No ticket with a target fell due",
            id="nothing fell due",
        ),
        pytest.param(
            "breach_rate", {"breach_rate": np.nan, "why_none_judged": "No flag."}, "No flag.",
            id="none judged",
        ),
        pytest.param(
            "resolution_time", {"median_hours": np.nan}, "No ticket was resolved in a whole week",
            id="none resolved",
        ),
        pytest.param(
            "first_response", {"median_response_hours": np.nan, "why_no_responses": "No time."},
            "No time.", id="no first response is known",
        ),
        pytest.param(
            "first_response", {"median_response_hours": np.nan},
            "No ticket got its first response in a whole week", id="none answered",
        ),
    ],
)  # fmt: skip
def test_instead_of_empty_axes_there_is_a_sentence(name, values, reason):
    shown = picture(drawn(name, **values)[0])
    assert isinstance(shown, Sentence)
    assert shown.text.startswith(reason)
    assert shown._repr_markdown_() == shown.text


@pytest.mark.parametrize("name", ["backlog", "age", "past_due"])
def test_one_day_is_no_trend(name):
    shown = picture(getattr(time_charts, name)(days().head(1), new_axes()))
    assert shown == Sentence("There is one day only: a trend needs two.")


@pytest.mark.parametrize(
    ("name", "column", "few", "numbers"),
    [
        ("attainment", "attainment", [0.7], "n = 4 to 50"),
        ("breach_rate", "breach_rate", [0.1], "n = 3 to 25"),
        ("resolution_time", "median_hours", None, "n = 5 to 25"),
        ("first_response", "median_response_hours", [0.5], "n = 4 to 1,100"),
    ],
)
def test_rates_say_n_and_weeks_of_fewer_than_five_are_hollow(name, column, few, numbers):
    ax, _ = drawn(name)
    assert ax.get_xlabel().endswith(numbers)
    hollow = [line for line in ax.get_lines() if line.get_markerfacecolor() == "white"]
    assert [line.get_ydata().tolist() for line in hollow] == ([few] if few else [])
    assert ("fewer than 5 tickets: chance" in legend_of(ax)) == bool(few)


@pytest.mark.parametrize("name", OVER_TIME)
def test_where_intake_ends_weeks_end_and_days_have_a_line(name):
    end = pd.Timestamp("2024-02-01")
    ax, _ = drawn(name, intake_until=end)
    mark = line(ax, "intake ends 2024-02-01")
    assert set(mark.get_xdata()) == {dates.date2num(end)}
    is_daily = name in ("backlog", "age", "past_due")
    right = dates.date2num(AS_OF if is_daily else end)
    assert right < ax.get_xlim()[1] < right + 1
    assert bool(ax.get_title(loc="right")) == is_daily


@pytest.mark.parametrize(
    ("hours", "steps"),
    [
        pytest.param([2.0, 3.0], ["1 hour", "6 hours"], id="between two steps"),
        pytest.param([0.0, 0.5], ["at once", "1 minute", "10 minutes", "1 hour"], id="0 hours"),
        pytest.param([0.0, 0.0], ["at once", "1 minute"], id="nothing but 0 hours"),
        pytest.param([7.0, 50_000.0], ["6 hours", "1 day", "3 days", "1 week", "30 days",
                     "90 days", "1 year", "5 years"], id="longer than the last step"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", TIMES)
def test_hours_have_steps_in_words_and_all_of_them_can_be_seen(name, hours, steps):
    names = (
        ("median_hours", "p90_hours")
        if name == "resolution_time"
        else ("median_response_hours", "p90_response_hours")
    )
    ax, _ = drawn(name, **dict(zip(names, hours, strict=True)))
    low, high = ax.get_ylim()
    assert low <= hours[0] <= hours[1] <= high
    assert [label for step, label in time_charts.HOURS.items() if low <= step <= high] == steps


@pytest.mark.parametrize("name", OVER_TIME)
def test_the_label_and_the_year_of_the_dates_do_not_touch(name):
    many = {"sla_due_tickets": [12_345, 23_456] * 2 + [9], "judged": 12_345, "timed": 12_345}
    few_days = {"as_of": pd.Timestamp("2024-02-09 15:30")}
    many |= {"responses": [12_345, 23_456, 12_345, 12_345, 12_345]}
    # Wednesday is the longest name
    values = few_days | many | {"week_ending": pd.date_range("2024-01-10", periods=5, freq="7D")}
    ax, _ = drawn(name, **(few_days if name in ("backlog", "age", "past_due") else values))
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    ax.figure.draw(renderer)
    label = ax.xaxis.label.get_window_extent(renderer)
    year = ax.xaxis.get_offset_text()
    assert year.get_text()
    assert label.x1 < year.get_window_extent(renderer).x0


def test_of_a_filtered_export_only_what_was_resolved_is_drawn():
    ax, frame = drawn("flow", inflow=np.nan, burn_in_until=pd.NaT)
    assert legend_of(ax) == ["resolved"]
    assert ax.get_title(loc="left") == "Resolved per week"
    assert line(ax, "resolved").get_ydata().tolist() == frame["outflow"].tolist()


@pytest.mark.parametrize(
    ("number", "labels", "marks"),
    [
        pytest.param(40, ["Mar", "May", "Jul", "Sep"], 0, id="to October: months"),
        pytest.param(
            100, ["2024", "Apr", "Jul", "Oct", "2025", "Apr", "Jul", "Oct"], 0,
            id="to November of the next year: quarters",
        ),
        pytest.param(
            160, ["2024", "Jul", "2025", "Jul", "2026", "Jul", "2027"], 6,
            id="three years: half-years, and a mark for April and October",
        ),
        pytest.param(
            313, ["2024", "2025", "2026", "2027", "2028", "2029", "2030"], 18,
            id="six years: a mark for three quarters of each",
        ),
        pytest.param(
            1000, ["2025", "2028", "2031", "2034", "2037", "2040", "2043"], 71,
            id="19 years: every third, and 78 quarters",
        ),
    ],
)  # fmt: skip
def test_years_of_weeks_have_few_dates_that_can_be_read(number, labels, marks):
    ends = pd.date_range("2024-01-07", periods=number, freq="7D")
    frame = pd.concat([weeks()] * (number // 5 + 1), ignore_index=True).head(number)
    ax = time_charts.flow(frame.assign(week_ending=ends, as_of=ends[-1]), new_axes())
    ax.figure.draw_without_rendering()
    left, right = ax.get_xlim()
    ticks = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    assert [label.get_text() for place, label in ticks if left <= place <= right] == labels
    minor = [place for place in ax.get_xticks(minor=True) if left <= place <= right]
    assert len(minor) == marks


def test_years_are_thin_lines_without_markers():
    few, many = (time_charts.flow(pd.concat([weeks()] * n), new_axes()) for n in (1, 40))
    assert [line(ax, "opened").get_marker() for ax in (few, many)] == ["o", "None"]
    assert line(many, "opened").get_linewidth() < line(few, "opened").get_linewidth()


def test_counts_have_whole_ticks():
    ax, _ = drawn("past_due", backlog_size=1, past_due=1)
    assert [place for place in ax.get_yticks() if place != int(place)] == []


SEGMENTS = pd.DataFrame(
    {
        "dimension": ["category", "category", "channel"],
        "segment": ["$x_1$ <b>", "A very long name of a segment, too long", "Phone"],
        "open_tickets": [9, 5, 12],
        "past_due": [4, 0, 6],
        "as_of": AS_OF,
        "why_no_backlog": "",
    }
)
AGENTS = pd.DataFrame(
    {
        "agent_id": ["bob", "(unassigned)"],
        "team": ["North", None],
        "open_tickets": [20, 8],
        "days_of_work": [2.5, None],
        "is_agent": [True, False],
        "as_of": AS_OF,
    }
)


@pytest.mark.parametrize("rows", [1, 40])
def test_legend_is_between_title_and_bars_however_many(rows):
    many = pd.concat([SEGMENTS.head(1)] * rows, ignore_index=True).assign(dimension="customer_tier")
    ax = bar_charts.segments(many, new_axes(many))
    assert ax.get_yticklabels()[-1].get_text() == "customer tier"
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    ax.figure.draw(renderer)
    legend = ax.get_legend().get_window_extent(renderer)
    assert ax.get_window_extent(renderer).y1 <= legend.y0
    assert legend.y1 <= ax.title.get_window_extent(renderer).y0


def test_segments_stack_past_due_and_the_rest_under_their_dimension():
    ax = bar_charts.segments(SEGMENTS, new_axes(SEGMENTS))
    past_due, rest = ax.containers
    assert [bar.get_width() for bar in past_due] == [4, 0, 6]
    assert [bar.get_x() + bar.get_width() for bar in rest] == [9, 5, 12]
    names = {label.get_position()[1]: label.get_text() for label in ax.get_yticklabels()}
    assert [names[row] for row in sorted(names)] == [
        "category", "$x_1$ <b>", "A very long name of a segme…", "channel", "Phone"
    ]  # fmt: skip
    assert legend_of(ax) == ["past due", "not past due"]
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())
    assert "open tickets as of 2024-02-09 23:59" in ax.get_xlabel()


def test_agents_show_team_and_days_of_work_and_the_unassigned_apart():
    ax = bar_charts.agents(AGENTS, new_axes(AGENTS))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bob, North", "(unassigned)"]
    assert [text.get_text() for text in ax.texts] == ["20 (2.5 d)", "8"]
    named, unassigned = ax.patches
    assert named.get_facecolor() != unassigned.get_facecolor()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param({"open_tickets": 0, "past_due": 0}, "No ticket is open.", id="all closed"),
        pytest.param(
            {"open_tickets": np.nan, "past_due": np.nan, "why_no_backlog": "Filtered."},
            "Filtered.",
            id="not known",
        ),
    ],
)
def test_segments_without_open_tickets_have_no_empty_axes(values, reason):
    frame = SEGMENTS.assign(**values)
    assert picture(bar_charts.segments(frame, new_axes(frame))) == Sentence(reason)


def test_segments_without_targets_do_not_speak_of_deadlines():
    ax = bar_charts.segments(SEGMENTS.assign(past_due=np.nan), new_axes(SEGMENTS))
    assert ax.get_legend() is None
    assert [bar.get_width() for bar in ax.patches] == [9, 5, 12]


@pytest.mark.parametrize(
    ("chart", "frame"), [(bar_charts.segments, SEGMENTS), (bar_charts.agents, AGENTS)]
)
def test_bars_of_nothing_say_so(chart, frame):
    assert chart(frame.head(0), new_axes()).texts


@pytest.mark.parametrize("name", OVER_TIME)
def test_same_chart_same_bytes_whatever_the_user_has_set(name):
    first = picture(drawn(name)[0])
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert picture(drawn(name)[0]) == first


@pytest.mark.parametrize("name", OVER_TIME)
def test_nothing_is_clipped_and_legend_and_titles_are_outside_the_data(name):
    ax, _ = drawn(name)
    figure = ax.figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    parts = [ax.get_legend(), ax.xaxis.label, ax.yaxis.label, ax.title, ax._right_title]
    boxes = [part.get_window_extent(renderer) for part in parts]
    bottom, top = ax.get_ylim()
    ticks = [tick.label1 for tick in ax.yaxis.get_major_ticks() if bottom <= tick.get_loc() <= top]
    for box in [*boxes, *(label.get_window_extent(renderer) for label in ticks)]:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width + 1
        assert box.y1 <= figure.bbox.height + 1
    legend, _, _, title, as_of = boxes
    assert legend.y0 >= ax.get_window_extent(renderer).y1
    assert title.y0 >= legend.y1
    assert title.x1 < as_of.x0


def test_picture_is_a_small_png_without_a_clock_and_says_its_title():
    chart = picture(drawn("backlog")[0])
    image = Image.open(BytesIO(chart.png))
    assert image.format == "PNG"
    assert not image.info.keys() & {"Software", "Creation Time", "tIME"}
    assert len(image.getcolors()) <= COLOURS
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert len(chart.png) < 60_000
    shown, about = chart._repr_mimebundle_()
    assert shown["text/plain"] == about["image/png"]["alt"] == "Open tickets by age"


def test_charts_leave_no_figure_behind():
    import matplotlib.pyplot as plt

    drawn("backlog")
    assert plt.get_fignums() == []


def test_a_span_that_ends_before_as_of_ends_the_axis_and_has_no_line():
    ax, frame = drawn("flow", as_of=pd.NaT)
    assert ax.get_title(loc="right") == ""
    last = dates.date2num(frame["week_ending"].iloc[-1])
    assert last < ax.get_xlim()[1] < last + 2


def test_every_chart_over_time_has_its_name():
    assert {*charts.CHARTS} == {*OVER_TIME}
    for name, chart in charts.CHARTS.items():
        assert chart == (getattr(time_charts, name), name in WEEKLY)


def test_the_tickets_of_a_chart_are_written_over_it_also_with_signs_and_at_length():
    about = f"category $\\frac$ {'Lights ' * 40}"
    shown = charts.draw(charts.CHARTS["flow"], weeks(), about)
    assert shown.alt.startswith("Opened and resolved per week: category $\\frac$")
    assert shown.width == charts.draw(charts.CHARTS["flow"], weeks()).width
    nothing = charts.draw(charts.CHARTS["flow"], weeks().head(0), "priority High")
    assert nothing.text == f"priority High: {time_charts.NO_WEEK}"
