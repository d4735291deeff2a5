"""The rule for secrets: what is hidden, what stays, and that no text takes long."""

from time import perf_counter

import pytest

from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import holds_secret, looks_secret, redacted, redacted_values
from secrets_table import SECRETS

PLAIN = [
    "write it as key=value, such as -p timezone=Europe/Berlin",
    "storage=http://127.0.0.1:4443 bigquery=http://127.0.0.1:9050",
    "duckdb:outputs/monday/opsdesk.duckdb",
    "bigquery:example.com:my-project.ops_analytics",
    "gs://bucket/export_2023-01-*.csv",
    "data/key=1/part.csv",
    "spark.sql.shuffle.partitions=4 spark.executor.memory=2g",
    "spark://host:7077",
    "http://host:8080/path/file@2x.png",
    "ssh://git@example.com/opsdesk.git",
    "abfss://container@account.dfs.core.windows.net/folder",
    "opsdesk@my-project.iam.gserviceaccount.com",
    "Duplicate key \"id: 5\" violates primary key constraint",
    "The token of the emulator: read the log.",
    "there is no login to Google Cloud on this machine: type `gcloud auth application-default login`",
    "design=new assigned=7 sigma=0.5",
    "bearer of the message",
    "-p password=...: looks like a secret",
    "2023-01-31T10:00:00+00:00",
    "-----BEGIN CERTIFICATE-----\nMIIBAAAAAAAA\n-----END CERTIFICATE-----",
    "T-1, password reset, open, agent@example.com",
]  # fmt: skip


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_hidden(text, secret):
    around = f"Cannot open {text} (line 3): try again."
    shown = redacted(around)
    assert secret not in shown and "***" in shown
    assert shown.startswith("Cannot open ") and holds_secret(text)
    assert redacted(shown) == shown
    assert secret not in str(OpsdeskError(around))


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_colours_of_a_terminal_hide_no_secret(text, secret):
    coloured = text.replace("=", "\x1b[38;5;241m=\x1b[39m\x1b[33m")
    assert secret not in redacted(coloured)


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays(text):
    assert redacted(text) == text


def test_what_comes_before_and_after_stays():
    assert redacted("a http://me:hunter2@host:80/x?y=1&sig=abc&z=2 b") == (
        "a http://***@host:80/x?y=1&sig=***&z=2 b"
    )
    assert redacted('{"user": "me", "password": "hunter2", "port": 1}') == (
        '{"user": "me", "password": ***, "port": 1}'
    )


def test_a_secret_over_several_lines_of_a_notebook():
    lines = ["text\n", "-----BEGIN PRIVATE KEY-----\n", "MIIEvQhunter2\n", "-----END PRIVATE KEY-----\n", "end"]  # fmt: skip
    cell = {"outputs": [{"text": lines, "count": 1}], "source": ["a = 1\n", "a"]}
    shown = redacted_values(cell)
    assert shown == {
        "outputs": [{"text": ["text\n", "***\n", "end"], "count": 1}],
        "source": ["a = 1\n", "a"],
    }


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("PASSWORD", True), ("spark.hadoop.fs.s3a.secret.key", True), ("fs.azure.sas.c.a", True),
        ("client_secret", True), ("X-Goog-Signature", True), ("Authorization", True),
        ("timezone", False), ("as_of", False), ("spark.sql.ansi.enabled", False),
        ("design", False), ("sasquatch", False),
    ],
)  # fmt: skip
def test_a_name(name, is_secret):
    assert looks_secret(name) is is_secret


@pytest.mark.parametrize(
    "piece",
    ["token", "password=", 'token="', "http://a:", "http://a:b", "-----BEGIN PRIVATE KEY-----", "--key ",
     "\\\\\"", "eyJ", "a.", "key:", "bearer ", " ", "\\", "'", "sig="],
)  # fmt: skip
def test_no_text_takes_long(piece):
    text = piece * (200_000 // len(piece))
    begun = perf_counter()
    redacted(text)
    assert perf_counter() - begun < 6  # 0.1 to 1 s on an idle machine
