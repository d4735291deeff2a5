"""The command line, called as a person does."""

import sys

import pytest

from opsdesk import cli


@pytest.fixture
def opsdesk(monkeypatch, capfd):
    """Call `opsdesk ARGUMENTS`; return its exit code, what it printed, and its errors."""

    def call(*arguments):
        hook = sys.excepthook
        monkeypatch.setattr(sys, "argv", ["opsdesk", *arguments])
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        except Exception as error:  # --debug lets it through to Python, which prints it and ends
            sys.excepthook(type(error), error, error.__traceback__)
            code = 1
        finally:
            sys.excepthook = hook
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call
