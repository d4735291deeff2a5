"""Measure how a folder of Python is built: `structure.py [FOLDER] [--pyproject FILE]` prints a Markdown table.

README.md says what each line means. Rows of rooms come from the import-linter contract in pyproject.toml.
"""

import argparse
import ast
import statistics
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from import_graph import arrows_up, circles, find_modules, module_graph, read_rows

HERE = Path(__file__).resolve().parent
LONGEST_LINE = 100
LONGEST_FUNCTION = 40
LONGEST_MODULE = 150
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Python 3.12 and later divide an f-string into tokens; here it is one, as in 3.11.
FSTRING_START = getattr(tokenize, "FSTRING_START", None)
FSTRING_END = getattr(tokenize, "FSTRING_END", None)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        source = iter(self.text.splitlines(keepends=True))
        return list(tokenize.generate_tokens(lambda: next(source, "")))

    @property
    def comments(self) -> int:
        return sum(token.type == tokenize.COMMENT for token in self.tokens)

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def code_lines(self) -> list[int]:
        """Return the line on which each code token starts: no comments, docstrings or layout."""
        docstrings = _docstring_lines(self.tree)
        found = []
        inside_fstring = 0
        for token in self.tokens:
            if token.type == FSTRING_END:
                inside_fstring -= 1
                continue
            if token.type not in LAYOUT and not inside_fstring:
                found.append(token.start[0])
            if token.type == FSTRING_START:
                inside_fstring += 1
        return [line for line in found if line not in docstrings]


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | Function):
            continue
        if ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            lines |= set(range(docstring.lineno, docstring.end_lineno + 1))
    return lines


def parameters_of(function: Function) -> int:
    """Return how many parameters a caller can give: without self and cls."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [arguments.vararg, arguments.kwarg]
    return sum(name.arg not in ("self", "cls") for name in named) + sum(map(bool, starred))


def length_of(function: Function) -> int:
    """Return the lines from `def` to the end of the body."""
    return function.end_lineno - function.lineno + 1


def measure(folder: Path, pyproject: Path) -> Iterator[tuple[str, str]]:
    """Yield each measure of the modules below `folder`: its name and its value."""
    paths = find_modules(folder)
    modules = [Module(path.read_text(encoding="utf-8")) for path in paths.values()]
    lines = [line for module in modules for line in module.lines]
    yield from _sizes(folder, modules, lines)
    yield from _density(modules, lines)
    yield from _functions(modules)
    yield from _imports(folder, pyproject)


def _sizes(folder: Path, modules: list[Module], lines: list[str]) -> Iterator[tuple[str, str]]:
    long_modules = [module for module in modules if len(module.lines) > LONGEST_MODULE]
    yield "lines in all", f"{len(lines):,}"
    yield "modules", f"{len(modules):,}"
    yield "modules at the root of opsdesk", f"{len(root_modules(folder)):,}"
    yield f"modules over {LONGEST_MODULE} lines", f"{len(long_modules):,}"


def root_modules(folder: Path) -> list[str]:
    """Return the modules that are in no room; `__init__` counts."""
    return sorted(path.stem for path in (folder / "opsdesk").glob("*.py"))


def _density(modules: list[Module], lines: list[str]) -> Iterator[tuple[str, str]]:
    code_lines = [module.code_lines() for module in modules]
    tokens = sum(map(len, code_lines))
    lines_with_code = sum(len(set(found)) for found in code_lines)
    long_lines = sum(len(line) > LONGEST_LINE for line in lines)
    comments = sum(module.comments for module in modules)
    yield "tokens per code line", f"{tokens / max(lines_with_code, 1):.1f}"
    yield f"lines over {LONGEST_LINE} columns", f"{long_lines:,}"
    yield "comments per 100 lines", f"{100 * comments / max(len(lines), 1):.1f}"


def _functions(modules: list[Module]) -> Iterator[tuple[str, str]]:
    functions = [function for module in modules for function in module.functions]
    lengths = [length_of(function) for function in functions] or [0]
    parameters = [parameters_of(function) for function in functions] or [0]
    too_long = sum(length > LONGEST_FUNCTION for length in lengths)
    yield "functions", f"{len(functions):,}"
    yield "lines per function, median", f"{statistics.median(lengths):.0f}"
    yield f"functions over {LONGEST_FUNCTION} lines", f"{too_long:,}"
    yield "parameters per function, median", f"{statistics.median(parameters):.0f}"
    yield "parameters per function, mean", f"{statistics.mean(parameters):.2f}"


def _imports(folder: Path, pyproject: Path) -> Iterator[tuple[str, str]]:
    graph = module_graph(folder)
    rows = read_rows(pyproject)
    has_rooms = all(room in graph for row in rows for room in row)
    arrows = sum(map(len, graph.values()))
    yield "imports between modules", f"{arrows:,}"
    yield "imports up between rooms", f"{len(arrows_up(graph, rows))}" if has_rooms else "no rooms"
    yield "circles of imports", f"{len(circles(graph))}"


def markdown(folders: Sequence[Path], pyproject: Path) -> str:
    """Return the measures as a Markdown table with one column per folder."""
    columns = [dict(measure(folder, pyproject)) for folder in folders]
    head = ["measure", *(str(folder) for folder in folders)]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    lines = [head, ["---", *("--:" for _ in folders)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Read the folders from the command line and print the table."""
    parser = argparse.ArgumentParser(description="Measure how folders of Python are built.")
    parser.add_argument("folders", nargs="*", type=Path, default=[HERE.parent / "lib"])
    parser.add_argument("--pyproject", type=Path, default=HERE.parent / "pyproject.toml")
    given = parser.parse_args()
    print(markdown(given.folders, given.pyproject))


if __name__ == "__main__":
    main()
