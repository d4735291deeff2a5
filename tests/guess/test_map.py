"""`opsdesk map`: what it guesses, what it says about it, and that the ingest can use what it wrote."""

import json
import shutil
import zipfile
from datetime import datetime, timedelta

import duckdb
import pytest
import xlsxwriter

from opsdesk import project
from opsdesk.config.params_file import read_params_file
from opsdesk.errors import OpsdeskError
from opsdesk.guess.known_forms import find_known_form
from opsdesk.guess.map_export import map_export
from opsdesk.guess.words import words
from opsdesk.ingest.mapping import read_mapping
from opsdesk.workbench import Workbench
from systems import SYSTEMS

REPOSITORY = project.ROOT
SAMPLE = REPOSITORY / "lib/opsdesk/data/sample/ops_tickets.csv"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project with the mappings that come with opsdesk, and nothing else."""
    shutil.copytree(REPOSITORY / "params/mappings", tmp_path / "params/mappings")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    return tmp_path


def look(path, name: str = "") -> str:
    """Map a file; return what was printed."""
    lines: list[str] = []
    map_export(str(path), name, lines.append)
    return "\n".join(lines)


def write(folder, *lines: str, name: str = "tickets.csv", encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes("".join(line + "\r\n" for line in lines).encode(encoding))
    return path


def days(
    form: str,
    number: int = 40,
    start: datetime = datetime(2023, 1, 5, 8, 3),
    apart: timedelta = timedelta(hours=17),
) -> list[str]:
    """Times in a form of Python's strftime."""
    return [(start + n * apart).strftime(form) for n in range(number)]


def run_ingest(folder, export, mapping: str, timezone: str = "UTC") -> dict:
    """The record that an ingest leaves."""
    lake = str(folder / "lake")
    bench = Workbench("2024-06-01T00:00:00+00:00")
    return bench.ingest(str(export), mapping, "", "full", lake, timezone).record


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        pytest.param(["2023-01-31T10:00:00+02:00", "2023-02-01T10:00:00Z"], ["%Y-%m-%dT%H:%M:%S%z"], id="offsets"),
        pytest.param(["2023-01-31 10:00:00 UTC"], ["%Y-%m-%d %H:%M:%S UTC"], id="UTC in words"),
        pytest.param(["2023-01-31 10:00:00.250"], ["%Y-%m-%d %H:%M:%S.%f"], id="fractions"),
        pytest.param(["31/Jan/23 1:05 PM", "16/02/2017 15:26"], ["%d/%b/%y %I:%M %p", "%d/%m/%Y %H:%M"], id="two forms"),
        pytest.param(["January 31, 2023"], ["%B %d, %Y"], id="days with names of months"),
        pytest.param(["20230131101500"], ["%Y%m%d%H%M%S"], id="digits alone"),
        pytest.param(["31.1.23 9:05"], ["%d.%m.%y %H:%M"], id="no zeros in front, year of two digits"),
    ],
)  # fmt: skip
def test_formats_are_found_and_the_ingest_reads_them(folder, cells, formats):
    rows = [f'{n},"{cell}",' for n, cell in enumerate(cells)]
    look(write(folder, "ID,Created,Resolved", *rows, f'x,"{cells[0]}","{cells[0]}"'))
    assert sorted(read_mapping("tickets").formats("created_at")) == sorted(formats)
    record = run_ingest(folder, folder / "tickets.csv", "tickets")
    assert (record["kept"], record["rejected"]) == (len(cells) + 1, {})


def test_paths_in_json_are_names(folder):
    """A search of Jira's API: nested, with offsets."""
    issues = [
        {
            "key": f"A-{n}",
            "fields": {"created": moment, "resolutiondate": moment, "status": {"name": "Done"}},
        }
        for n, moment in enumerate(days("%Y-%m-%dT%H:%M:%S.000+0200"))
    ]
    path = folder / "search.json"
    path.write_text(json.dumps({"issues": issues}))
    printed = look(path)
    assert "created_at         fields.created: " in printed
    assert "Where a day begins in the tables" in printed
    assert "names none" not in printed
    mapping = read_mapping("search")
    assert {target: str(one[0]) for target, one in mapping.columns.items()} == {
        "ticket_id": "'key'",
        "created_at": "'fields.created'",
        "resolved_at": "'fields.resolutiondate'",
        "status": "'fields.status.name'",
    }
    assert run_ingest(folder, path, "search")["kept"] == 40


