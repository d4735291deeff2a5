"""`%load_ext opsdesk`: `%opsdesk`, `%sql` and `%%sql` in a notebook or in IPython."""

import re
from keyword import iskeyword

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)

from opsdesk.errors import OpsdeskError
from opsdesk.explore.sentence_error import one_sentence
from opsdesk.session import Session
from opsdesk.session import open as open_session

SAMPLE = "params/sample.yaml"
HELP = """\
%opsdesk [PARAMS]        choose the params file whose published tables %sql asks;
                         before the first choice it is params/sample.yaml
%sql [-o NAME] SELECT    show the rows of a SELECT as a frame
%%sql [-o NAME]          the same, with the SELECT in the lines below
  -o NAME                put the frame into the variable NAME instead, and say how long it is
  -h, --help             this text"""
LINE = re.compile(r"\s*(?:-o\s+(?P<name>\S+))?\s*(?P<rest>.*)", re.DOTALL)
ASKS_FOR_HELP = re.compile(r"\s*(-h|--help)\s*")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; IPython calls this for `%load_ext opsdesk`."""
    shell.register_magics(OpsdeskMagics)


@magics_class
class OpsdeskMagics(Magics):
    """The magics, and the session that was chosen last."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._user = shell
        self._session: Session | None = None

    @line_magic("opsdesk")  # type: ignore[arg-type]  # IPython types its argument as Never
    def choose(self, line: str) -> Session | None:
        """Choose a params file: `%opsdesk params/NAME.yaml`; return its session."""
        if ASKS_FOR_HELP.fullmatch(line):
            return print(HELP)
        with one_sentence():
            if line.strip():
                self._session = open_session(line.strip())
            return self._chosen()

    @no_var_expand
    @line_cell_magic("sql")  # type: ignore[arg-type]
    def ask(self, line: str, cell: str | None = None) -> pd.DataFrame | None:
        """Return the rows of a SELECT on the published tables; `%sql --help` says more."""
        if ASKS_FOR_HELP.fullmatch(line):
            return print(HELP)
        with one_sentence():
            name, sql = read_arguments(line, cell)
            rows = self._chosen().query(sql)
        if not name:
            return rows
        self._user.user_ns[name] = rows
        return print(f"{name}: {len(rows):,} rows, {len(rows.columns)} columns")

    def _chosen(self) -> Session:
        if self._session is None:
            self._session = open_session(SAMPLE)
        return self._session


def read_arguments(line: str, cell: str | None) -> tuple[str, str]:
    """Return the name for the frame, "" where it is shown, and the SELECT.

    Raises:
        OpsdeskError: no name that a variable can have, or something else on the first line.
    """
    found = LINE.fullmatch(line)
    name = found["name"] or "" if found else ""
    rest = found["rest"].strip() if found else ""
    if name and (not name.isidentifier() or iskeyword(name)):
        raise OpsdeskError(f"-o {name}: no variable can have that name; take one such as days.")
    if rest.endswith((".yaml", ".yml")) and " " not in rest:
        raise OpsdeskError(
            f"Type `%opsdesk {rest}` once; `%sql` asks that params file from then on."
        )
    if cell is None:
        return name, rest
    if rest:
        raise OpsdeskError(
            f"The first line of %%sql takes -o NAME only, and has {rest!r}: "
            "write the SELECT in the lines below."
        )
    return name, cell
