"""Notes files: days and their texts, and a sentence with the line for everything else."""

from datetime import date

import pytest

from opsdesk.config.holiday_names import problem_with_country, read_holidays
from opsdesk.config.notes import Note, read_notes
from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError

AUGUST = date(2011, 8, 28)

GOOD = [
    pytest.param("", (), id="empty"),
    pytest.param("2011-08-28: hurricane", (Note(AUGUST, "hurricane"),), id="a text"),
    pytest.param('"2011-08-28": "hurricane"', (Note(AUGUST, "hurricane"),), id="quoted"),
    pytest.param("2011-08-28: 12", (Note(AUGUST, "12"),), id="a number is a text"),
    pytest.param(
        "2011-08-28: {text: new phones, baseline: true}",
        (Note(AUGUST, "new phones", True),),
        id="a baseline",
    ),
    pytest.param(
        "2011-08-28: {text: new phones, baseline: false}",
        (Note(AUGUST, "new phones"),),
        id="no baseline",
    ),
    pytest.param(
        "2011-08-29: later\n2011-08-28: earlier",
        (Note(AUGUST, "earlier"), Note(date(2011, 8, 29), "later")),
        id="in the order of the days",
    ),
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "n.yaml"


@pytest.mark.parametrize(("text", "notes"), GOOD)
def test_read(file, text, notes):
    file.write_text(text)
    assert read_notes(str(file)) == notes


BAD = [
    pytest.param("- 2011-08-28", " is not a list of days: write lines such as", id="a list"),
    pytest.param("a: x", ", line 1: 'a' is not a day such as 2011-08-28", id="no day"),
    pytest.param("\n28.8.2011: x", ", line 2: '28.8.2011' is not a day such as", id="another form"),
    pytest.param("2011-02-30: x", ", line 1: 2011-02-30 is not a day of the calendar", id="30 Feb"),
    pytest.param("[1]: x", ", line 1: this is not a day such as", id="a list for a day"),
    pytest.param("2011-08-28:", ", line 1: '' is not a text in one line", id="no text"),
    pytest.param("2011-08-28: [a]", ", line 1: a note is one text", id="a list for a text"),
    pytest.param('2011-08-28: "a\\eb"', r", line 1: 'a\x1bb' is not a text", id="an escape"),
    pytest.param(f"2011-08-28: {'a' * 101}", "has 101 characters: 100 are allowed", id="long"),
    pytest.param(
        "2011-08-28: a\n2011-08-28: b", ", line 2: 2011-08-28 is there twice", id="a day twice"
    ),
    pytest.param(
        "2011-08-28: {text: a, base: true}",
        "a note has no 'base'; did you mean baseline?",
        id="another key",
    ),
    pytest.param("2011-08-28: {text: a, text: b}", "'text' is there twice", id="a key twice"),
    pytest.param("2011-08-28: {baseline: true}", "the note has no 'text'", id="no text at all"),
    pytest.param(
        "2011-08-28: {text: a, baseline: maybe}", "baseline is 'maybe': write true", id="no truth"
    ),
    pytest.param("2011-08-28: 'a", ": write lines such as `2011-08-28: hurricane`", id="no YAML"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_refused(file, text, says):
    file.write_text(text)
    with pytest.raises(OpsdeskError) as error:
        read_notes(str(file))
    assert f"{file}" in str(error.value)
    assert says in str(error.value)


def test_no_file(file):
    with pytest.raises(
        OpsdeskError, match=r"cannot be read \(No such file or directory\): correct"
    ):
        read_notes(str(file))
    file.write_bytes(b"2011-08-28: \xff")
    with pytest.raises(OpsdeskError, match="is not UTF-8 text: save it as UTF-8"):
        read_notes(str(file))


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        pytest.param("US", date(2011, 12, 26), "Christmas Day (observed)", id="a country"),
        pytest.param("US", date(2011, 4, 18), None, id="not in all of it"),
        pytest.param("US-MA", date(2011, 4, 18), "Patriots' Day", id="a part of it"),
        pytest.param("DE-BY", date(2026, 1, 6), "Epiphany", id="in English"),
        pytest.param("USA", date(2012, 7, 4), "Independence Day", id="three letters"),
        pytest.param("", date(2011, 12, 25), None, id="none"),
    ],
)
def test_holidays(monkeypatch, code, day, name):
    monkeypatch.setenv("LANGUAGE", "de")
    assert read_holidays(code).get(day) == name


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("Germany", '"US-MA" or "DE-BY" (near: DE)', id="a name"),
        pytest.param("us", "(near: US", id="small letters"),
        pytest.param("US-Massachusetts", "no part of US (near: US-MA): there", id="part's name"),
        pytest.param("US-MX", "(near: US-UM, US-TX, US-NM)", id="a part that is near"),
        pytest.param("VA-X", 'names a part, but VA has none in the library: write "VA"', id="no parts"),
        pytest.param("DE-", "names no part of DE: there are BB, BE,", id="an empty part"),
    ],
)  # fmt: skip
def test_no_such_country(code, says):
    assert says in (problem_with_country(code) or "")
    with pytest.raises(OpsdeskError, match=f"holidays_country '{code}' "):
        read_holidays(code)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"notes": "params/none.yaml"}, "notes 'params/none.yaml' is not there", id="notes"),
        pytest.param({"notes": "params"}, "notes 'params' is a folder", id="notes that are a folder"),
        pytest.param({"holidays_country": "XX"}, "-p holidays_country=...: holidays_country 'XX' must be", id="country"),
    ],
)  # fmt: skip
def test_both_are_checked_with_the_parameters(options, says):
    with pytest.raises(OpsdeskError) as error:
        read_parameters("params/sample.yaml", options)
    assert says in str(error.value)


def test_a_notes_file_is_no_params_file():
    with pytest.raises(OpsdeskError) as error:
        read_parameters("params/notes.yaml")
    assert str(error.value) == (
        "params/notes.yaml, line 5: a key that is a day makes this a notes file, not a params "
        'file: name it in one, notes: "params/notes.yaml", and run that.'
    )
    with pytest.raises(OpsdeskError) as missing:
        read_parameters("params/nothing.yaml")
    assert "params/boston311.yaml" in str(missing.value)
    assert "params/notes.yaml" not in str(missing.value)


def test_the_notes_of_boston():
    texts = ["hurricane", "the day after the hurricane", "snowstorm", "a clean-up"]
    assert [note.text for note in read_notes("params/notes.yaml")] == texts
