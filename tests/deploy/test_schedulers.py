"""deploy/cron and deploy/systemd: their lines, run as cron and systemd do, on a real project."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from opsdesk import project

DEPLOY = project.ROOT / "deploy"
HOME = "/srv/opsdesk"  # what the files say; each test puts its own folder there
SENDMAIL = "/usr/sbin/sendmail"
CODE = "from opsdesk.cli import main; main()"
HOLD = """
import sys
from pathlib import Path
from opsdesk.runner.lock import run_lock
with run_lock(Path(sys.argv[1]), "20261124T030000-000", "2026-11-24T03:00:00+00:00"):
    print(flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A project with the sample as params/local.yaml, and a sendmail that writes down its mails."""
    root = tmp_path_factory.mktemp("srv") / "opsdesk"
    for name in ("lib", "notebooks", "params"):
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(project.ROOT / name, root / name, ignore=ignored)
    shutil.copy(root / "params" / "sample.yaml", root / "params" / "local.yaml")
    (root / "params" / "broken.yaml").write_text('timezone: "Mars"\n')
    (root / "outputs").mkdir()
    command = f"PYTHONPATH={root}/lib exec {sys.executable} -c '{CODE}' \"$@\""
    write_program(root / ".venv" / "bin" / "opsdesk", command)
    write_program(root / "sendmail", f'echo "to $1" >> {root}/mails; cat >> {root}/mails')
    return root


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def in_use(home):
    """Another process holds the lock of outputs/local."""
    code = [sys.executable, "-c", HOLD, str(home / "outputs" / "local")]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        yield holder
        holder.stdin.close()


def cron_lines() -> list[tuple[str, str]]:
    """Return the five fields and the command of each line, also of those to choose from."""
    text = (DEPLOY / "cron" / "crontab").read_text()
    return re.findall(r"^#?(\d+ \d+ \S+ \S+ \S+)  (.+)$", text, re.MULTILINE)


def placed(text: str, home: Path) -> str:
    return text.replace(SENDMAIL, f"{home}/sendmail").replace(HOME, str(home))


def run_as_cron(command: str, home: Path) -> subprocess.CompletedProcess:
    """Run a command in the environment of cron."""
    bare = {"HOME": "/", "LOGNAME": "me", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    (home / "mails").write_text("")
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env=bare, capture_output=True, text=True, check=False
    )


def test_the_line_of_cron_runs_and_mails(home):
    (_, plain), (days, mailing) = cron_lines()
    assert days == "15 6 * * 1-5"
    assert "%" not in plain + mailing  # cron reads it as the end of the line
    done = run_as_cron(placed(mailing, home), home)
    log = (home / "outputs" / "cron.log").read_text()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), log
    assert re.search(r"^.*\b20\d\d\b.*\n\d\d:\d\d:\d\d  Run ", log)  # the date, then the time
    digest = (home / "outputs" / "local" / "latest" / "digest.eml").read_bytes()
    assert (home / "mails").read_bytes() == b"to lead@example.com\n" + digest


@pytest.mark.parametrize("place", [0, 1], ids=["plain", "mailing"])
def test_cron_is_silent_where_another_run_is_at_work_and_mails_no_digest(home, in_use, place):
    log = home / "outputs" / "cron.log"
    log.unlink(missing_ok=True)
    done = run_as_cron(placed(cron_lines()[place][1], home), home)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "outputs/local is in use by run 20261124T030000-000" in log.read_text()
    assert (home / "mails").read_text() == ""


@pytest.mark.parametrize("place", [0, 1], ids=["plain", "mailing"])
def test_cron_mails_why_a_run_failed_and_no_digest(home, place):
    command = placed(cron_lines()[place][1], home).replace("params/local", "params/broken")
    done = run_as_cron(command, home)
    assert re.search(r"\b20\d\d\b.*\nopsdesk: .*Mars", done.stdout)
    assert (home / "mails").read_text() == ""


def test_cron_says_that_the_folder_is_not_there(home):
    done = run_as_cron(cron_lines()[0][1].replace(HOME, f"{home}/no"), home)
    assert done.returncode != 0 and f"{home}/no" in done.stderr


def test_the_readme_shows_the_line_of_the_crontab():
    (shown,) = re.findall(r"```cron\n(.+)\n```", (project.ROOT / "README.md").read_text())
    (fields, command), _ = cron_lines()
    assert f"{fields}  {command}".startswith(shown)


def service(home: Path) -> configparser.SectionProxy:
    """Return the section Service of the unit for params/local.yaml."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read_string((DEPLOY / "systemd" / "opsdesk@.service").read_text().replace("%i", "local"))
    section = unit["Service"]
    for key, value in section.items():
        section[key] = placed(value, home)
    return section


def test_the_service_runs_in_its_folder(home, in_use):
    section = service(home)
    done = subprocess.run(
        section["ExecStart"].split(), cwd=section["WorkingDirectory"], env={}, check=False
    )
    assert str(done.returncode) in section["SuccessExitStatus"].split()


@pytest.mark.parametrize(
    ("status", "to", "mailed"),
    [
        pytest.param("0", "lead@example.com", "to lead@example.com\nthe digest", id="a good run"),
        pytest.param("0", "", "", id="no address"),
        pytest.param("6", "lead@example.com", "", id="in use"),
        pytest.param("1", "lead@example.com", "", id="a failed run"),
        pytest.param("TERM", "lead@example.com", "", id="killed"),
    ],
)
def test_the_service_mails_after_a_good_run_only(home, tmp_path, status, to, mailed):
    """systemd gives the shell the text between the quotes, and one dollar for two."""
    command = re.fullmatch(r"/bin/sh -c '(.+)'", service(home)["ExecStopPost"])[1]
    digest = tmp_path / "outputs" / "local" / "latest" / "digest.eml"
    digest.parent.mkdir(parents=True)
    digest.write_text("the digest")
    (home / "mails").write_text("")
    given = {"PATH": os.environ["PATH"], "EXIT_STATUS": status, "MAIL_TO": to}
    shell = ["/bin/sh", "-c", command.replace("$$", "$")]
    subprocess.run(shell, cwd=tmp_path, env=given, check=True)
    assert (home / "mails").read_text() == mailed


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_takes_the_units(home, tmp_path):
    for unit in (DEPLOY / "systemd").glob("opsdesk@.*"):
        (tmp_path / unit.name).write_text(placed(unit.read_text(), home))
    units = ["opsdesk@local.service", "opsdesk@local.timer"]
    verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    done = subprocess.run(
        [*verify, *(tmp_path / unit for unit in units)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
