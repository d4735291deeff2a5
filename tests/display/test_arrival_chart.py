"""The heat map of arrivals."""

import pandas as pd

from opsdesk.display import arrival_chart
from opsdesk.display.chart_style import new_axes, picture
from opsdesk.display.sentence import Sentence

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def arrivals(weeks: int = 8, **tickets: int) -> pd.DataFrame:
    """All hours of the week; `Monday_9=16` are 16 tickets in that hour."""
    hours = [(weekday, hour) for weekday in WEEKDAYS for hour in range(24)]
    frame = pd.DataFrame(hours, columns=["weekday", "hour"])
    frame["tickets"] = [tickets.get(f"{weekday}_{hour}", 0) for weekday, hour in hours]
    ends = {"first_day": pd.Timestamp("2024-01-01"), "last_day": pd.Timestamp("2024-02-25")}
    return frame.assign(weeks=weeks, per_week=frame["tickets"] / weeks, **ends)


def test_each_cell_is_an_hour_of_the_week_and_the_title_has_the_peak():
    ax = arrival_chart.arrivals(arrivals(Monday_9=16, Sunday_23=8), new_axes())
    cells = ax.collections[0].get_array().reshape(7, 24)
    assert (cells[0, 9], cells[6, 23], cells.sum()) == (2, 1, 3)
    assert ax.get_title(loc="left") == "Arrivals: most on Monday, 09:00–10:00"
    assert ax.get_xlabel() == "local hour of the day, 2024-01-01 to 2024-02-25"
    assert [label.get_text() for label in ax.get_yticklabels()] == list(WEEKDAYS)
    low, high = ax.get_ylim()
    assert (low, high) == (7, 0)  # Monday at the top
    scale = ax.figure.axes[1]
    assert scale.get_ylabel() == "tickets per hour, mean of 8 weeks"


def test_the_darker_the_more_in_grey_too():
    ax = arrival_chart.arrivals(arrivals(1, Monday_0=0, Monday_1=1, Monday_2=2), new_axes())
    mesh = ax.collections[0]
    red, green, blue, _ = mesh.to_rgba([0, 1, 2]).T
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    assert grey[0] > grey[1] + 0.2 > grey[2] + 0.4
    assert ax.figure.axes[1].get_ylabel() == "tickets per hour"


def test_no_arrival_is_a_sentence():
    for frame in (arrivals(), arrivals().head(0)):
        shown = picture(arrival_chart.arrivals(frame, new_axes()))
        assert shown == Sentence("No ticket arrived in a whole week.")