GERMAN = [
    "Ticketnummer;Erstellt am;Gelöst am;Fällig am;Status;Priorität;Kategorie;Bearbeiter;Kunde;Betreff;Kommentar",
    "T-1;30.12.2023 08:15;31.12.2023 14:05;31.12.2023 18:00;Erledigt;Sehr hoch;Netz;Möller;Süd AG;Größe falsch;=1+1",
    "T-2;30.12.2023 09:00;;02.01.2024 18:00;Offen;niedrig;Konto;Weiß;Süd AG;Kein Zugang;ok",
    'T-3;31.12.2023 10:00;31.12.2023 11:30;k. A.;Geschlossen;hoch;Netz;Möller;Nord GmbH;"Drucker; kaputt";x',
]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        pytest.param(
            ["Numéro de ticket", "Date d'ouverture", "Date de résolution", "Statut", "Priorité", "Technicien"],
            ["{n}", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M", "Fermé", "Haute", "Léa"],
            {"ticket_id": 0, "created_at": 1, "resolved_at": 2, "status": 3, "priority": 4, "agent_id": 5},
            id="French",
        ),
        pytest.param(
            ["Número de caso", "Fecha de creación", "Fecha de cierre", "Estado", "Prioridad", "Cliente", "Asunto"],
            ["{n}", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "Cerrado", "Alta", "Uno", "No va"],
            {"ticket_id": 0, "created_at": 1, "resolved_at": 2, "status": 3, "priority": 4, "customer": 5, "subject": 6},
            id="Spanish",
        ),
        pytest.param(
            ["Case ID", "Opened", "Completed On", "Last Modified", "Deadline", "First Reply", "Severity", "Origin", "Title"],
            ["{n}", "%m/%d/%y %I:%M %p", "%m/%d/%y %I:%M %p", "%m/%d/%y %I:%M %p", "%m/%d/%y %I:%M %p",
             "%m/%d/%y %I:%M %p", "P1", "Mail", "Help"],
            {"ticket_id": 0, "created_at": 1, "resolved_at": 2, "updated_at": 3, "due_at": 4, "first_response_at": 5,
             "priority": 6, "channel": 7, "subject": 8},
            id="English, years of two digits",
        ),
        pytest.param(
            ["a", "b", "c", "d"],
            ["X{n}", "%Y-%m-%dT%H:%M:%S+0200", "%d %b %Y", "text"],
            {"ticket_id": 0, "created_at": 1},
            id="names that say nothing: the id and the time that is always there",
        ),
        pytest.param(
            ["ID", "Status", "Created", "Created by", "Resolved", "Resolved by", "Due", "Updated"],
            ["{n}", "Done", "%b %d, %Y %H:%M", "Ann", "%b %d, %Y %H:%M", "Bob", "4:30", "unknown"],
            {"ticket_id": 0, "status": 1, "created_at": 2, "resolved_at": 4},
            id="names of persons, lengths and words are no times",
        ),
    ],
)  # fmt: skip
def test_columns_are_guessed(folder, header, row, expected):
    """By names in several languages, and by values."""
    from opsdesk.guess.find import find
    from opsdesk.guess.table import open_table

    moments = [datetime(2023, 1, 5, 8, 3) + timedelta(hours=17 * n) for n in range(40)]
    lines = [
        "\t".join(
            moment.strftime(cell).replace("{n}", str(n)) if "%" in cell else cell.format(n=n)
            for cell in row
        )
        for n, moment in enumerate(moments)
    ]
    path = write(folder, "\t".join(header), *lines)
    with open_table(path, folder, "x") as table:
        found = {target: one[0].places[0] for target, one in find(table).sources.items()}
    assert found == expected


