"""The parameters of a run: the notebooks' defaults, then params/NAME.yaml, then `-p key=value`; strictly checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from opsdesk import project
from opsdesk.config.locations import is_in_bucket, read_bucket
from opsdesk.config.notebook_parameters import Declared, all_declared, declared_parameters
from opsdesk.config.params_file import read_params_file
from opsdesk.config.rules import BLOCKS, FORMER_NAMES, problem_with
from opsdesk.config.secret_words import looks_secret
from opsdesk.errors import OpsdeskError

SET_BY_THE_RUNNER = "run_at"
OF_THE_RUNNER = {"keep_runs": "30"}  # what no notebook takes, with its default


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
        """The folder this params file writes below: outputs/<name>."""
        return project.ROOT / "outputs" / self.name

    @property
    def steps(self) -> list[str]:
        """The notebooks in the order they run, by stem."""
        return list(self.declared)

    def block(self, name: str) -> dict[str, str]:
        """The settings that were given in the block `name`."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): value
            for key, value in self.values.items()
            if key.startswith(prefix)
        }

    def for_step(self, step: str, run_at: str) -> dict[str, str | dict[str, str]]:
        """What the notebook `step` is given: only the parameters it declares."""
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
    """The parameters of `params_file` with `overrides` on top.

    Raises:
        OpsdeskError: any invalid value; the text names file, key and value and says what to do.
    """
    path = project.resolve(str(params_file))
    given = read_params_file(path)
    name = _name(path)
    declared = declared_parameters(project.notebooks_folder())
    known = all_declared(declared)
    sources = {key: (project.shown(path), value) for key, value in given.items()}
    sources |= {key: (f"-p {key}=...", value) for key, value in (overrides or {}).items()}
    for key, (where, value) in sources.items():
        _refuse_name(where, key, value, known)
    values = _defaults(name, known, sources)
    values |= {key: value for key, (_, value) in sources.items()}
    for key, value in values.items():
        _refuse_value(sources.get(key, ("the notebooks' defaults", ""))[0], key, value)
    _refuse_reversed_months(values, project.shown(path))
    return Parameters(name, path, _with_temp_bucket(values), declared)


def _name(path: Path) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", path.stem):
        raise OpsdeskError(
            f"{project.shown(path)}: the file's name becomes the folder outputs/{path.stem}: "
            "use letters, digits, - and _ only, such as params/monday.yaml."
        )
    return path.stem


def _defaults(name: str, known: dict[str, Declared], given: Mapping[str, object]) -> dict[str, str]:
    """What a params file means where it is silent: its own outputs, and nothing of the sample next to its own export."""
    values = dict(OF_THE_RUNNER)
    for key, parameter in known.items():
        if key != SET_BY_THE_RUNNER and not parameter.is_block:
            values[key] = parameter.default
    own = {"lake": f"outputs/{name}/lake", "warehouse": f"duckdb:outputs/{name}/opsdesk.duckdb"}
    if "export" in given:
        own |= {"agents": "", "as_of": "latest"}
    return values | {key: value for key, value in own.items() if key in known}


def _with_temp_bucket(values: dict[str, str]) -> dict[str, str]:
    """The same, where Spark stages rows for BigQuery in the lake's bucket if no other is named."""
    is_needed = values.get("engine") == "spark" and is_in_bucket(values.get("lake", ""))
    if is_needed and not values.get("spark.temp_bucket"):
        return values | {"spark.temp_bucket": read_bucket(values["lake"]).bucket}
    return values


def _refuse_name(where: str, key: str, value: object, known: dict[str, Declared]) -> None:
    if key == SET_BY_THE_RUNNER:
        raise OpsdeskError(f"{where}: {key} is set by opsdesk itself: take it out.")
    block, dot, setting = key.partition(".")
    if dot and block in known and known[block].is_block:
        if setting not in BLOCKS[block]:
            raise OpsdeskError(
                f"{where}: {block} has no setting {setting!r}; {_hint(setting, list(BLOCKS[block]))}"
            )
        return
    if key in OF_THE_RUNNER or (key in known and not known[key].is_block):
        return
    if key in FORMER_NAMES:
        _refuse_former_name(where, key, value)
    if looks_secret(key):
        raise OpsdeskError(
            f"{where}: {key} looks like a secret, and parameters are written into notebooks and reports: take it out, "
            "and give credentials to the environment instead."
        )
    takes = [name for name in known if name != SET_BY_THE_RUNNER] + list(OF_THE_RUNNER)
    raise OpsdeskError(f"{where}: no notebook has a parameter {key!r}; {_hint(key, takes)}")


def _hint(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."


def _refuse_former_name(where: str, key: str, value: object) -> None:
    block, _, setting = FORMER_NAMES[key].partition(".")
    raise OpsdeskError(
        f"{where}: {key} is a setting of the block `{block}:` now: write\n"
        f'{block}:\n  {setting}: "{value}"\n'
        f"(on the command line: -p {block}.{setting}=...)."
    )


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
    first = values.get("first_month", "")
    last = values.get("last_month", "")
    if first and last and first > last:
        raise OpsdeskError(
            f"{where}: first_month {first!r} is after last_month {last!r}: swap them."
        )
