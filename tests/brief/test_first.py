"""What to do first: which segments are named, on a real morning with segments typed by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from opsdesk.brief.emphasis import as_text
from opsdesk.brief.first import first_sentence

pytestmark = pytest.mark.xdist_group("brief")

PLACES = [
    pytest.param({"A": 3000, "B": 900}, ", 64% of them A", id="one has more than half"),
    pytest.param({"A": 2000, "B": 1500, "C": 100}, ", 74% of them A and B", id="two"),
    pytest.param({"A": 2000, "(9 others)": 2700}, ", 42% of them A", id="others have no name"),
    pytest.param({"A": 1500, "B": 0}, ", 32% of them A", id="none is late in the second"),
    pytest.param({"A": 1000, "B": 100}, " past due now", id="a quarter is in no two"),
    pytest.param({"(9 others)": 4707}, " past due now", id="only others"),
]


@pytest.mark.parametrize(("late", "said"), PLACES)
def test_where_the_4707_late_tickets_are(boston, late, said):
    rows = [{"dimension": "category", "segment": name, "past_due": n} for name, n in late.items()]
    other = {"dimension": "priority", "segment": "Z", "past_due": 4707}
    facts = replace(boston, segments=pd.DataFrame([*rows, other]))
    assert as_text(first_sentence(facts)).endswith(f"{said}. Work next ranks them by score.")


KINDS = [
    pytest.param(["A", "B", "A"], "3 tickets fall due within 24 hours, 2 of them A, the", id="two"),
    pytest.param(["A", "B"], "2 tickets fall due within 24 hours, the", id="one of each"),
    pytest.param(["A", "A"], "2 tickets fall due within 24 hours, the", id="all of one"),
    pytest.param(
        ["(none)"] * 2 + ["A"], "fall due within 24 hours, the", id="most have no category"
    ),
    pytest.param(["A"], "1 ticket falls due within 24 hours, at", id="one ticket"),
]


@pytest.mark.parametrize(("categories", "said"), KINDS)
def test_what_is_due_next(boston, categories, said):
    due = pd.Timestamp("2012-01-02 14:30+00")
    deadlines = pd.DataFrame({"category": categories, "due_at": due})
    sentence = as_text(first_sentence(replace(boston, deadlines=deadlines)))
    assert said in sentence and "at 09:30 on Monday" in sentence  # New York's time
