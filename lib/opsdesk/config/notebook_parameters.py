"""Which parameters the notebooks declare, read from their cells tagged `parameters`.

Nothing is run for that.
"""

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import parse_json


@dataclass(frozen=True)
class Declared:
    """One parameter as a notebook declares it: `name: str = default  # comment`.

    A block is `name: dict = {}`.
    """

    name: str
    default: str
    comment: str
    is_block: bool = False


def declared_parameters(folder: Path) -> dict[str, dict[str, Declared]]:
    """Return the parameters that each notebook declares, by the notebook's stem, in order.

    Raises:
        OpsdeskError: no notebook in `folder`, one that cannot be read, or two that disagree about a
            default.
    """
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise OpsdeskError(
            f"No notebooks named like 01_ingest.ipynb in {folder}: "
            "the project folder is not complete."
        )
    declared = {path.stem: _of_notebook(path) for path in notebooks}
    _refuse_disagreement(declared)
    return declared


def all_declared(declared: dict[str, dict[str, Declared]]) -> dict[str, Declared]:
    """Return every declared parameter once, in the order of the notebooks."""
    parameters: dict[str, Declared] = {}
    for of_notebook in declared.values():
        parameters |= of_notebook
    return parameters


def _of_notebook(path: Path) -> dict[str, Declared]:
    try:
        cells = parse_json(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OpsdeskError(f"{path} is not a notebook that can be read: {error}") from None
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", ())]
    return _of_source(path, "".join(tagged[0]["source"])) if tagged else {}


def _of_source(path: Path, source: str) -> dict[str, Declared]:
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError) as error:
        raise OpsdeskError(f"{path}: its cell tagged `parameters` is not Python: {error}") from None
    parameters = [_of_line(path, statement, comments) for statement in statements]
    return {parameter.name: parameter for parameter in parameters}


def _of_line(path: Path, statement: ast.stmt, comments: dict[int, str]) -> Declared:
    # `name: str = ...` has one target, `name = ...` a list of them.
    target = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
    value = getattr(statement, "value", None)
    comment = comments.get(statement.end_lineno or 0, "")
    if isinstance(target, ast.Name):
        if isinstance(value, ast.Dict) and not value.keys:
            return Declared(target.id, "", comment, is_block=True)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return Declared(target.id, value.value, comment)
    raise OpsdeskError(
        f"{path}: `{ast.unparse(statement)}` in its cell tagged `parameters` is not of the form "
        'name: str = "default"  # what it means, or name: dict = {}.'
    )


def _comments(source: str) -> dict[int, str]:
    """Return the comments of a source by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _refuse_disagreement(declared: dict[str, dict[str, Declared]]) -> None:
    first: dict[str, tuple[str, str]] = {}
    for notebook, parameters in declared.items():
        for name, parameter in parameters.items():
            where, default = first.setdefault(name, (notebook, parameter.default))
            if default != parameter.default:
                raise OpsdeskError(
                    f"{where} and {notebook} declare {name} with different defaults ({default!r}, "
                    f"{parameter.default!r}): give them the same."
                )
