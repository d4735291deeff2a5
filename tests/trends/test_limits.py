"""What an export cannot know: where its intake ends, and whether it was filtered by closing date."""

import pandas as pd
import pytest

from opsdesk.trends.limits import find_closing_start, find_intake_end, find_silence, typical_days

FIRST = pd.Timestamp("2024-01-01")  # a Monday


def flows(*phases: tuple[int, int, int]) -> pd.DataFrame:
    """Return phases of (days, tickets created per day, tickets resolved per day), in order."""
    rows = [(created, resolved) for days, created, resolved in phases for _ in range(days)]
    days = pd.date_range(FIRST, periods=len(rows))
    frame = pd.DataFrame(rows, columns=["inflow", "outflow"])
    return frame.assign(ops_date=days)


def office(weeks: int, created: int, resolved: int) -> list[tuple[int, int, int]]:
    """Return weeks of five days with tickets and a weekend without."""
    return [(5, created, resolved), (2, 0, 0)] * weeks


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        pytest.param([(90, 5, 4), (60, 0, 1)], "2024-03-30", id="a quarter that is followed further"),
        pytest.param([(90, 5, 4), (15, 0, 1)], "2024-03-30", id="15 days after it"),
        pytest.param([(90, 5, 4), (14, 0, 1)], None, id="a holiday fortnight with all at work"),
        pytest.param([(90, 5, 4)], None, id="intake to the last day"),
        pytest.param([*office(12, 5, 4), (2, 0, 1)], None, id="a weekend on which work goes on"),
        pytest.param([(90, 5, 4), (60, 0, 0)], None, id="nothing is resolved after it either"),
        pytest.param([(90, 5, 4), (60, 0, 0), (6, 0, 30)], None, id="a clean-up of six days"),
        pytest.param([(90, 5, 4), (60, 0, 0), (7, 0, 30)], "2024-03-30", id="seven days of work"),
        pytest.param([(90, 5, 4), (60, 0, 1), (1, 1, 0)], None, id="one ticket more is opened"),
        pytest.param([*[(1, 1, 0), (19, 0, 0)] * 5, (21, 0, 1)], None, id="rare tickets: 20 days apart"),
        pytest.param(
            [*[(1, 1, 0), (19, 0, 0)] * 5, (22, 0, 1)], "2024-03-21", id="rare: more than 2 x 20 days"
        ),
        pytest.param(
            [(1, 1, 0), (700, 0, 0), (366, 5, 4), (60, 0, 1)], "2026-12-02",
            id="a pause of two years, but more than a year before",
        ),
        pytest.param([(1, 9, 0), (20, 0, 1)], "2024-01-01", id="all opened on one day"),
        pytest.param([(1, 0, 0)], None, id="no ticket"),
    ],
)  # fmt: skip
def test_intake_ends_where_resolutions_go_on_without_it(phases, expected):
    found = find_intake_end(flows(*phases))
    assert found == (pd.Timestamp(expected) if expected else None)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        pytest.param([(30, 5, 4)], None, id="events to the last day"),
        pytest.param([(30, 5, 4), (14, 0, 0)], None, id="a fortnight"),
        pytest.param([(30, 5, 4), (15, 0, 0)], "2024-01-30", id="more than a fortnight"),
        pytest.param([(29, 5, 4), (1, 0, 1), (15, 0, 0)], "2024-01-30", id="resolved is an event"),
        pytest.param([*[(1, 1, 0), (9, 0, 0)] * 3, (10, 0, 0)], None, id="rare: 2 x 10 days"),
        pytest.param(
            [*[(1, 1, 0), (9, 0, 0)] * 3, (12, 0, 0)], "2024-01-21", id="rare: more than 2 x 10"
        ),
        pytest.param([(3, 0, 0)], None, id="no event"),
    ],
)
def test_an_export_is_silent_where_as_of_is_long_after_its_last_event(phases, expected):
    found = find_silence(flows(*phases))
    assert found == (pd.Timestamp(expected) if expected else None)


@pytest.mark.parametrize(
    ("phases", "open_tickets", "typical", "expected"),
    [
        pytest.param([(60, 1, 0), (30, 10, 11)], 0, 2, "2024-03-01", id="closed in March"),
        pytest.param([(60, 1, 0), (30, 10, 11)], 1, 2, None, id="one ticket is open"),
        pytest.param([(5, 1, 0), (85, 3, 3)], 0, 2, None, id="a small desk that has closed all"),
        pytest.param([(14, 1, 0), (30, 10, 11)], 0, 2, "2024-01-15", id="a fortnight without one"),
        pytest.param([(13, 1, 0), (30, 10, 11)], 0, 2, None, id="resolved within the fortnight"),
        pytest.param([(60, 2, 0), (30, 3, 7)], 0, 2, None, id="two thirds as many, not fewer"),
        pytest.param([(60, 1, 0), (30, 10, 11)], 0, 56, None, id="4 waited longer than is typical"),
        pytest.param([(60, 1, 0), (30, 10, 11)], 0, 55, "2024-03-01", id="5 waited longer"),
        pytest.param([(60, 3, 0), (30, 0, 6)], 0, 20, None, id="opened in a quarter, then closed"),
        pytest.param([(60, 1, 0)], 0, 2, None, id="nothing is resolved"),
        pytest.param([(1, 1, 0), (19, 0, 0), (1, 0, 1)], 0, 20, None, id="one ticket"),
    ],
)
def test_filter_by_closing_date_shows_in_old_tickets_that_all_waited_for_it(
    phases, open_tickets, typical, expected
):
    found = find_closing_start(flows(*phases), open_tickets, typical)
    assert found == (pd.Timestamp(expected) if expected else None)


def test_typical_is_the_median_of_whole_days():
    counts = pd.DataFrame({"days": [9, 0, 2], "tickets": [4, 2, 2]})
    assert typical_days(counts) == 2  # 0 0 2 2 9 9 9 9: the fourth of eight
    assert pd.isna(typical_days(counts.head(0)))
