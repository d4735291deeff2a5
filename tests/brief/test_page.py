"""The report: hostile text stays text, nothing is loaded, a browser and paper show all of it."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from exports import line, run_ingest, write_export
from opsdesk.brief.facts import read_facts
from opsdesk.brief.page import About, page_values, render_report
from opsdesk.brief.quality import judge_quality
from opsdesk.trends.day_names import DayNames
from steps import backfill, open_warehouse, transform

pytestmark = pytest.mark.xdist_group("brief")

SCRIPT = "<script>document.title = 'owned'</script>"
IMAGE = "<img src=https://evil.example/x.png onerror=\"document.title = 'owned'\">"
HOSTILE = f"{SCRIPT}{IMAGE}"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STEPS = [{"step": "05_trends", "status": "done", "seconds": 1.25}]
RECORD = {
    "rows": 100,
    "kept": 90,
    "rejected": {"malformed_line": 10},
    "examples": [["malformed_line", HOSTILE, f"{HOSTILE}.csv", 12, "the whole row"]],
    "issues": {},
}
RUN_AT = "2025-01-01T00:00:00Z"


class Page(HTMLParser):
    """Every start tag with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag == name]


def render(facts, name: str = "boston311", record: dict | None = None) -> str:
    quality = judge_quality(record or {}, facts.coverage)
    parameters = {"export": f"data/{HOSTILE}.csv", "agents": ""}
    return render_report(page_values(facts, quality, About(name, parameters, STEPS)))


@pytest.fixture(scope="module")
def report(boston, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render(boston), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A desk whose tickets, categories and agents try to break out."""
    folder = tmp_path_factory.mktemp("hostile")
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    lines = [
        line(
            f"T{number}",
            f"2023-01-{1 + number // 3:02d} 09:00:00",
            category=quoted if number % 2 else "plain",
            agent_id=quoted,
            priority=quoted if number % 3 else "High",
            sla_hours="24",
        )
        for number in range(60)
    ]
    export = write_export(folder, *lines, line(quoted, "2023-01-20 09:00:00", sla_hours="2"))
    run_ingest(folder, export, run_at=RUN_AT)
    place = f"duckdb:{folder}/w.duckdb"
    backfill(str(folder / "lake"), place, "", "", RUN_AT)
    transform(place, "2023-01-20 10:00:00", "UTC", RUN_AT)
    return read_facts(open_warehouse(place), {}, DayNames())


def test_hostile_text_is_shown_as_text_wherever_it_comes_from(hostile):
    page = Page(render(hostile, HOSTILE, RECORD))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "base", "input"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    # its name, the reject's file and cell, a parameter; segments, agents, kinds and tickets
    assert page.text.count(SCRIPT) > 10
    assert "the whole row" not in page.text


def test_a_hostile_note_on_a_day_stays_text_in_the_chart(boston):
    named = boston.signal_days.assign(name=HOSTILE)
    page = Page(render(replace(boston, signal_days=named)))
    assert not page.named("script")
    assert page.text.count(SCRIPT) > 5


def test_the_policy_comes_before_anything_it_forbids(report):
    page = Page(report.read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.tags][:4] == ["html", "head", "meta", "meta"]
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in page.named("meta")


def test_links_stay_in_the_page_and_find_their_place(report):
    page = Page(report.read_text(encoding="utf-8"))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    targets = [attributes["href"] for attributes in page.named("a")]
    assert targets
    assert all(target.startswith("#") and target[1:] in ids for target in targets)


def test_every_chart_has_a_title_and_a_description_of_its_own(report):
    page = Page(report.read_text(encoding="utf-8"))
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert max(ids.values()) == 1
    charts = [svg for svg in page.named("svg") if "chart" in svg.get("class", "")]
    assert len(charts) == 16  # eight, each for a screen and for a telephone
    for svg in charts:
        assert svg["role"] == "img"
        title, description = svg["aria-labelledby"].split()
        assert title in ids
        assert description in ids
    others = [svg for svg in page.named("svg") if svg not in charts]
    assert all(svg["aria-hidden"] == "true" for svg in others)


def test_charts_have_no_colour_of_their_own(report):
    html = report.read_text(encoding="utf-8")
    drawings = re.findall(r'<svg class="chart.*?</svg>', html, re.DOTALL)
    colours = {colour for svg in drawings for colour in re.findall(r"#[0-9a-f]{6}\b", svg)}
    assert colours == set()
    assert all("<style" not in svg for svg in drawings)


def test_the_same_facts_give_the_same_bytes(boston):
    assert render(boston) == render(boston)


def test_it_is_small_enough_for_a_mail(report):
    assert report.stat().st_size < 400_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_whole_and_asks_for_nothing(browser, report, scheme):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    tab, requests, complaints = context.new_page(), [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(report.as_uri())
    assert requests == [report.as_uri()]
    assert complaints == []
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    ink = tab.evaluate("getComputedStyle(document.querySelector('svg.chart text')).fill")
    assert ink != background
    end = tab.evaluate("document.querySelector('.first').getBoundingClientRect().bottom")
    assert end <= 800  # the first screen answers without scrolling
    context.close()


def test_nothing_scrolls_sideways_at_any_width(browser, report):
    tab = browser.new_page()
    tab.goto(report.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    wide = {}
    for width in (320, 360, 390, 480, 721, 800, 1024, 1101, 1280, 1600):
        tab.set_viewport_size({"width": width, "height": 900})
        wide[width] = tab.evaluate("document.documentElement.scrollWidth")
    assert wide == {width: width for width in wide}
    tab.close()


def test_a_telephone_gets_drawings_of_its_own(browser, report):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(report.as_uri())
    shown = "[...document.querySelectorAll('svg.{0}')].filter(svg => svg.clientWidth).length"
    assert tab.evaluate(shown.format("narrow")) == 8
    assert tab.evaluate(shown.format("wide")) == 0
    smallest = tab.evaluate(
        "Math.min(...[...document.querySelectorAll('svg.narrow text')]"
        ".map(text => text.getBoundingClientRect().height))"
    )
    assert smallest >= 10  # pixels
    context.close()


def test_it_prints_on_four_pages(browser, report):
    tab = browser.new_page()
    tab.goto(report.as_uri())
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 4
    tab.close()
