"""The report of a run: hostile text stays text, nothing is loaded, a browser shows all of it."""

import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from opsdesk import project
from opsdesk.display.chart_style import new_axes, picture
from opsdesk.display.clean_html import clean_prose, clean_table
from opsdesk.display.report import write_report
from opsdesk.errors import OpsdeskError

SCRIPT = "<script>document.title = 'owned'</script>"
IMAGE = "<img src=https://evil.example/x.png onerror=\"document.title = 'owned'\">"
HOSTILE = f"{SCRIPT}{IMAGE}"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STEPS = [
    {"step": "01_ingest", "status": "done", "seconds": 1.25},
    {"step": "04_trends", "status": "failed", "seconds": None},
]


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

    def handle_endtag(self, tag):
        self.text += " " * (tag in ("td", "th"))

    def named(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.tags if tag == name]


def chart_png() -> tuple[dict, dict]:
    ax = new_axes()
    ax.set_title('Open "tickets"', loc="left")
    return picture(ax)._repr_mimebundle_()


def shown(frame: pd.DataFrame, *tags: str):
    data = {"text/html": frame._repr_html_(), "text/plain": str(frame)}
    return new_code_cell(
        "frame  # the code",
        metadata={"tags": list(tags)},
        outputs=[new_output("display_data", data=data)],
    )


def prose(text: str, *tags: str):
    return new_markdown_cell(text, metadata={"tags": list(tags)})


def write_notebook(folder: Path, name: str, *cells) -> None:
    nbformat.write(new_notebook(cells=list(cells)), folder / f"{name}.ipynb")


@pytest.fixture
def run_folder(tmp_path):
    """A run whose tickets, agents, prose and picture titles try to break out."""
    segments = pd.DataFrame({"segment": [HOSTILE, "word" * 60], "open": ["1,234", "2"]})
    headline = pd.DataFrame({"value": ["9,879"], "what it is": [HOSTILE]}, index=["Open"])
    data, about = chart_png()
    data["text/plain"] = "<Picture>"
    chart = new_output("display_data", data=data, metadata=about)
    write_notebook(
        tmp_path,
        "04_trends",
        prose("# Not tagged"),
        prose("Right above nothing that goes in"),
        new_code_cell("untagged = 1"),
        prose(
            f"## Backlog\n\nIt *grows*. {HOSTILE} [a link](https://evil.example) "
            "![x](https://evil.example/y.png)",
            "report",
        ),
        shown(headline, "report", "headline"),
        shown(segments, "report"),
        shown(pd.DataFrame({"left out": [1]})),
        new_code_cell("ax = 1", metadata={"tags": ["report"]}, outputs=[chart]),
        new_code_cell(
            "1",
            metadata={"tags": ["report"]},
            outputs=[new_output("stream", name="stderr", text="noise")],
        ),
        new_code_cell(
            "1",
            metadata={"tags": ["report"]},
            outputs=[new_output("stream", text=f"printed {HOSTILE}")],
        ),
        new_code_cell(
            "1",
            metadata={"tags": ["report"]},
            outputs=[new_output("error", ename="E", evalue=HOSTILE)],
        ),
    )
    rejected = pd.DataFrame(
        {"reason": ["malformed_line"], "line": [12], "raw": [f"7,{HOSTILE}," + "x" * 300]}
    )
    write_notebook(tmp_path, "01_ingest", prose("## What was rejected"), shown(rejected, "report"))
    return tmp_path


@pytest.fixture
def report(run_folder):
    parameters = {"export": f"data/{HOSTILE}.csv", "agents": "", "as_of": "2011-12-31 23:59:59"}
    return write_report(run_folder, f"Backlog {HOSTILE}", parameters, STEPS)


@pytest.fixture
def page(report):
    return Page(report.read_text(encoding="utf-8"))


def test_there_is_no_way_out_of_the_file(page):
    names = {tag for tag, _ in page.tags}
    assert not names & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a",
        "svg",
        "video",
        "input",
    }
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.named("img"))
    assert "url(" not in page.text
    assert "@import" not in page.text
    assert len(page.named("img")) == 1


def test_the_policy_comes_before_anything_it_forbids(page):
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in page.named("meta")
    assert [tag for tag, _ in page.tags][:4] == ["html", "head", "meta", "meta"]


def test_hostile_text_is_shown_as_text_wherever_it_comes_from(page):
    # title twice, prose, headline, segment, print, error, rejected row, parameter
    assert page.text.count(SCRIPT) == 9


def test_tagged_cells_go_in_without_code_and_the_others_do_not(page):
    assert "Not tagged" not in page.text
    assert "Right above nothing" not in page.text
    assert "left out" not in page.text
    assert "the code" not in page.text
    assert "noise" not in page.text
    assert "This step failed: E" in page.text


def test_trends_come_before_what_was_rejected_and_how_it_was_made(page):
    order = [
        page.text.index(text)
        for text in ("Backlog\n", "What was rejected", "malformed_line", "Steps", "Parameters")
    ]
    assert order == sorted(order)