def test_a_german_excel_file_becomes_tickets(folder):
    printed = look(write(folder, *GERMAN, name="Störungen 2023.csv", encoding="cp1252"))
    mapping = read_mapping("stoerungen_2023")
    assert (mapping.delimiter, mapping.encoding, mapping.timezone) == (";", "cp1252", "")
    assert mapping.closed_statuses == ("Erledigt", "Geschlossen")
    assert mapping.values["priority"] == {"Sehr hoch": "Critical", "hoch": "High", "niedrig": "Low"}
    assert mapping.missing == ("k. A.",)
    assert 'created_at         Erstellt am: "30.12.2023 08:15", ' in printed
    assert "%d.%m.%Y %H:%M reads 100 % of 3 cells" in printed
    assert 'Kommentar: "=1+1"' in printed
    assert "The zone of the times: they name none" in printed
    assert printed.endswith("Next: opsdesk run params/stoerungen_2023.yaml")
    values = read_params_file(folder / "params/stoerungen_2023.yaml")
    assert (values["mapping"], values["agents"], values["as_of"]) == (
        "stoerungen_2023",
        "",
        "latest",
    )
    record = run_ingest(folder, values["export"], "stoerungen_2023", "Europe/Berlin")
    assert (record["kept"], record["rejected"]) == (3, {})
    rows = (
        duckdb.connect()
        .execute(f"""SELECT ticket_id, strftime(created_at, '%d %H:%M'), priority, subject
        FROM read_csv('{folder}/lake/raw/**/*.csv') ORDER BY 1""")
        .fetchall()
    )
    assert rows == [
        ("T-1", "30 07:15", "Critical", "Größe falsch"),
        ("T-2", "30 08:00", "Low", "Kein Zugang"),
        ("T-3", "31 09:00", "High", "Drucker; kaputt"),
    ]


AMBIGUOUS = [
    "Nr,Created,Resolved,Status",
    "1,01/02/2023 10:00,03/02/2023 11:00,Done",
    "2,05/06/2023 10:00,06/06/2023 10:00,Done",
    "3,07/08/2023 10:00,,Open",
]


def test_day_or_month_first_is_left_to_a_person(folder):
    printed = look(write(folder, *AMBIGUOUS))
    assert (
        'Day first or month first in Created: "01/02/2023 10:00", "05/06/2023 10:00", "07/08/2023 10:00". '
        "Write %d/%m/%Y %H:%M or %m/%d/%Y %H:%M for created_at under `timestamps:`"
    ) in printed
    assert "either %d/%m/%Y %H:%M or %m/%d/%Y %H:%M: 3 cells fit both" in printed
    assert read_mapping("tickets").timestamps == {}
    text = (folder / "params/mappings/tickets.yaml").read_text()
    assert '# created_at: [...]   # decide: "%d/%m/%Y %H:%M" or "%m/%d/%Y %H:%M"' in text
    with pytest.raises(OpsdeskError, match="lists no format for created_at"):
        run_ingest(folder, folder / "tickets.csv", "tickets")


@pytest.mark.parametrize(
    ("created", "resolved", "expected", "said"),
    [
        pytest.param("01/02/2023 10:00", "13/02/2023 11:00", "%d/%m/%Y %H:%M",
                     "day and month in the order of Resolved", id="another column decides"),
        pytest.param("02/13/2023 10:00", "02/14/2023 11:00", "%m/%d/%Y %H:%M", "reads 100 %", id="a cell decides"),
        pytest.param("13/02/2023 10:00", "02/13/2023 11:00", "%d/%m/%Y %H:%M", "reads 100 %",
                     id="each column its own"),
    ],
)  # fmt: skip
def test_day_or_month_first_is_seen_where_a_cell_decides(folder, created, resolved, expected, said):
    row = f"9,{created},{resolved},Done"
    printed = look(write(folder, *AMBIGUOUS[:2], row))
    assert read_mapping("tickets").formats("created_at") == (expected,)
    assert said in printed


def test_both_orders_in_one_column_are_left_to_a_person(folder):
    rows = [
        f"{n},{'13/02' if n % 2 else '02/13'}/2023 10:00,02/14/2023 11:00,Done" for n in range(9)
    ]
    assert "Day first or month first in Created" in look(write(folder, AMBIGUOUS[0], *rows))


