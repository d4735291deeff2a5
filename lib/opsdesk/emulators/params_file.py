"""The params file that runs the Boston export on the emulators."""

from collections.abc import Mapping

from opsdesk import project
from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.params_file import read_params_file

# Of the clone, or the one that `opsdesk init` copies from the package.
HOME = project.PACKAGE.parents[1] if project.IS_CLONE else project.PACKAGE / "starter"
BOSTON = HOME / "params" / "boston311.yaml"


def params_text(values: Mapping[str, str]) -> str:
    """Return params/boston311.yaml as text, with `values` in place of its own.

    Every value is in quotes. A name BLOCK.SETTING goes into its block.
    """
    parameters = {**read_params_file(BOSTON), **values}
    lines = ["# Boston 311 on the emulators that are running now."]
    lines += [_line(name, value) for name, value in parameters.items() if "." not in name]
    for block in BLOCKS:
        lines += _block_lines(block, parameters)
    return "\n".join([*lines, ""])


def _block_lines(block: str, parameters: Mapping[str, str]) -> list[str]:
    prefix = f"{block}."
    settings = [
        "  " + _line(name.removeprefix(prefix), value)
        for name, value in parameters.items()
        if name.startswith(prefix)
    ]
    return [f"{block}:", *settings] if settings else []


def _line(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}: "{escaped}"'
