"""The controls of explore.ipynb: a person chooses, and charts and tickets follow."""

from base64 import b64encode
from datetime import date
from html import escape

import ipywidgets as widgets
import pandas as pd

from opsdesk.display.chart_style import Picture
from opsdesk.display.charts import Shown
from opsdesk.display.sentence import Sentence
from opsdesk.explore.sentence_error import one_sentence
from opsdesk.explore.view import Choice, draw_charts, find_tickets
from opsdesk.session import Session
from opsdesk.session import open as open_session
from opsdesk.trends.drill_down import STATES

WHOLE_DESK = "the whole desk"
WITHOUT_KERNEL = "The controls need a running kernel: choose Run, then Run All Cells."
SEGMENT_ROWS = 8
WIDE = widgets.Layout(width="420px")  # names of segments are long
GRID = "repeat(auto-fit, minmax(min(460px, 100%), 1fr))"


class Controls:
    """Dimension, segments and span over three charts; day and state over their tickets."""

    def __init__(self, desk: Session) -> None:
        self._desk = desk
        self._drawn: object = None
        dimensions = [(WHOLE_DESK, ""), *((name, name) for name in desk.dimensions())]
        first, last = desk.days()
        self.dimension = widgets.Dropdown(options=dimensions, description="Dimension", layout=WIDE)
        self.segments = widgets.SelectMultiple(
            description="Segments", rows=SEGMENT_ROWS, layout=WIDE
        )
        self.first = _day_field("From", first)
        self.last = _day_field("To", last)
        self.day = _day_field("Day", last)
        self.state = widgets.Dropdown(options=STATES, description="Tickets")
        self.charts = widgets.GridBox(layout=widgets.Layout(grid_template_columns=GRID))
        self.tickets = widgets.Output()
        self._follow()
        self._draw()

    @staticmethod
    def open_desk(params: str) -> Session:
        """Return the session of a params file of which something is published.

        Raises:
            OpsdeskError: nothing is published yet; a notebook shows that one sentence.
        """
        with one_sentence():
            desk = open_session(params)
            desk.days()
            return desk

    @property
    def choice(self) -> Choice:
        """Return what is chosen at this moment."""
        segments = tuple(self.segments.value)
        return Choice(self.dimension.value, segments, self.first.value, self.last.value)

    def _follow(self) -> None:
        self.dimension.observe(lambda change: self._offer_segments(), "value")
        for control in (self.segments, self.first, self.last):
            control.observe(lambda change: self._draw(), "value")
        for control in (self.day, self.state):
            control.observe(lambda change: self._list_tickets(), "value")

    def _offer_segments(self) -> None:
        """Offer the segments of the dimension, none of them chosen: that is the whole desk."""
        offered = []
        if self.dimension.value:
            segments = self._desk.segments(self.dimension.value)
            counts = zip(segments["segment"], segments["tickets"], strict=True)
            offered = [(f"{segment} ({tickets:,.0f})", segment) for segment, tickets in counts]
        self.segments.options = offered
        self._draw()

    def _draw(self) -> None:
        wanted = (self.choice.filters, self.choice.first, self.choice.last)
        if wanted == self._drawn:  # another dimension of which nothing is chosen yet
            return
        self._drawn = wanted
        self.charts.children = [_chart(chart) for chart in draw_charts(self._desk, self.choice)]
        self._list_tickets()

    def _list_tickets(self) -> None:
        found = find_tickets(self._desk, self.choice, self.day.value, self.state.value)
        self.tickets.outputs = tuple(map(_display_data, found))

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        """Return the widgets for Jupyter, and a sentence for a page that cannot show them."""
        what = widgets.VBox([self.dimension, self.segments])
        when = widgets.VBox([self.first, self.last])
        behind = widgets.HBox([self.day, self.state])
        box = widgets.VBox([widgets.HBox([what, when]), self.charts, behind, self.tickets])
        bundle: dict[str, object] = box._repr_mimebundle_(**kwargs)
        return bundle | {"text/plain": WITHOUT_KERNEL}


def _day_field(label: str, day: date) -> widgets.Text:
    """Return a field for a day; it counts once Enter is pressed or the field is left."""
    return widgets.Text(description=label, value=f"{day}", continuous_update=False)


def _chart(shown: Shown) -> widgets.Widget:
    """Return a chart with the text for those who do not see it, or the sentence in its place."""
    if isinstance(shown, Picture):
        source = b64encode(shown.png).decode("ascii")
        return widgets.HTML(
            f'<img alt="{escape(shown.alt)}" width="100%" style="max-width: {shown.width}px" '
            f'src="data:image/png;base64,{source}">'
        )
    output = widgets.Output()
    output.outputs = (_display_data(shown),)
    return output


def _display_data(shown: Sentence | pd.DataFrame) -> dict[str, object]:
    """Return what Jupyter shows of a value, as an Output keeps it."""
    data = {"text/plain": str(shown)}
    if isinstance(shown, Sentence):
        data["text/markdown"] = str(shown)
    else:
        data["text/html"] = shown.to_html()
    return {"output_type": "display_data", "data": data, "metadata": {}}