def test_the_whole_file_is_read(folder):
    """The only cell that decides, another form of dates and a second blank are far down."""
    moments = days("%d/%m/%Y %H:%M", 4_997, datetime(2023, 3, 2), timedelta(minutes=2))
    rows = [f"{n},{moment},{moment},Done" for n, moment in enumerate(moments)]
    rows += [
        "4997,2023-03-04,,Open",
        "4998,31/03/2023 10:00,-,Open",
        "4999,never,06/03/2023 10:00,Done",
    ]
    printed = look(write(folder, AMBIGUOUS[0], *rows))
    mapping = read_mapping("tickets")
    assert mapping.formats("created_at") == ("%d/%m/%Y %H:%M", "%Y-%m-%d")
    assert mapping.missing == ("-",)
    assert '99.9 % of 5,000 cells; not read: 1, such as "never"' in printed


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(["Name;Ort", "Anna;Bonn", "Bert;Köln"], "created_at (when a ticket was created)", id="no times"),
        pytest.param(["ID,Created,Status", "1,2023-01-01 10:00,Open", "2,2023-01-02 10:00,Done"],
                     "resolved_at (when a ticket was resolved)", id="no end"),
        pytest.param(["ID,Created,Resolved", "1,1672567200,1672567300", "2,1672567200,"],
                     "created_at (when a ticket was created)", id="seconds since 1970"),
        pytest.param(["number,opened_at,short_description,caller_id,priority,state,assignment_group,assigned_to",
                      "INC1,2019-07-29 11:48:43,a,b,1 - Critical,Closed,c,d",
                      "INC2,2019-07-29 11:48:44,a,b,1 - Critical,Closed,c,d"],
                     "It looks like the form 'servicenow', of which it has 8 columns, but: ", id="a view without an end"),
        pytest.param(["just text", "and more text"], "has one column only", id="one column"),
        pytest.param(["ID,Created,Resolved"], "has a header and no rows", id="only a header"),
        pytest.param([], "is empty", id="empty"),
        pytest.param(["\x00\x01\x02\x03\xff" * 99], "is not text", id="binary"),
        pytest.param(["%PDF-1.7"], "is a PDF", id="a PDF"),
    ],
)  # fmt: skip
def test_what_is_not_understood_ends_in_one_sentence(folder, opsdesk, lines, said):
    path = write(folder, *lines)
    before = sorted(folder.rglob("*.yaml"))
    code, _, errors = opsdesk("map", str(path))
    assert code == 1
    assert said in errors
    assert len(errors.strip().splitlines()) == 1
    assert sorted(folder.rglob("*.yaml")) == before


def test_times_that_no_format_reads_are_named(folder, opsdesk):
    lines = [
        "ID,Angelegt,Erledigt,Created,Due",
        "1,05. Mär 2023,06. Mär 2023,1672567200,",
        "2,07. Okt 2023,,1672567300,",
    ]
    _, printed, _ = opsdesk("map", str(write(folder, *lines)))
    assert 'resolved_at        Erledigt: "06. Mär 2023"' in printed
    assert "no format reads these as times (names of months must be English)" in printed
    assert "numbers since 1970, which a mapping cannot read" in printed
    assert "due_at             Due: no cell is filled" in printed


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.shown)
def test_each_known_form_is_recognised_by_its_header(folder, system):
    printed = look(system.write(folder), "mine")
    assert f"Known form: {system.mapping} (" in printed
    assert "Different here" not in printed
    assert read_params_file(folder / "params/mine.yaml")["mapping"] == system.mapping


@pytest.mark.parametrize(
    "header",
    [
        "ID;Title;Status;Priority;Category;Created;Closed;Owner",
        "Number,Opened,Closed,State,Priority,Category,Subject",
        "ticket_id,created_at,resolved_at,status,priority,category,agent_id",
        "Ticket,Erstellt am,Gelöst am,Status",
    ],
)
def test_common_names_are_no_known_form(header):
    names = tuple(header.split(";" if ";" in header else ","))
    assert find_known_form(names, "export.csv", typed=True) is None


