"""deploy/send_digest.py gives a digest to a real SMTP server, byte by byte, or says why not."""

import re
import socket
import subprocess
import sys
import threading

import pytest

from opsdesk import project

PROGRAM = project.ROOT / "deploy" / "send_digest.py"
DIGEST = "Subject: =?utf-8?q?B=C3=B6?=\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\n\r\n.a line\r\nX-Unsent: 1\r\n"


def serve(listener: socket.socket, answers: dict[str, str], heard: list[str]) -> None:
    """Answer one client as RFC 5321 has it; `answers` replaces answers by their verb."""
    given = {"DATA": "354 go on", "QUIT": "221 bye"} | answers
    connection, _ = listener.accept()
    with connection, connection.makefile("rw", encoding="utf-8", newline="") as lines:
        lines.write("220 here\r\n")
        lines.flush()
        is_data = False
        for line in lines:
            heard.append(line)
            if is_data and line != ".\r\n":
                continue
            verb = line[:4].upper()
            lines.write(("250 taken" if is_data else given.get(verb, "250 yes")) + "\r\n")
            lines.flush()
            is_data = verb == "DATA" and given["DATA"].startswith("354")
            if verb == "QUIT":
                break


@pytest.fixture
def server():
    """Start a server; its address, and what it hears."""
    heard, threads = [], []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def start(**answers: str) -> str:
            thread = threading.Thread(target=serve, args=(listener, answers, heard), daemon=True)
            threads.append(thread)
            thread.start()
            return f"127.0.0.1:{listener.getsockname()[1]}"

        yield start, heard
        for thread in threads:
            thread.join(10)


def send(*arguments: str, digest: str = DIGEST) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, PROGRAM, *arguments],
        input=digest.encode(),
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_server_gets_the_digest_with_addresses_and_date(server):
    start, heard = server
    sent = send(start(), "desk@example.com", "lead@example.com")
    assert sent == (0, "The digest was mailed to lead@example.com.\n", "")
    whole = "".join(heard)
    assert "mail FROM:<desk@example.com>" in whole
    assert "rcpt TO:<lead@example.com>" in whole
    message = whole.partition("data\r\n")[2]
    head, _, rest = message.partition("Subject:")
    date = r"Date: \w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
    assert re.fullmatch(f"From: desk@example.com\r\nTo: lead@example.com\r\n{date}\r\n", head)
    # the mark of a draft is gone from the head alone; a point that begins a line is doubled
    assert rest.startswith(
        " =?utf-8?q?B=C3=B6?=\r\nMIME-Version: 1.0\r\n\r\n..a line\r\nX-Unsent: 1\r\n.\r\n"
    )


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param({"RCPT": "550 no such user"}, "no such user", id="recipient refused"),
        pytest.param({"DATA": "451 full"}, "full", id="no room"),
        pytest.param(
            {"EHLO": "250-here\r\n250 STARTTLS", "STAR": "454 no TLS"},
            "no TLS",
            id="encryption that is offered and fails",
        ),
    ],
)
def test_a_server_that_refuses(server, answers, says):
    start, heard = server
    code, said, error = send(start(**answers), "desk@example.com", "lead@example.com")
    assert (code, said) == (1, "")
    assert re.fullmatch(f"The digest was not mailed, .* did not take it: .*{says}.*\n", error)
    assert "Subject" not in "".join(heard)


@pytest.mark.parametrize(
    ("arguments", "digest", "says"),
    [
        pytest.param(["127.0.0.1:9"], "", "There is no digest on standard input", id="no digest"),
        pytest.param(["127.0.0.1:1"], DIGEST, "did not take it: .*refused", id="no server"),
        pytest.param(["127.0.0.1:x"], DIGEST, "did not take it: .*'x'", id="no port"),
    ],
)
def test_what_cannot_be_sent(arguments, digest, says):
    code, _, error = send(*arguments, "desk@example.com", "lead@example.com", digest=digest)
    assert code == 1 and re.search(says, error) and "Traceback" not in error


def test_too_few_arguments():
    assert send("server")[2] == "Write: send_digest.py SERVER[:PORT] FROM TO < digest.eml\n"
