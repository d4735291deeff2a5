"""Data Docs that open without a network: Great Expectations' own pages in our frame.

Its templates load style sheets, scripts and pictures from fourteen addresses, and wait for them.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

DEAD_LINK = re.compile(r' href="[^"]*expectations/[^"]*"')  # to the page of a suite alone
TEMPLATES = FileSystemLoader(Path(__file__).parent / "templates")


class OfflinePage(DefaultJinjaPageView):  # type: ignore[misc]  # it comes without types
    """A page whose frame is templates/page.j2; what is inside stays Great Expectations' own."""

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([TEMPLATES, self.env.loader])


@cache
def _view() -> OfflinePage:
    return OfflinePage()


def write_page(validated: Any, folder: Path) -> None:
    """Write the page of a validated suite into `folder`."""
    for one in validated.results:
        if one.success and "column_list" in one.expectation_config.kwargs:
            # The page has the columns in this order; a result without details lacks it.
            one.result.setdefault("observed_value", one.expectation_config.kwargs["column_list"])
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(validated)
    page = DEAD_LINK.sub("", _view().render(document))
    (folder / f"{validated.suite_name}.html").write_text(page, encoding="utf-8")


def write_index(title: str, results: list[dict[str, Any]], folder: Path) -> None:
    """Write index.html: each suite with a link to its page, and all that failed."""
    template = Environment(loader=TEMPLATES, autoescape=True).get_template("index.j2")
    page = template.render(title=title, suites=results)
    (folder / "index.html").write_text(page, encoding="utf-8")