def test_steps_and_parameters_are_listed(page):
    words = page.text.split()
    assert words[words.index("01_ingest") :][:3] == ["01_ingest", "done", "1.2"]
    assert words[words.index("04_trends") :][:3] == ["04_trends", "failed", "–"]
    assert words[words.index("agents") :][:2] == ["agents", "(empty)"]


def test_the_title_of_a_chart_is_its_alternative_text(page):
    assert page.named("img")[0]["alt"] == 'Open "tickets"'


def test_headline_is_shown_as_tiles_and_numbers_are_aligned(page):
    classes = [attributes.get("class") for _, attributes in page.tags]
    assert "tiles" in classes
    assert "number" in classes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# A", "<h2>A</h2>\n", id="the title of the report is the only first heading"),
        pytest.param("## A", "<h2>A</h2>\n", id="other headings stay"),
        pytest.param("[a](javascript:alert(1))", "<p>a</p>\n", id="a link is its words"),
        pytest.param("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>\n", id="html is text"),
    ],
)
def test_prose(text, expected):
    assert clean_prose(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            "<style>td { color: red }</style><td>a</td>", '<td class="short">a</td>', id="styles go"
        ),
        pytest.param(
            '<td style="x" onclick="y">a</td>', '<td class="short">a</td>', id="attributes go"
        ),
        pytest.param('<th colspan="2">a</th>', '<th colspan="2">a</th>', id="spans stay"),
        pytest.param(
            "<td><a href='https://x'>a</a></td>",
            '<td class="short">a</td>',
            id="links are their words",
        ),
        pytest.param("<td>1,234.5</td>", '<td class="number">1,234.5</td>', id="a number"),
        pytest.param("<td>-3</td>", '<td class="number">-3</td>', id="a negative number"),
        pytest.param("<td>75.4%</td>", '<td class="number">75.4%</td>', id="a percentage"),
        pytest.param("<td>–</td>", '<td class="blank">–</td>', id="unknown"),
        pytest.param(
            "<td>2011-12-31</td>",
            '<td class="short">2011-12-31</td>',
            id="a date is no number and stays on one line",
        ),
    ],
)
def test_table(html, expected):
    inside = "<table><tbody><tr>{}</tr></tbody></table>"
    assert clean_table(inside.format(html)) == inside.format(expected)


def test_of_what_is_not_a_table_only_the_words_stay():
    assert clean_table("<style><td></style ><script>x</script><svg onload=y>z") == "z"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param("a<!-- <td>b -->c", "ac", id="a comment goes"),
        pytest.param("a<!--><img src=x>-->c", "a--&gt;c", id="a comment that ends at once"),
        pytest.param("<style>td { color: red }</style>a b", "a b", id="a style goes whole"),
        pytest.param("<STYLE>x</STYLE\n>a b", "a b", id="a style in capitals"),
        pytest.param("<style>a", "", id="a style that is not closed takes the rest"),
        pytest.param("a b<script>x</script>", "a b", id="a script goes whole"),
        pytest.param("<scr<script>ipt>x</scr</script>ipt>", "ipt&gt;xipt&gt;", id="tag in tag"),
        pytest.param("<svg onload=x><text>a</text></svg>b c", "b c", id="svg goes whole"),
        pytest.param("<math><mi>a</mi></math>b c", "b c", id="math goes whole"),
        pytest.param("<template>x</template>b c", "b c", id="a template goes whole"),
        pytest.param(
            "<![CDATA[<script>x</script>]]>", "x]]&gt;", id="CDATA is a comment up to the first >"
        ),
        pytest.param(
            "<noscript><img src=x></noscript>", "&lt;img src=x&gt;", id="noscript is text"
        ),
        pytest.param(
            "<svg><![CDATA[<img src=x onerror=y>]]></svg>",
            "&lt;img src=x onerror=y&gt;",
            id="CDATA in svg is text",
        ),
        pytest.param(
            '<noscript><p title="</noscript><img src=x onerror=y>">',
            '&lt;p title=""&gt;',
            id="noscript with a tag in an attribute",
        ),
        pytest.param(
            "<textarea><script>x</script></textarea>",
            "&lt;script&gt;x&lt;/script&gt;",
            id="the text of a form stays text",
        ),
        pytest.param(
            '<svg></p><style><a id="</style><img src=x onerror=y>">',
            '"&gt;',
            id="a style in svg, closed inside an attribute",
        ),
        pytest.param(
            "<math><mtext><table><mglyph><style><!--</style>"
            '<img title="--&gt;&lt;img src=x onerror=y&gt;">',
            "",
            id="a table in math that moves when it is parsed again",
        ),
        pytest.param(
            "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=y>",
            "",
            id="nested forms in math",
        ),
    ],
)
def test_markup_that_changes_when_a_browser_reads_it_again(inside, expected):
    row = "<table><tbody><tr><td>{}</td></tr></tbody></table>"
    cleaned = clean_table(row.format(inside))
    assert cleaned.replace(' class="blank"', "").replace(' class="short"', "") == row.format(
        expected
    )
    assert clean_table(cleaned).replace(' class="short"', "") == cleaned.replace(
        ' class="short"', ""
    )


