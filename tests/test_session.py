"""Exploring: the tickets behind a number, bound values, and never in the way of a run."""

import gc
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

import opsdesk
import steps
from awkward import EXPORTS
from exports import run_ingest, write_export
from opsdesk.config.parameters import Values, read_parameters
from opsdesk.errors import OpsdeskError
from opsdesk.session import Session
from opsdesk.trends.work import first_ten
from other_version import LACKS, as_of_another_version
from published import publish
from tiny_project import make_project


@pytest.fixture
def root(monkeypatch, tmp_path):
    return make_project(monkeypatch, tmp_path)


@pytest.fixture
def file(root):
    return publish(root / "outputs" / "mine" / "opsdesk.duckdb")


@pytest.fixture
def session(file):
    return opsdesk.open("params/mine.yaml")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The bundled sample, loaded and published in a folder of its own."""
    folder, run_at = tmp_path_factory.mktemp("sample"), "2026-11-24T03:01:47.123+00:00"
    own = {"lake": str(folder / "lake"), "warehouse": f"duckdb:{folder / 'opsdesk.duckdb'}"}
    parameters = read_parameters("params/sample.yaml", own)
    given = parameters.values
    steps.ingest(
        *(given[key] for key in ("export", "mapping", "agents", "export_kind", "lake")), run_at
    )
    steps.backfill(given["lake"], given["warehouse"], "", "", run_at)
    steps.transform(given["warehouse"], given["as_of"], given["timezone"], run_at)
    return Session(parameters)


NUMBERS = [
    ("open", "backlog_daily", "backlog_size"),
    ("past_due", "backlog_daily", "past_due"),
    ("created", "features_daily", "total_tickets"),
    ("resolved", "features_daily", "resolved_tickets"),
    ("due", "features_daily", "sla_due_tickets"),
    ("missed", "features_daily", "sla_due_missed"),
]


@pytest.mark.parametrize(("state", "table", "column"), NUMBERS)
def test_tickets_of_the_sample_are_as_many_as_the_number_says(sample, state, table, column):
    days = sample.table(table).sort_values("ops_date")
    for day in [*days.iloc[::30].itertuples(), *days.iloc[-2:].itertuples()]:
        assert len(sample.tickets(day.ops_date, state=state)) == getattr(day, column), day.ops_date


@pytest.mark.parametrize("dimension", ["priority", "category", "channel", "customer_tier", "team"])
def test_tickets_of_a_segment_are_as_many_as_the_number_says(sample, dimension):
    sql = "SELECT * FROM segment_daily WHERE dimension = $d AND ops_date = DATE '2023-05-15'"
    segments = sample.query(sql, {"d": dimension})
    assert len(segments) > 1
    for segment in segments.itertuples():
        tickets = sample.tickets("2023-05-15", **{dimension: segment.segment})
        assert len(tickets) == segment.backlog_size, segment.segment


def ids(tickets):
    return " ".join(tickets["ticket_id"])


@pytest.mark.parametrize(("state", "table", "column"), NUMBERS)
def test_tickets_are_as_many_as_the_number_says(session, state, table, column):
    for day in session.table(table).itertuples():
        assert len(session.tickets(day.ops_date, state=state)) == getattr(day, column), day.ops_date


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({}, "T3 T5 T6", id="open now"),
        pytest.param({"ops_date": "2023-01-02"}, "T2 T3", id="a day in words"),
        pytest.param({"ops_date": date(2023, 1, 1)}, "T2", id="a date"),
        pytest.param({"priority": "High"}, "T3 T5", id="by priority"),
        pytest.param(
            {"priority": ["High", "O'Hara; DROP"], "agent_id": "A1"},
            "T6",
            id="two columns, a list, a quote",
        ),
        pytest.param({"team": "Core"}, "T6", id="by team"),
        pytest.param({"team": "(none)"}, "T5", id="agent without a team"),
        pytest.param(
            {"ops_date": "2023-01-02", "state": "created", "team": "(none)"},
            "T4",
            id="unassigned has no team",
        ),
        pytest.param({"product": "Car"}, "T5", id="by attribute"),
        pytest.param({"place": 'a"b\\c'}, "T3", id="a value with escapes"),
        pytest.param({"place": "(none)", "product": "(none)"}, "T6", id="without attributes"),
        pytest.param({"product": ["Car", "Phone"], "priority": "High"}, "T3 T5", id="both"),
        pytest.param({"priority": np.array(["High"])}, "T3 T5", id="an array"),
        pytest.param({"priority": pd.Series(["High"])}, "T3 T5", id="a Series"),
        pytest.param({"created_date": date(2023, 1, 2)}, "T3", id="a date of a column"),
        pytest.param({"priority": []}, "", id="nothing chosen"),
    ],
)
def test_tickets_filtered(session, arguments, expected):
    assert ids(session.tickets(**arguments)) == expected


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param({"prio": "High"}, "no column 'prio': did you mean priority", id="column"),
        pytest.param({"priority = '' OR 1=1 --": "x"}, "no column", id="SQL for a column"),
        pytest.param({"PRIORITY": "High"}, "did you mean priority", id="column in capitals"),
        pytest.param({"prodct": "Car"}, "did you mean product", id="attribute"),
        pytest.param({"state": None}, "no state None: the states are open", id="no state"),
        pytest.param(
            {"state": "closed"}, "no state 'closed': the states are open, created", id="state"
        ),
        pytest.param(
            {"ops_date": "yesterday"},
            "ops_date 'yesterday' is not a day: write it as \"2023-06-30\"",
            id="day",
        ),
        pytest.param({"ops_date": "2023-02-30"}, "is not a day", id="no such day"),
        pytest.param(
            {"ops_date": "2022-12-31"},
            "outside the data, which reach from 2023-01-01 to 2023-01-03",
            id="before",
        ),
        pytest.param({"created_date": "soon"}, "soon", id="value of the wrong type"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(session, arguments, says):
    with pytest.raises(OpsdeskError, match=says):
        session.tickets(**arguments)


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"priority": "high"}, "No ticket has the priority 'high': did you mean 'High'?"),
        ({"priority": ["High", "Loww"]}, "No ticket has the priority 'Loww': did you mean 'Low'?"),
        ({"priority": "x' OR 'a'='a"}, "No ticket has the priority \"x' OR 'a'='a\": there are 'High', 'Low', "),
        ({"team": "CORE"}, "No ticket has the team 'CORE': did you mean 'Core'?"),
        ({"agent_id": "Q9", "state": "created"}, "there are '(unassigned)', 'A1', 'A2', 'A3'."),
        ({"product": "car"}, "No ticket has the product 'car': did you mean 'Car'?"),
        ({"agent_id": 5}, "agent_id holds texts: write '5' for 5."),
        ({"team": ["Core", 3]}, "team holds texts: write '3' for 3."),
        ({"created_date": object}, "created_date: <class 'object'> is no text, number, date or list"),
        ({"agent_id": float("nan")}, "agent_id=nan selects no ticket"),
        ({"agent_id": None}, "agent_id=None selects no ticket: a blank one is called '(none)'"),
        ({"state": "opened"}, "There is no state 'opened': did you mean reopened or open?"),
    ],
)  # fmt: skip
def test_a_value_that_no_ticket_has_is_told_with_the_near_names(session, filters, says):
    with pytest.raises(OpsdeskError) as refused:
        session.tickets(**filters)
    assert says in str(refused.value)


def test_an_empty_answer_is_never_silent(session):
    with pytest.warns(UserWarning, match="No ticket is resolved on 2023-01-03 with these filters"):
        assert len(session.tickets("2023-01-03", state="resolved", agent_id="A2")) == 0


def test_work_is_in_order_and_an_agent_is_told_as_it_is_written(session):
    assert list(session.work()["ticket_id"]) == ["T3", "T6"]
    assert list(session.work("A1")["ticket_id"]) == ["T6"]
    with pytest.raises(OpsdeskError, match=r"No ticket has the agent_id 'a1': did you mean 'A1'\?"):
        session.work("a1")
    with pytest.warns(UserWarning, match="No rule selects an open ticket of A3"):
        assert session.work("A3").empty


def test_the_first_ten_say_how_many_follow(session, file):
    first = first_ten(session._warehouse())
    assert (len(first.rows), first.following, first.open_tickets) == (2, 0, 3)
    assert first.sentence == "The rules select 2 of 3 open tickets."
    with duckdb.connect(str(file)) as con:
        more = "INSERT INTO work_next SELECT r, 'X', '', '', '', '', 0, 0, '', '' FROM range(3, 1204) AS t(r)"
        con.execute(more)
        con.execute("INSERT INTO fact_tickets BY NAME SELECT 'Y' AS ticket_id FROM range(1397)")
    first = first_ten(session._warehouse())
    assert list(first.rows["rank"]) == list(range(1, 11))
    assert first.sentence == (
        "The rules select 1,203 of 1,400 open tickets; 1,193 follow these. "
        "That is most of them: rules that select less say more."
    )


def test_query_binds_and_bad_sql_is_a_sentence(session):
    assert (
        session.query("SELECT count(*) AS n FROM fact_tickets WHERE priority = $p", {"p": "High"})[
            "n"
        ][0]
        == 3
    )
    with pytest.raises(OpsdeskError, match="nowhere"):
        session.query("SELECT * FROM nowhere")


def test_exploring_cannot_change_the_warehouse(session, file):
    with pytest.raises(OpsdeskError):
        session.query("DELETE FROM fact_tickets")
    assert len(session.table("fact_tickets")) == 6


def test_open_session_leaves_the_file_to_a_writer_and_sees_what_it_wrote(session, file):
    assert len(session.tickets()) == 3
    change = "UPDATE fact_tickets SET resolved_date = '2023-01-03' WHERE ticket_id = 'T5'"
    code = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(file), change], check=True)
    assert ids(session.tickets()) == "T3 T6"
    assert len(list(session._copy.folder.glob("*.duckdb"))) == 1


def test_while_a_run_writes_the_old_copy_answers(session, file):
    assert len(session.tickets()) == 3
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('DELETE FROM fact_tickets; CHECKPOINT'); "
        "print('held', flush=True); sys.stdin.read()"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    writer.stdout.readline()
    assert len(session.tickets()) == 3
    writer.communicate(b"")
    assert len(session.tickets()) == 0


def test_first_look_while_a_run_writes_says_so(session, file, monkeypatch):
    monkeypatch.setattr("opsdesk.duckdb_file.PATIENCE", 0)
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    writer.stdout.readline()
    with pytest.raises(OpsdeskError, match=r"outputs/mine/opsdesk\.duckdb is held by process"):
        session.table("fact_tickets")
    writer.communicate(b"")


def test_what_is_only_in_the_log_is_seen(file, session):
    writer = duckdb.connect(str(file))
    writer.execute(
        "PRAGMA disable_checkpoint_on_shutdown; INSERT INTO backlog_daily VALUES ('2023-01-04', 9, 0)"
    )
    writer.close()
    assert file.with_name("opsdesk.duckdb.wal").exists()
    assert session.table("backlog_daily")["backlog_size"].max() == 9


def test_copy_goes_with_the_session(file):
    session = opsdesk.open("params/mine.yaml")
    session.table("fact_tickets")
    folder = session._copy.folder
    assert folder.exists()
    del session
    gc.collect()
    assert not folder.exists()


def test_before_anything_has_run(root):
    session = opsdesk.open("params/mine.yaml")
    assert "opsdesk run params/mine.yaml" in repr(session)
    assert session.params["timezone"] == "UTC"
    assert session.runs().empty
    with pytest.raises(
        OpsdeskError,
        match=r"There is no outputs/mine/opsdesk\.duckdb yet: type `opsdesk run params/mine\.yaml`",
    ):
        session.tickets()


def test_repr_says_what_can_be_asked(session):
    assert "days 2023-01-01 to 2023-01-03" in repr(session) and ".tickets(" in repr(session)


def test_file_that_is_no_database(root):
    path = root / "outputs" / "mine" / "opsdesk.duckdb"
    path.parent.mkdir(parents=True)
    path.write_text("tickets, tickets, tickets")
    with pytest.raises(OpsdeskError, match="is not a DuckDB file"):
        opsdesk.open("params/mine.yaml").tickets()


def test_explain_tells_what_moved_the_backlog_of_the_sample(sample):
    days = sample.table("backlog_daily").set_index("ops_date")["backlog_size"]
    for by in ("category", "team"):
        found = sample.explain("2023-06-01", "2023-06-07", by=by)
        assert found["change"].sum() == days["2023-06-07"] - days["2023-05-31"]
        assert found["usual_inflow"].notna().all()
    assert sample.explain("2023-06-01", "2023-06-07", by="priority")["inflow"].sum() > 0


@pytest.mark.parametrize(
    ("start", "is_known"),
    [
        pytest.param("2023-05-04", True, id="four weeks before the span"),
        pytest.param("2023-05-05", False, id="a day less"),
        pytest.param("2023-06-02", False, id="within the span"),
        pytest.param("2023-06-08", True, id="after the span"),
    ],
)
def test_usual_begins_with_a_new_baseline(sample, tmp_path, start, is_known):
    notes = tmp_path / "notes.yaml"
    notes.write_text(f"{start}: {{text: new phones, baseline: true}}")
    values = Values(sample.params | {"notes": str(notes)})
    noted = Session(replace(sample._parameters, values=values))
    found = noted.explain("2023-06-01", "2023-06-07")["usual_inflow"]
    assert found.notna().all() == is_known
    assert found.isna().all() != is_known


def test_compare_adds_up_on_the_sample(sample):
    days = sample.table("features_daily").set_index("ops_date").sort_index()
    found = sample.compare("2023-05", "2023-06", by="category")
    assert found.columns.name == "2023-06-01 to 2023-06-30 after 2023-05-01 to 2023-05-31"
    rates = []
    for month in ("2023-05", "2023-06"):
        sums = days.loc[month]
        judged = sums["met"].sum() + sums["breached"].sum()
        missed = sums["sla_due_missed"].sum() / sums["sla_due_tickets"].sum()
        rates.append((1 - missed, sums["breached"].sum() / judged))
    for place, name in enumerate(("attainment", "breach_rate")):
        effects = found[[f"{name}_rate_effect", f"{name}_mix_effect"]].sum().sum()
        assert effects == pytest.approx(rates[1][place] - rates[0][place])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"by": "Categroy"}, "no dimension 'Categroy': did you mean 'category'", id="dimension"),
        pytest.param({"first_day": "2031-01-01", "last_day": "2031-01-02"}, "outside the data", id="days"),
        pytest.param({"last_day": "2023-05-01"}, "ends before it begins", id="backwards"),
    ],
)  # fmt: skip
def test_explain_says_what_is_wrong(sample, given, says):
    with pytest.raises(OpsdeskError, match=says):
        sample.explain(**{"first_day": "2023-06-01", "last_day": "2023-06-07"} | given)


def test_a_chart_is_a_picture_whose_title_says_of_which_tickets(sample):
    assert sample.chart("backlog").alt == "Open tickets by age"
    chosen = sample.chart("age", "2023-05", priority=["High", "Low"], team="Service Desk")
    assert chosen.alt == "Age of the open tickets: priority High or Low, team Service Desk"
    assert chosen.png.startswith(b"\x89PNG") and chosen.png != sample.chart("age").png


@pytest.mark.parametrize(
    ("arguments", "filters", "says"),
    [
        pytest.param(("flow", ("2023-05-02", "2023-05-05")), {}, "The span 2023-05-02 to 2023-05-05 has no whole week", id="no week"),
        pytest.param(("backlog", "2023-05-02"), {}, "There is one day only: a trend needs two.", id="one day"),
        pytest.param(("backlog",), {"priority": []}, "No ticket has priority (no value).", id="nothing chosen"),
        pytest.param(("first_response",), {"priority": "High"}, "priority High: No time of a first response is known.", id="not known"),
    ],
)  # fmt: skip
def test_where_a_chart_would_be_empty_there_is_a_sentence(sample, arguments, filters, says):
    assert str(sample.chart(*arguments, **filters)).startswith(says)


@pytest.mark.parametrize(
    ("arguments", "filters", "says"),
    [
        pytest.param(("backlogs",), {}, "no chart 'backlogs': did you mean backlog?", id="chart"),
        pytest.param(("pie",), {}, "no chart 'pie': there are backlog, flow, age, ", id="all charts"),
        pytest.param(("flow",), {"Priority": "High"}, "no column 'Priority': did you mean priority?", id="column"),
        pytest.param(("flow",), {"priority": "high"}, "No ticket has the priority 'high': did you mean 'High'?", id="case"),
        pytest.param(("flow", "May"), {}, "'May' is not a span of days", id="span"),
    ],
)  # fmt: skip
def test_a_chart_that_cannot_be_drawn_is_a_sentence_with_the_near_name(
    sample, arguments, filters, says
):
    with pytest.raises(OpsdeskError) as refused:
        sample.chart(*arguments, **filters)
    assert says in str(refused.value)


def test_dimensions_and_segments_say_what_can_be_chosen(sample):
    assert sample.dimensions() == ["category", "channel", "customer_tier", "priority", "team"]
    segments = sample.segments("priority")
    assert segments["tickets"].sum() == len(sample.table("fact_tickets"))
    assert segments["open_tickets"].sum() == 74 and segments["open_tickets"].is_monotonic_decreasing
    with pytest.raises(OpsdeskError, match="no dimension 'Team': did you mean 'team'"):
        sample.segments("Team")


def test_threads_ask_one_at_a_time(session):
    """The controls of a notebook are answered in another thread than its cells."""
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: len(session.tickets()), range(12)))
    assert counts == [3] * 12


def session_on(export, sample, tmp_path):
    """Return a session on one of the awkward exports."""
    place = f"duckdb:{tmp_path}/w.duckdb"
    run_ingest(tmp_path, write_export(tmp_path, *EXPORTS[export]))
    steps.backfill(str(tmp_path / "lake"), place, "", "", "2025-01-01T00:00:00Z")
    steps.transform(place, "latest", "UTC", "2025-01-01T00:00:00Z")
    values = Values(sample.params | {"warehouse": place})
    return Session(replace(sample._parameters, values=values))


def test_a_backlog_that_is_not_known_is_not_explained(sample, tmp_path):
    filtered = session_on("filtered by closing date", sample, tmp_path)
    with pytest.raises(OpsdeskError, match="looks filtered by closing date"):
        filtered.explain("2023-03-10", "2023-03-16", by="priority")
    with pytest.warns(UserWarning, match="looks filtered by closing date"):
        filtered.compare("2023-02", "2023-03", by="priority")


def test_nothing_is_compared_after_the_end_of_intake(sample, tmp_path):
    """No ticket is opened after 2 March, the last ones are resolved on 31 March."""
    followed = session_on("followed after its intake", sample, tmp_path)
    assert followed.explain("2023-03-02", "2023-03-02")["usual_inflow"].notna().all()
    assert followed.explain("2023-03-03", "2023-03-03")["usual_inflow"].isna().all()
    found = followed.compare("2023-02", "2023-03")
    assert found.columns.name == "2023-03-01 to 2023-03-02 after 2023-02-01 to 2023-02-02"


@pytest.fixture
def of_another_version(sample, root):
    """A session on the sample's tables as another version would have published them."""
    file = root / "outputs" / "mine" / "opsdesk.duckdb"
    file.parent.mkdir(parents=True)
    shutil.copy(sample.params["warehouse"].removeprefix("duckdb:"), file)
    as_of_another_version(file)
    return opsdesk.open("params/mine.yaml")


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: session.chart("backlog"),
        lambda session: session.explain("2023-01-02", "2023-01-02"),
        lambda session: session.compare("2023-01-02", "2023-01-03"),
        lambda session: session.tickets(state="created"),
        lambda session: session.work(),
    ],
    ids=["chart", "explain", "compare", "tickets", "work"],
)
def test_tables_of_another_version_say_what_they_lack_and_what_to_type(of_another_version, ask):
    says = "The published tables of duckdb:outputs/mine/opsdesk.duckdb are of " + LACKS
    with pytest.raises(
        OpsdeskError, match=f"^{says}: type `opsdesk run params/mine.yaml --from 2`"
    ):
        ask(of_another_version)


def test_a_query_reads_what_tables_of_another_version_have(of_another_version):
    rows = of_another_version.query("SELECT ticket_id, mood FROM fact_tickets")
    assert len(rows) == len(of_another_version.table("fact_tickets")) == 2971
    with pytest.raises(
        OpsdeskError, match=rf'"reopens" not found.*\. The published .*{LACKS}: type'
    ):
        of_another_version.query("SELECT reopens FROM fact_tickets")