BOSTON = ["case_enquiry_id,open_dt,target_dt,closed_dt,ontime,case_status,reason,queue,source"]


def boston(*times: str) -> list[str]:
    return [f"{n},{time},,{time},ONTIME,Closed,Trees,Q1,App" for n, time in enumerate(times)]


def test_a_known_form_needs_no_mapping_of_its_own(folder):
    path = write(folder, *BOSTON, *boston(*days("%Y-%m-%d %H:%M:%S")))
    printed = look(path, "trees")
    assert "Known form: boston311 (9 of its columns), params/mappings/boston311.yaml" in printed
    assert "zone" not in printed  # its mapping names it
    assert printed.endswith("Wrote params/trees.yaml.\nNext: opsdesk run params/trees.yaml")
    assert read_params_file(folder / "params/trees.yaml")["mapping"] == "boston311"
    assert read_params_file(folder / "params/trees.yaml")["timezone"] == "America/New_York"


def test_a_known_form_with_other_dates_is_adapted(folder):
    """Through Excel: other dates, another separator, another encoding."""
    lines = [line.replace(",", ";") for line in (*BOSTON, *boston(*days("%d.%m.%Y %H:%M")))]
    printed = look(write(folder, *lines, "99;;;;;;Bäume;;", name="trees.csv", encoding="cp1252"))
    assert "Different here: created_at is %d.%m.%Y %H:%M here, %Y-%m-%d %H:%M:%S there." in printed
    assert "Different here: its columns are separated by ';'." in printed
    mapping = read_mapping("trees")
    assert mapping.formats("created_at") == mapping.formats("resolved_at") == ("%d.%m.%Y %H:%M",)
    assert (mapping.delimiter, mapping.encoding) == (";", "cp1252")
    assert mapping.columns == read_mapping("boston311").columns
    record = run_ingest(folder, folder / "trees.csv", "trees")
    assert (record["kept"], record["rejected"]) == (40, {"missing_created_at": 1})


def test_a_known_form_whose_order_no_cell_decides_is_pointed_out(folder):
    header = "Case Number,Case Owner,Subject,Status,Priority,Date/Time Opened,Date/Time Closed,Case Origin,Type"
    row = "{n},Ann,Help,Closed,High,{t},{t},Web,Bug"
    printed = look(
        write(folder, header, *(row.format(n=n, t="3/4/2023 4:05 PM") for n in range(9)))
    )
    assert (
        "Whether Date/Time Opened is %m/%d/%Y %I:%M %p, as this form has it, or %d/%m/%Y %I:%M %p"
        in printed
    )


def test_nothing_is_written_over(folder):
    path = write(folder, *GERMAN)
    (folder / "params/mappings/tickets.yaml").write_text("mine")
    with pytest.raises(OpsdeskError, match=r"params/mappings/tickets.yaml is there already"):
        look(path)
    assert not (folder / "params/tickets.yaml").exists()
    look(path, "other")
    written = (folder / "params/other.yaml").read_bytes()
    with pytest.raises(OpsdeskError, match=r"params/other.yaml is there already"):
        look(path, "other")
    assert (folder / "params/other.yaml").read_bytes() == written
    assert (folder / "params/mappings/tickets.yaml").read_text() == "mine"
    with pytest.raises(OpsdeskError, match="write letters, digits"):
        look(path, "../../x")


def test_what_does_not_fit_together_is_said(folder):
    header = "Ticket No,Ticket Created Date,Date Resolved,Status,Priority"
    rows = [f"{n},2023-01-02 10:00,2023-01-03 10:00,Done,1" for n in range(8)]
    rows += ["7,2023-01-02 10:00,2023-01-01 10:00,Done,1", "8,2023-01-02 10:00,,Closed,High"]
    rows += [f"{n},2023-01-02 10:00,,Cancelled,High" for n in (9, 10)]
    rows += [f"{n},2023-01-02 10:00,2023-01-03 10:00,In progress,High" for n in (11, 12)]
    printed = look(write(folder, header, *rows))
    for line in (
        "by a part of its name; %Y-%m-%d %H:%M reads 100 % of 14 cells",
        '  open    "Closed": 1 row, 0 with a resolved time; its name says closed, few have',
        '  open    "In progress": 2 rows, 2 with a resolved time; its name says open, most have',
        '  "1": 9 rows -> as it is: not known',
        "Ids that an earlier row has: 1 row; the newest row of a ticket counts.",
        "Resolved before created: 1 row (7.1 %). Is created_at the right column?",
        'What these priorities mean: "1" (`values:` in the mapping translates them).',
        'Whether these tickets count: "Cancelled" (`exclude:` in the mapping leaves them out).',
        "The SLA targets: no column has any.",
    ):
        assert line in printed, line
    assert read_mapping("tickets").closed_statuses == ("Done",)


