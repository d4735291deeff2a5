"""deploy/windows: the task is one of Task Scheduler's schema, and its parts fit together."""

import re
from pathlib import PureWindowsPath
from xml.etree import ElementTree

import pytest

from opsdesk import project

FOLDER = project.ROOT / "deploy" / "windows"
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
BOOLEAN = "true|false"
DURATION = r"P(?=\w)(\d+D)?(T(?=\w)(\d+H)?(\d+M)?(\d+S)?)?"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
TEXT = r"\S.*"
# Of the schema that [MS-TSCH] 2.5 documents, the elements we use: what each holds. A tuple is in
# that order; a dict is in any.
SCHEMA = {
    "Task": {"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"},
    "RegistrationInfo": {"URI", "Source", "Date", "Author", "Version", "Description"},
    "Description": TEXT,
    "Triggers": {"CalendarTrigger", "TimeTrigger", "BootTrigger", "LogonTrigger"},
    "CalendarTrigger": (
        "Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit",
        "RandomDelay", "ScheduleByDay", "ScheduleByWeek",
    ),
    "StartBoundary": MOMENT,
    "ScheduleByDay": {"DaysInterval"},
    "DaysInterval": r"[1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5]",
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "LogonType": "S4U|Password|InteractiveToken|InteractiveTokenOrPassword",
    "RunLevel": "LeastPrivilege|HighestAvailable",
    "Settings": {
        "AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "WakeToRun",
        "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries", "AllowHardTerminate",
        "StartWhenAvailable", "RunOnlyIfNetworkAvailable", "Enabled", "Hidden",
        "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle",
    },
    "MultipleInstancesPolicy": "Parallel|Queue|IgnoreNew|StopExisting",
    "DisallowStartIfOnBatteries": BOOLEAN,
    "StopIfGoingOnBatteries": BOOLEAN,
    "StartWhenAvailable": BOOLEAN,
    "ExecutionTimeLimit": DURATION,
    "Actions": {"Exec", "ComHandler", "SendEmail", "ShowMessage"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
    "Command": TEXT,
    "Arguments": TEXT,
    "WorkingDirectory": TEXT,
}  # fmt: skip


def problems(element: ElementTree.Element):
    """Yield what the schema does not allow in an element and all below it."""
    name = element.tag.removeprefix(SPACE)
    allowed = SCHEMA.get(name)
    inside = [child.tag.removeprefix(SPACE) for child in element]
    if allowed is None:
        yield f"{name} is not in the schema"
    elif isinstance(allowed, str):
        if inside or not re.fullmatch(allowed, element.text or ""):
            yield f"{name} is {element.text!r}"
    else:
        yield from (f"{name} holds {other}" for other in inside if other not in allowed)
        if len(set(inside)) < len(inside):
            yield f"{name} holds an element twice"
        if isinstance(allowed, tuple) and inside != [each for each in allowed if each in inside]:
            yield f"{name} is not in order"
    for child in element:
        yield from problems(child)


def read_task() -> ElementTree.Element:
    return ElementTree.fromstring((FOLDER / "opsdesk.xml").read_bytes())


def test_the_task_is_one_of_the_schema():
    task = read_task()
    assert (task.tag, task.get("version")) == (f"{SPACE}Task", "1.2")
    assert list(problems(task)) == []
    actions, principal = task.find(f"{SPACE}Actions"), task.find(f".//{SPACE}Principal")
    assert actions.get("Context") == principal.get("id")


@pytest.mark.parametrize(
    ("text", "changed", "found"),
    [
        pytest.param("<RunLevel>", "<Level>", "Principal holds Level", id="unknown element"),
        pytest.param("PT4H", "4h", "ExecutionTimeLimit is '4h'", id="not a duration"),
        pytest.param("IgnoreNew", "ignore", "MultipleInstancesPolicy is", id="not a policy"),
        pytest.param("T06:15:00<", " 06:15<", "StartBoundary is", id="not a moment"),
    ],
)
def test_a_wrong_task_is_found(text, changed, found):
    written = (FOLDER / "opsdesk.xml").read_text()
    closing = text.replace("<", "</")
    wrong = written.replace(text, changed).replace(closing, changed.replace("<", "</"))
    assert wrong != written
    assert any(found in problem for problem in problems(ElementTree.fromstring(wrong)))


def test_the_task_is_ascii_and_names_no_encoding():
    """schtasks reads it as a file, and PowerShell as text in memory: no declaration fits both."""
    raw = (FOLDER / "opsdesk.xml").read_bytes()
    assert raw.isascii() and raw.startswith(b'<?xml version="1.0"?>')


def test_the_task_starts_the_script_which_starts_what_is_there():
    task = read_task()
    command = PureWindowsPath(task.find(f".//{SPACE}Command").text)
    home = task.find(f".//{SPACE}WorkingDirectory").text
    assert (project.ROOT / command.relative_to(home).as_posix()).is_file()
    script = (FOLDER / command.name).read_text()
    assert script.isascii()
    assert "opsdesk run params/%1.yaml" in script
    (sent,) = re.findall(r"python (\S+)", script)
    assert (project.ROOT / PureWindowsPath(sent).as_posix()).is_file()
