"""The parameters of a run: the notebooks' defaults, then params/NAME.yaml, then `-p key=value`; strictly checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from opsdesk import project
from opsdesk.declared import Declared, all_declared, declared_parameters
from opsdesk.engine import Engine
from opsdesk.errors import OpsdeskError
from opsdesk.param_checks import looks_secret, problem_with
from opsdesk.params_file import read_params_file

SET_BY_THE_RUNNER = "run_at"


@dataclass(frozen=True)
class Parameters:
    """The checked parameters of one params file, and which notebook takes which."""

    name: str
    path: Path
    values: dict[str, str]
    declared: dict[str, dict[str, Declared]]

    @property
    def outputs(self) -> Path:
        """The folder this params file writes below: outputs/<name>."""
        return project.ROOT / "outputs" / self.name

    @property
    def steps(self) -> list[str]:
        """The notebooks in the order they run, by stem."""
        return list(self.declared)

    def for_step(self, step: str, run_at: str) -> dict[str, str]:
        """What the notebook `step` is given: only the parameters it declares."""
        known = {**self.values, SET_BY_THE_RUNNER: run_at}
        return {name: known[name] for name in self.declared[step]}


def read_parameters(params_file: str | Path, overrides: Mapping[str, str] | None = None) -> Parameters:
    """The parameters of `params_file` with `overrides` on top.

    Raises:
        OpsdeskError: anything that cannot be meant; the text names file, key and value and says what to do.
    """
    path = project.resolve(str(params_file))
    given = read_params_file(path)
    name = _name(path)
    declared = declared_parameters(project.notebooks_folder())
    known = all_declared(declared)
    sources = {key: (project.shown(path), value) for key, value in given.items()}
    sources |= {key: (f"-p {key}=...", value) for key, value in (overrides or {}).items()}
    for key, (where, _) in sources.items():
        _refuse_name(where, key, known)
    values = {key: parameter.default for key, parameter in known.items() if key != SET_BY_THE_RUNNER}
    values |= {key: value for key, value in _own_values(name, sources).items() if key in known}
    values |= {key: value for key, (_, value) in sources.items()}
    for key, value in values.items():
        _refuse_value(sources.get(key, ("the notebooks' defaults", ""))[0], key, value)
    _refuse_reversed_months(values, project.shown(path))
    if "temp_bucket" in values:
        values["temp_bucket"] = Engine.of(values).beside(values["lake"]).temp_bucket
    return Parameters(name, path, values, declared)


def _name(path: Path) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", path.stem):
        raise OpsdeskError(
            f"{project.shown(path)}: the file's name becomes the folder outputs/{path.stem}: "
            "use letters, digits, - and _ only, such as params/monday.yaml."
        )
    return path.stem


def _own_values(name: str, given: Mapping[str, object]) -> dict[str, str]:
    """What a params file that is silent about it means: its own outputs, and with its own export nothing of the sample's."""
    places = {"lake": f"outputs/{name}/lake", "warehouse": f"duckdb:outputs/{name}/opsdesk.duckdb"}
    return places | ({"agents": "", "as_of": "latest"} if "export" in given else {})


def _refuse_name(where: str, key: str, known: dict[str, Declared]) -> None:
    if key == SET_BY_THE_RUNNER:
        raise OpsdeskError(f"{where}: {key} is set by opsdesk itself: take it out.")
    if key in known:
        return
    if looks_secret(key):
        raise OpsdeskError(
            f"{where}: {key} looks like a secret, and parameters are written into notebooks and reports: take it out, "
            "and give credentials to the environment instead."
        )
    takes = [name for name in known if name != SET_BY_THE_RUNNER]
    close = get_close_matches(key, takes, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(takes)}."
    raise OpsdeskError(f"{where}: no notebook has a parameter {key!r}; {hint}")


def _refuse_value(where: str, key: str, value: str) -> None:
    if looks_secret(key):
        raise OpsdeskError(
            f"A notebook declares a parameter {key}, which looks like a secret: take it out of its cell."
        )
    if not isinstance(value, str):
        raise OpsdeskError(f"{where}: {key} must be text, got {value!r} ({type(value).__name__}).")
    problem = problem_with(key, value)
    if problem:
        raise OpsdeskError(f"{where}: {key} {value!r} {problem}.")


def _refuse_reversed_months(values: dict[str, str], where: str) -> None:
    first, last = values.get("first_month", ""), values.get("last_month", "")
    if first and last and first > last:
        raise OpsdeskError(f"{where}: first_month {first!r} is after last_month {last!r}: swap them.")