def test_what_cells_hold_cannot_harm(folder, opsdesk):
    """An escape, a sign of direction, a formula, a quote for YAML and an endless text; names too."""
    cells = ["\x1b[2J\u202eevil", "=cmd|' /C calc'!A0", 'a": {b', "x" * 9_999]
    lines = [f'{n},2023-01-0{n},2023-02-0{n},"{cell}","{cell}"' for n, cell in enumerate(cells, 1)]
    path = write(
        folder,
        'ID,Created,Resolved,Status,"No\u202ete"',
        *(line.replace('a":', 'a"":') for line in lines),
    )
    code, printed, _ = opsdesk("map", str(path))
    assert code == 0
    assert "\x1b" not in printed and "\u202e" not in printed
    assert '"\\x1b[2J\\u202eevil"' in printed
    assert max(map(len, printed.splitlines())) < 250
    assert read_mapping("tickets").closed_statuses[1] == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("form", ["xlsx", "zip", "json", "parquet"])
def test_every_form_of_file_is_understood(folder, form):
    moments = days("%Y-%m-%d %H:%M:%S")
    rows = [(f"A{n}", moment, moment, "Closed") for n, moment in enumerate(moments)]
    path = folder / f"helpdesk.{form}"
    header = ("Ticket ID", "Created", "Closed", "Status")
    if form == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Tickets")
            sheet.write(0, 0, "Tickets of the year")
            sheet.write_row(2, 0, header)
            shape = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for number, (key, created, closed, status) in enumerate(rows, 3):
                sheet.write(number, 0, key)
                sheet.write_datetime(number, 1, datetime.fromisoformat(created), shape)
                sheet.write_datetime(number, 2, datetime.fromisoformat(closed), shape)
                sheet.write(number, 3, status)
    elif form == "zip":
        lines = "\n".join(";".join(row) for row in (header, *rows))
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("export.csv", lines.encode("utf-16"))
    elif form == "json":
        path.write_text(json.dumps([dict(zip(header, row, strict=True)) for row in rows]))
    else:
        listed = ", ".join(f"({', '.join(map(repr, row))})" for row in rows)
        names = ", ".join(f'"{name}"' for name in header)
        duckdb.connect().execute(
            f"COPY (SELECT * FROM (VALUES {listed}) AS t({names})) TO '{path}'"
        )
    printed = look(path)
    assert "helpdesk" in printed.splitlines()[0]
    assert "100 % of 40 cells" in printed
    assert read_mapping("helpdesk").header_row == (3 if form == "xlsx" else 1)
    assert run_ingest(folder, path, "helpdesk")["kept"] == 40


def test_the_command_leads_to_the_same_tickets_as_the_shipped_mapping(folder, opsdesk):
    code, printed, _ = opsdesk("map", str(SAMPLE), "--name", "mine")
    assert code == 0
    assert "Known form: ops_tickets (12 of its columns)" in printed
    values = read_params_file(folder / "params/mine.yaml")
    record = run_ingest(folder, values["export"], values["mapping"])
    assert record["rows"] == 3_004


def test_the_words_are_texts_and_no_name_means_two_columns():
    content = words()
    listed = [*content["names"].values(), *content["priorities"].values()]
    listed += [content[key] for key in ("noise", "closed", "open", "no_work", "missing")]
    assert all(isinstance(text, str) for group in listed for text in group)
    closed = set(content["closed"])
    assert not closed & set(content["open"])
    assert not closed & set(content["no_work"])
