"""Who imports whom, read from the source: no module is run."""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

Graph = dict[str, set[str]]
Rows = list[list[str]]


def find_modules(folder: Path) -> dict[str, Path]:
    """Return every module below `folder` by its dotted name; a package has the name of its folder."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        modules[".".join(parts[:-1] if is_package else parts)] = path
    return modules


def module_graph(folder: Path) -> Graph:
    """Return what each module imports, in functions and for types too."""
    modules = find_modules(folder)
    graph: Graph = {}
    for name, path in modules.items():
        targets = set(_imported(path, set(modules)))
        graph[name] = targets - {name}
    return graph


def _imported(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in modules else node.module


def group(graph: Graph, groups: Iterable[str]) -> Graph:
    """Return the graph between `groups`: a group is a module or a package with all that is in it."""
    names = list(groups)
    merged: Graph = {name: set() for name in names}
    for module, targets in graph.items():
        source = _group_of(module, names)
        if source is None:
            continue
        found = {_group_of(target, names) for target in targets}
        merged[source] |= {name for name in found if name not in (None, source)}
    return merged


def _group_of(module: str, groups: Iterable[str]) -> str | None:
    return next((name for name in groups if module == name or module.startswith(f"{name}.")), None)


def read_rows(pyproject: Path) -> Rows:
    """Return the rows of the import-linter contract `layers`, top first, each with its rooms."""
    contracts = tomllib.loads(pyproject.read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def arrows_up(graph: Graph, rows: Rows) -> list[tuple[str, str]]:
    """Return the imports between rooms that do not go down to a lower row."""
    row_of = {room: number for number, row in enumerate(rows) for room in row}
    between = group(graph, row_of)
    return sorted(
        (room, target)
        for room, targets in between.items()
        for target in targets
        if row_of[target] <= row_of[room]
    )


def circles(graph: Graph) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or through others."""
    reached = {name: reachable(graph, name) for name in graph}
    found = []
    for name in sorted(graph):
        if name in reached[name] and not any(name in circle for circle in found):
            mutual = sorted(other for other in reached[name] if name in reached.get(other, ()))
            found.append(mutual)
    return found


def reachable(graph: Graph, start: str, without: str = "") -> set[str]:
    """Return what `start` imports directly or through others; `without` is no first step."""
    seen: set[str] = set()
    waiting = [name for name in graph.get(start, ()) if name != without]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph.get(name, ())
    return seen


def direct_arrows(graph: Graph) -> list[tuple[str, str]]:
    """Return the imports that no longer way implies: what is left says the same with fewer arrows."""
    return sorted(
        (name, target)
        for name, targets in graph.items()
        for target in targets
        if target not in reachable(graph, name, without=target)
    )
