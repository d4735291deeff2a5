"""Secrets in parameters, cells, errors and the last words of a kernel: in nothing that a run leaves."""

import pytest

from opsdesk.config.parameters import read_parameters
from opsdesk.errors import OpsdeskError
from secrets_table import SECRETS
from tiny_project import make_project

TEXTS = [case.values[0] for case in SECRETS]
NEVER_SHOWN = sorted({case.values[1] for case in SECRETS})
PRINTS = f"texts = {TEXTS!r}\nfor text in texts: print(text)"
WARNS = "import sys\nfor text in texts: print(text, file=sys.stderr)"
SHOWS = (
    "from IPython.display import HTML, Markdown, display\n"
    "for text in texts: display(HTML(f'<table><tr><td>{text}</td></tr></table>'), Markdown('- ' + text))"
)
OURS = (
    "from opsdesk.errors import OpsdeskError\nraise OpsdeskError('Cannot open ' + ' '.join(texts))"
)
FOREIGN = "try: 1 / 0\nexcept ZeroDivisionError as error: raise ValueError('; '.join(t.replace(chr(10), ' ') for t in texts)) from error"
LINE = "connect(password='hunter2', url='http://me:hunter2@host')"
DIES = "import os\nfor text in texts: os.write(2, (text + '\\n').encode())\nos._exit(9)"


def leaks(folder, *printed):
    """Every secret that is in a file below `folder`, or in what was printed."""
    texts = {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}
    texts |= {f"printed {place}": text for place, text in enumerate(printed)}
    assert any(name.endswith(".ipynb") for name in texts)
    return [
        (name, secret) for name, text in texts.items() for secret in NEVER_SHOWN if secret in text
    ]


@pytest.mark.parametrize(
    ("last", "code", "debug"),
    [
        pytest.param("1", 0, [], id="a good run"),
        pytest.param(OURS, 1, [], id="an error of ours"),
        pytest.param(OURS, 1, ["--debug"], id="an error of ours with its traceback"),
        pytest.param(FOREIGN, 1, ["--debug"], id="an error of a library with its traceback"),
        pytest.param(LINE, 1, ["--debug"], id="in the line of source that a traceback shows"),
        pytest.param(DIES, 3, [], id="the last words of a kernel"),
    ],
)
def test_no_file_and_no_line_of_a_run_has_a_secret(
    opsdesk,
    monkeypatch,
    tmp_path,
    last,
    code,
    debug,
):
    make_project(monkeypatch, tmp_path, ingest=[PRINTS, WARNS, SHOWS, last], backfill=["1"])
    ended, out, err = opsdesk("run", "params/mine.yaml", *debug)
    assert ended == code, err
    _, status, _ = opsdesk("status", "params/mine.yaml")
    assert leaks(tmp_path / "outputs", out, err, status) == []
    copy = next((tmp_path / "outputs").glob("*/runs/*/01_ingest.ipynb")).read_text()
    assert "http://***@host:9050/v1" in copy  # not simply empty


@pytest.mark.parametrize("key", ["export", "lake", "google.endpoints", "spark.conf", "as_of"])
@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_parameter_that_holds_a_secret_is_refused(monkeypatch, tmp_path, key, text, secret):
    make_project(monkeypatch, tmp_path)
    with pytest.raises(OpsdeskError) as refused:
        read_parameters("params/mine.yaml", {key: text})
    sentence = str(refused.value)
    assert "looks like a secret" in sentence and secret not in sentence
    assert sentence.startswith(f"-p {key}=...: ")


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_params_file_that_holds_a_secret_is_refused(
    opsdesk,
    monkeypatch,
    tmp_path,
    text,
    secret,
):
    make_project(monkeypatch, tmp_path)
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    (tmp_path / "params" / "mine.yaml").write_text(f'google:\n  endpoints: "{quoted}"\n')
    for command in (["run"], ["run", "--debug"], ["status"], ["dataproc", "--dry-run"]):
        ended, out, err = opsdesk(command[0], "params/mine.yaml", *command[1:])
        assert ended == 1 and "looks like a secret" in err
        assert secret not in out + err
    assert not (tmp_path / "outputs").exists()
