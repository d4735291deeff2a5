"""Calendar files: those that are shipped, what they may say, and the sentence for what they may not."""

from datetime import UTC, date, datetime

import pytest

from opsdesk import OpsdeskError, project
from opsdesk.calendars.calendar import ROUND_THE_CLOCK, OpenSpan
from opsdesk.calendars.calendar_file import read_clock
from opsdesk.calendars.clock import clock_texts
from opsdesk.calendars.week import week_words

WEEK = 'weekly: {mon: ["09:00-17:00"]}\n'


@pytest.fixture
def write(tmp_path):
    def written(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return written


def test_no_calendar_runs_round_the_clock():
    assert read_clock("", "UTC") is ROUND_THE_CLOCK


def test_the_shipped_ones():
    desk = read_clock("business_hours", "Europe/Berlin").calendars["business_hours"]
    assert week_words(desk.weekly) == "Mon to Fri 09:00-17:00"
    assert desk.timezone == "Europe/Berlin"  # that of the run
    extended = read_clock("extended", "UTC")
    hours = week_words(extended.calendars["extended"].weekly)
    assert hours == "Mon to Fri 08:00-20:00, Sat 09:00-14:00"
    assert extended.of_priority == {"Critical": ""}


def test_everything_a_file_may_say(write):
    other = write(
        'timezone: UTC\nweekly: {sun: ["10:00-11:00"]}\nper_priority: {Low: ""}\n', "sunday.yaml"
    )
    clock = read_clock(
        write(
            "timezone: America/New_York\n"
            'weekly:\n  mon: ["09:00-12:00", "13:00-24:00"]\n  tue: ["22:00-06:00"]\n  wed: []\n'
            'holidays: {country: US, subdivision: MA, dates: ["2026-12-24"]}\n'
            f'per_priority: {{Critical: "", Low: {other}}}\n'
        ),
        "UTC",
    )
    assert (clock.default, clock.of_priority) == ("mine", {"Critical": "", "Low": "sunday"})
    mine = clock.calendars["mine"]
    assert mine.timezone == "America/New_York"
    assert mine.weekly[0] == (OpenSpan(540, 720), OpenSpan(780, 1440))
    assert mine.weekly[1] == (OpenSpan(1320, 1800),) and mine.weekly[2:] == ((),) * 5
    assert (mine.holidays.country, list(mine.holidays.dates)) == ("US-MA", [date(2026, 12, 24)])
    assert list(clock.calendars) == ["mine", "sunday"]


def test_a_countrys_holidays_and_a_list_of_dates_close_the_desk(write):
    """Of January 2023: the 2nd (New Year, observed) and the 16th (Martin Luther King) are holidays in the US."""
    first, last = datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 1, 31, tzinfo=UTC)

    def mondays(holidays):
        clock = read_clock(write(WEEK + holidays), "UTC")
        lines = clock_texts(clock, first, last, 0.0).parameters["calendar_stretches"].split("\n")
        opened = [
            datetime.fromtimestamp(int(line[:11]), UTC).date() for line in lines if line[24] == "1"
        ]
        return [day.day for day in opened if (day.year, day.month) == (2023, 1)]

    assert mondays("") == [2, 9, 16, 23, 30]
    assert mondays("holidays: {country: US}") == [9, 23, 30]
    assert mondays('holidays: ["2023-01-23"]') == [2, 9, 16, 30]
    assert mondays("holidays: {country: US, dates: [2023-01-09]}") == [23, 30]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "mine.yaml is not a calendar"),
        ("weekly: [", "mine.yaml, line 2 is not YAML"),
        ("timezone: Berlin\n" + WEEK, "line 1: timezone 'Berlin' is not an IANA time zone"),
        ("timezone: UTC\n", "the calendar never opens"),
        ("weekly: {mon: []}\n", "line 1: the calendar never opens"),
        ("# a\nwekly: {}\n", "line 2: a calendar has no 'wekly'; did you mean weekly?"),
        ("weekly:\n  monday: []\n", "line 2: weekly has no day 'monday': write mon, tue"),
        ('weekly:\n  mon: "09:00-17:00"\n', "line 2: the spans of mon are not a list"),
        ('weekly:\n  mon:\n  - "9-17"\n', "line 3: mon '9-17' is not a span of a day such as"),
        (
            'weekly: {mon: ["09:00-25:00"]}',
            "line 1: mon '09:00-25:00' has a time that no clock shows",
        ),
        ('weekly: {mon: ["09:61-10:00"]}', "has a time that no clock shows"),
        ('weekly: {mon: ["09:00-09:00"]}', "write 00:00-24:00 for a whole day"),
        (
            'weekly: {mon: ["09:00-12:00", "11:00-13:00"]}',
            "mon 09:00-12:00 and mon 11:00-13:00 overlap",
        ),
        (
            'weekly: {sun: ["22:00-10:00"], mon: ["09:00-17:00"]}',
            "sun 22:00-10:00 and mon 09:00-17:00 overlap",
        ),
        (WEEK + "holidays: {country: XX}\n", "line 2: the country of the holidays, 'XX', must be"),
        (WEEK + "holidays: {subdivision: MA}\n", "a subdivision is of a country"),
        (WEEK + "holidays: [2023-02-30]\n", "line 2: '2023-02-30' is not a day such as"),
        (WEEK + "holidays: often\n", "line 2: holidays are neither a list of dates nor"),
        (
            WEEK + "per_priority: {High: night}\n",
            "line 2: priority 'High': There is no calendar 'night'",
        ),
        (WEEK + "per_priority: {High: [a]}\n", "name a calendar for 'High'"),
        (WEEK + WEEK, "line 2: 'weekly' is there twice"),
        ('weekly: {mon: ["09:00-10:00"], MON: ["11:00-12:00"]}', "mon is there twice"),
    ],
)
def test_what_a_file_may_not_say(write, text, sentence):
    with pytest.raises(OpsdeskError) as error:
        read_clock(write(text), "UTC")
    assert sentence in str(error.value)


def test_a_file_that_is_not_there():
    with pytest.raises(
        OpsdeskError, match=r"There is no calendar 'office'.*business_hours, extended"
    ):
        read_clock("office", "UTC")


def test_two_calendars_of_one_name(write, tmp_path):
    (tmp_path / "other").mkdir()
    same = tmp_path / "other" / "mine.yaml"
    same.write_text(WEEK)
    with pytest.raises(OpsdeskError, match="two calendars are called 'mine'"):
        read_clock(write(WEEK + f"per_priority: {{High: {same}}}\n"), "UTC")


def test_other_hours_are_another_meaning(write):
    one = read_clock(write(WEEK), "UTC").made_of
    assert one != read_clock(write(WEEK), "Europe/Berlin").made_of
    assert one != read_clock(write(WEEK + "# 2\n"), "UTC").made_of
    assert one == read_clock(write(WEEK), "UTC").made_of


def test_the_folder_has_those_that_are_said_to_be_shipped():
    from opsdesk.config.rules import SHIPPED_CALENDARS

    files = (project.ROOT / "params" / "calendars").glob("*.yaml")
    there = {path.stem for path in files if not path.name.startswith("my_")}
    assert there == set(SHIPPED_CALENDARS)
