"""What the controls of explore.ipynb show, without a browser: tests/test_lab.py has one."""

import pytest

import opsdesk
import steps
from opsdesk.config.parameters import read_parameters
from opsdesk.display.sentence import literally
from opsdesk.explore.controls import WITHOUT_KERNEL, Controls
from opsdesk.explore.sentence_error import SentenceError
from opsdesk.session import Session
from published import publish
from tiny_project import make_project


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The bundled sample, loaded and published in a folder of its own, with days in Kolkata."""
    folder, run_at = tmp_path_factory.mktemp("sample"), "2026-11-24T03:01:47.123+00:00"
    own = {"lake": str(folder / "lake"), "warehouse": f"duckdb:{folder / 'opsdesk.duckdb'}"}
    parameters = read_parameters("params/sample.yaml", own | {"timezone": "Asia/Kolkata"})
    given = parameters.values
    keys = ("export", "mapping", "agents", "export_kind", "lake")
    steps.ingest(*(given[key] for key in keys), run_at)
    steps.backfill(given["lake"], given["warehouse"], "", "", run_at)
    steps.transform(given["warehouse"], given["as_of"], given["timezone"], run_at)
    return Session(parameters)


@pytest.fixture
def controls(desk):
    return Controls(desk)


def charts(controls):
    """The text of each chart for those who do not see it, or the sentence in its place."""
    return [
        chart.value.split('"')[1] if hasattr(chart, "value") else text_of(chart)
        for chart in controls.charts.children
    ]


def text_of(output, place=0):
    return output.outputs[place]["data"]["text/plain"]


def test_at_first_the_whole_desk_and_its_last_day(controls, desk):
    first, last = desk.days()
    titles = ["Open tickets by age", "Opened and resolved per week", "SLA attainment by due date, weekly"]  # fmt: skip
    assert charts(controls) == titles
    assert (controls.first.value, controls.last.value) == (f"{first}", f"{last}")
    open_now = len(desk.tickets())
    assert text_of(controls.tickets).startswith(f"{open_now} tickets are open on {last}.")
    assert [name for _, name in controls.dimension.options[:2]] == ["", "category"]


def test_another_dimension_alone_draws_nothing_again(controls):
    drawn = controls.charts.children
    controls.dimension.value = "priority"
    assert controls.charts.children is drawn or list(controls.charts.children) == list(drawn)
    offered = dict(controls.segments.options)
    assert offered["High (643)"] == "High" and len(offered) == 4


def test_charts_and_tickets_follow_segments_and_days(controls, desk):
    controls.dimension.value = "priority"
    controls.segments.value = ("High",)
    controls.day.value = "2023-04-20"
    controls.state.value = "created"
    assert charts(controls)[0] == "Open tickets by age: priority High"
    tickets = desk.tickets("2023-04-20", state="created", priority="High")
    say = "tickets are" if len(tickets) > 1 else "ticket is"
    expected = f"{len(tickets)} {say} created on 2023-04-20. Times are in Asia/Kolkata."
    assert text_of(controls.tickets) == expected
    table = controls.tickets.outputs[1]["data"]["text/html"]
    created = tickets.iloc[0]["created_at"].tz_convert("Asia/Kolkata")
    assert tickets["ticket_id"][0] in table and f"{created:%Y-%m-%d %H:%M}" in table
    controls.dimension.value = "channel"  # no segment of it is chosen yet
    assert charts(controls)[0] == "Open tickets by age"


@pytest.mark.parametrize(
    ("control", "value", "says"),
    [
        pytest.param("first", "2023-06-29", "has no whole week", id="no week"),
        pytest.param("first", "soon", "is not a span of days", id="no day"),
        pytest.param("last", "2022-01-01", "ends before it begins", id="backwards"),
    ],
)
def test_a_span_without_charts_is_a_sentence(controls, control, value, says):
    getattr(controls, control).value = value
    assert says in charts(controls)[-1]


@pytest.mark.parametrize(
    ("day", "state", "says"),
    [
        pytest.param("", "open", "ops_date '' is not a day", id="blank"),
        pytest.param("2031-01-01", "open", "is outside the data, which reach from", id="outside"),
        pytest.param("2023-01-01", "past_due", "No ticket is past due on 2023-01-01.", id="none"),
    ],
)
def test_a_day_without_tickets_is_a_sentence(controls, day, state, says):
    controls.day.value = day
    controls.state.value = state
    assert says in text_of(controls.tickets)
    assert len(controls.tickets.outputs) == 1


def test_a_page_that_has_no_widgets_says_so(controls):
    assert controls._repr_mimebundle_()["text/plain"] == WITHOUT_KERNEL


def test_of_many_tickets_the_oldest_are_shown(controls, desk):
    assert text_of(controls.tickets).endswith("The oldest 20 are shown. Times are in Asia/Kolkata.")
    table = controls.tickets.outputs[1]["data"]["text/html"]
    assert [ticket in table for ticket in desk.tickets()["ticket_id"][18:22]] == [1, 1, 0, 0]


def test_before_anything_is_published_there_is_one_sentence(monkeypatch, tmp_path):
    root = make_project(monkeypatch, tmp_path)
    with pytest.raises(SentenceError) as refused:
        Controls.open_desk("params/mine.yaml")
    assert refused.value._render_traceback_() == [
        "There is no outputs/mine/opsdesk.duckdb yet: type `opsdesk run params/mine.yaml`."
    ]
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    assert f"{Controls.open_desk('params/mine.yaml').days()}" == "2023-01-01 to 2023-01-03"


def test_ticket_text_is_shown_as_it_is(monkeypatch, tmp_path):
    assert literally("customer_tier a_b") == "customer_tier a_b"
    assert literally("<b>*x*</b> [a](b) _c_") == r"\<b\>\*x\*\</b\> \[a\](b) \_c\_"
    root = make_project(monkeypatch, tmp_path)
    publish(root / "outputs" / "mine" / "opsdesk.duckdb")
    desk = opsdesk.open("params/mine.yaml")
    from opsdesk.explore.view import Choice, find_tickets

    wrong = Choice("priority", ("<img src=x>",), "", "")
    assert r"\<img src=x\>" in str(find_tickets(desk, wrong, "2023-01-03", "open")[0])