def test_a_table_in_a_table_stays_one_with_its_rows():
    nested = "<table><tr><td>a b<table><tr><td>c d</table></td></tr></table>"
    assert clean_table(nested) == (
        "<table><tbody><tr><td>a b<table><tbody><tr><td>c d</td></tr></tbody></table>"
        "</td></tr></tbody></table>"
    )


def test_the_value_of_a_span_cannot_end_its_attribute():
    hostile = "<table><tr><td colspan='\"><script>x</script>'>a b</td></tr></table>"
    (cell,) = Page(clean_table(hostile)).named("td")
    assert cell == {"colspan": '"><script>x</script>'}


def test_missing_notebooks_leave_only_steps_and_parameters(tmp_path):
    page = Page(write_report(tmp_path, "Nothing ran", {}, []).read_text(encoding="utf-8"))
    assert "Nothing ran" in page.text
    assert "How this was made" in page.text


@pytest.mark.parametrize("picture", ["PHN2Zz48L3N2Zz4=", '" onload="alert(1)', ""])
def test_a_picture_that_is_no_png_is_refused(tmp_path, picture):
    output = new_output("display_data", data={"image/png": picture})
    write_notebook(
        tmp_path, "04_trends", new_code_cell("1", metadata={"tags": ["report"]}, outputs=[output])
    )
    with pytest.raises(OpsdeskError, match="not a PNG"):
        write_report(tmp_path, "t", {}, [])


def test_a_broken_notebook_is_named(tmp_path):
    (tmp_path / "01_ingest.ipynb").write_text("not json")
    with pytest.raises(OpsdeskError, match=r"01_ingest\.ipynb is not a notebook"):
        write_report(tmp_path, "t", {}, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_it_whole_and_asks_for_nothing(browser, report, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab, requests, complaints = context.new_page(), [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(report.as_uri())
    assert [url for url in requests if not url.startswith("data:")] == [report.as_uri()]
    assert complaints == []
    assert tab.title() == f"Backlog {HOSTILE}"
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.evaluate("document.querySelector('img').naturalWidth") > 0
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    context.close()


def test_a_phone_shows_the_first_tables_whole(browser, tmp_path):
    shutil.copy(project.ROOT / "notebooks" / "04_trends.ipynb", tmp_path)
    context = browser.new_context(viewport={"width": 390, "height": 900})
    tab = context.new_page()
    tab.goto(write_report(tmp_path, "Backlog", {}, []).as_uri())
    hidden = tab.evaluate(
        "[...document.querySelectorAll('.wide')].map(wide => wide.scrollWidth - wide.clientWidth)"
    )
    assert hidden[:7] == [0] * 7  # limits, backlog, flow, age, promises, breach rate, times
    context.close()


def said(text: str):
    data = {"text/markdown": text, "text/plain": f"Sentence(text={text!r})"}
    return new_code_cell(
        "", metadata={"tags": ["report"]}, outputs=[new_output("display_data", data=data)]
    )


def drawn():
    data, about = chart_png()
    output = new_output("display_data", data=data, metadata=about)
    return new_code_cell("", metadata={"tags": ["report"]}, outputs=[output])


@pytest.mark.parametrize(
    ("results", "is_read", "notes"),
    [
        pytest.param([said("No target."), said("No target.")], False, 1, id="said once, not read"),
        pytest.param([said("No target."), drawn()], True, 1, id="one of two is drawn"),
        pytest.param([said("One day."), said("No target.")], False, 2, id="two reasons"),
        pytest.param([drawn()], True, 0, id="drawn"),
    ],
)
def test_a_chart_that_is_not_drawn_is_not_explained(tmp_path, results, is_read, notes):
    cells = [prose("## Past due", "report"), *results, prose("How to read it", "report", "reading")]
    write_notebook(tmp_path, "04_trends", *cells, prose("## Next", "report"), said("No target."))
    page = Page(write_report(tmp_path, "Report", {}, STEPS).read_text())
    assert ("How to read it" in page.text) == is_read
    there = [div for div in page.named("div") if div.get("class") == "note"]
    assert len(there) == notes + 1  # the same sentence in the next section is said again


def test_an_alarm_of_any_notebook_comes_first(tmp_path):
    loud = pd.DataFrame({"sentence": [f"40 % rejected {HOSTILE}"]}, index=["loud"])
    alarm = [prose("What costs much is said first"), shown(loud, "report", "alarm")]
    write_notebook(tmp_path, "01_ingest", *alarm, prose("Check", "report"))
    write_notebook(tmp_path, "04_trends", prose("The desk", "report"))
    page = Page(write_report(tmp_path, "Report", {}, STEPS).read_text())
    places = [page.text.index(text) for text in ("40 % rejected", "The desk", "Check")]
    assert places == sorted(places)
    assert page.text.count("40 % rejected") == 1
    assert "What costs much" not in page.text  # it would be the end of the section before
    assert not page.named("img")
    assert not page.named("script")
