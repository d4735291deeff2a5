"""Texts for a person: nothing that steers a terminal, nothing longer than a person reads."""

import os
import pty
import subprocess
import sys

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.guards.texts import is_plain, one_line, printable, readable
from published import publish

SIGNS = {
    "escape": "\x1b[31m", "bell": "\x07", "carriage return": "\r", "backspace": "\x08", "tab": "\t", "delete": "\x7f",
    "C1 escape": "\x9b31m", "order reversed": "\u202e", "isolate": "\u2066", "mark": "\u200f", "zero width": "\u200b",
    "byte order mark": "\ufeff", "line separator": "\u2028", "half a sign": "\ud800", "a byte": "\udcff", "title": "\x1b]0;x\x07",
}  # fmt: skip
CASES = [pytest.param(sign, id=name) for name, sign in SIGNS.items()]


@pytest.mark.parametrize("sign", CASES)
def test_no_control_character_reaches_a_person(sign):
    text = f"a{sign}b\nc"
    for shown in (printable(text), readable(text), str(OpsdeskError(text))):
        assert shown.replace("\n", "").isprintable()
        assert shown.startswith("a ") and shown.endswith("b\nc")
    assert one_line(text).isprintable()
    assert not is_plain(f"a{sign}b")


@pytest.mark.parametrize("text", ["Zürich 日本 😀", "עברית", "a b", "", "100 %"])
def test_other_text_stays(text):
    assert printable(text) == text and is_plain(text)


def test_a_message_keeps_its_start_and_its_end():
    text = "start" + "x" * 20_000_000 + "end"
    shown = str(OpsdeskError(text))
    assert shown.startswith("startxxx") and shown.endswith("xxxend")
    assert "19,998,208 characters left out" in shown and len(shown) < 2_000
    assert str(OpsdeskError("x" * 2_000)) == "x" * 2_000


def test_a_secret_across_a_cut_is_hidden():
    text = "x" * 1_390 + " http://me:hunter2hunter2@host " + "y" * 5_000
    assert "hunter2" not in str(OpsdeskError(text))


QUERIES = {
    "a cell": "SELECT 'a' || chr({number}) || 'b' AS x",
    "a name": 'SELECT 1 AS "a{sign}b"',
    "an error": "SELECT * FROM \"a{sign}b\"",
}  # fmt: skip


@pytest.mark.parametrize("number", [27, 7, 13, 0x9B, 0x202E])
@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in QUERIES.items()])
@pytest.mark.parametrize("form", ["table", "csv"])
def test_a_terminal_gets_no_control_character_of_a_query(tmp_path, sql, form, number):
    (tmp_path / "params").mkdir()
    params = tmp_path / "params" / "mine.yaml"
    file = publish(tmp_path / "x.duckdb")
    params.write_text(f'warehouse: "duckdb:{file}"\nas_of: "latest"\nagents: ""\n')
    text = sql.format(number=number, sign=chr(number))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "opsdesk.cli", "query", str(params), text, "--format", form]
    program = "from opsdesk.cli import main; main()"
    command[1:3] = ["-c", program]
    done = subprocess.Popen(command, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 10_000):
            shown += piece
    except OSError:  # the terminal is closed
        pass
    done.wait()
    os.close(ours)
    lines = shown.decode().replace("\r\n", "\n")
    assert lines.replace("\n", "").isprintable(), ascii(lines)
    assert "a" in lines
