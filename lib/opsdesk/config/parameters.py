"""The parameters of a run: the notebooks' defaults, then params/NAME.yaml, then `-p`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opsdesk import project
from opsdesk.config.locations import is_in_bucket, read_bucket
from opsdesk.config.names import (
    OF_THE_RUNNER,
    SET_BY_THE_RUNNER,
    refuse_names_in_file,
    refuse_names_of_options,
)
from opsdesk.config.notebook_parameters import Declared, all_declared, declared_parameters
from opsdesk.config.params_file import read_params_file
from opsdesk.config.rules import problem_with
from opsdesk.errors import OpsdeskError
from opsdesk.guards.secrets import SECRET_VALUE, looks_secret

OF_NOTEBOOKS = "the notebooks' defaults"


class Values(dict[str, str]):
    """Parameters by name. One that no notebook declares is an error in words."""

    def __missing__(self, name: str) -> str:
        raise OpsdeskError(
            f"No notebook in notebooks/ declares the parameter {name!r}, and this needs it: was a "
            "notebook removed or renamed? Restore it, or its cell of parameters."
        )


@dataclass(frozen=True)
class Parameters:
    """The checked parameters of one params file, and which notebook takes which.

    A setting of a block is called BLOCK.SETTING in `values`, and is there only where it was given.
    """

    name: str
    path: Path
    values: dict[str, str]
    declared: dict[str, dict[str, Declared]]

    @property
    def outputs(self) -> Path:
        """Return the folder this params file writes below: outputs/NAME."""
        return project.ROOT / "outputs" / self.name

    @property
    def steps(self) -> list[str]:
        """Return the notebooks in the order they run, by stem."""
        return list(self.declared)

    def block(self, name: str) -> dict[str, str]:
        """Return the settings that were given in the block `name`."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): value
            for key, value in self.values.items()
            if key.startswith(prefix)
        }

    def for_step(self, step: str, run_at: str) -> dict[str, str | dict[str, str]]:
        """Return what the notebook `step` is given: only the parameters it declares."""
        given: dict[str, str | dict[str, str]] = {}
        for name, parameter in self.declared[step].items():
            if name == SET_BY_THE_RUNNER:
                given[name] = run_at
            else:
                given[name] = self.block(name) if parameter.is_block else self.values[name]
        return given


def read_parameters(
    params_file: str | Path, overrides: Mapping[str, str] | None = None
) -> Parameters:
    """Return the parameters of `params_file` with `overrides` on top.

    Raises:
        OpsdeskError: any invalid value; the text names file, key and value and says what to do.
    """
    project.refuse_no_project()
    path = project.resolve(str(params_file))
    shown = project.shown(path)
    given = read_params_file(path)
    options = dict(overrides or {})
    name = _name(path)
    declared = declared_parameters(project.notebooks_folder())
    known = all_declared(declared)
    refuse_names_in_file(shown, given, known)
    refuse_names_of_options(options, known)
    # Where each value comes from, so that an error names the file or the option.
    sources = dict.fromkeys(given, shown) | {key: f"-p {key}=..." for key in options}
    values = _defaults(name, known, sources) | given | options
    for key, value in values.items():
        _refuse_value(sources.get(key, OF_NOTEBOOKS), key, value)
    _refuse_reversed_months(values, shown)
    return Parameters(name, path, Values(_with_temp_bucket(values)), declared)


def _name(path: Path) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", path.stem):
        raise OpsdeskError(
            f"{project.shown(path)}: the file's name becomes the folder outputs/{path.stem}: "
            "use letters, digits, - and _ only, such as params/monday.yaml."
        )
    return path.stem


def _defaults(name: str, known: dict[str, Declared], given: Mapping[str, str]) -> dict[str, str]:
    """Return what a params file means where it is silent.

    Its outputs are its own. An export of its own has nothing of the sample next to it.
    """
    values = dict(OF_THE_RUNNER)
    for key, parameter in known.items():
        if key != SET_BY_THE_RUNNER and not parameter.is_block:
            values[key] = parameter.default
    own = {"lake": f"outputs/{name}/lake", "warehouse": f"duckdb:outputs/{name}/opsdesk.duckdb"}
    if "export" in given:
        own |= {"agents": "", "as_of": "latest"}
    return values | {key: value for key, value in own.items() if key in known}


def _with_temp_bucket(values: dict[str, str]) -> dict[str, str]:
    """Let Spark stage rows for BigQuery in the lake's bucket if no other bucket is named."""
    is_needed = values.get("engine") == "spark" and is_in_bucket(values.get("lake", ""))
    if is_needed and not values.get("spark.temp_bucket"):
        return values | {"spark.temp_bucket": read_bucket(values["lake"]).bucket}
    return values


def _refuse_value(where: str, key: str, value: str) -> None:
    if looks_secret(key):
        raise OpsdeskError(
            f"A notebook declares a parameter {key}, which looks like a secret: "
            "take it out of its cell."
        )
    problem = problem_with(key, value)
    if problem:
        shown = "..." if problem == SECRET_VALUE else repr(value)
        raise OpsdeskError(f"{where}: {key} {shown} {problem}.")


def _refuse_reversed_months(values: dict[str, str], where: str) -> None:
    first = values.get("first_month", "")
    last = values.get("last_month", "")
    if first and last and first > last:
        raise OpsdeskError(
            f"{where}: first_month {first!r} is after last_month {last!r}: swap them."
        )
