"""The params file that runs the Boston export on the emulators."""

from collections.abc import Mapping
from pathlib import Path

from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.params_file import read_params_file

BOSTON = Path(__file__).resolve().parents[3] / "params" / "boston311.yaml"


def params_text(values: Mapping[str, str]) -> str:
    """The text of params/boston311.yaml with `values` in place of its own, every value in quotes; BLOCK.SETTING goes into its block."""
    parameters = read_params_file(BOSTON) | values
    lines = ["# Boston 311 on the emulators that are running now."]
    lines += [
        f'{name}: "{_escaped(value)}"' for name, value in parameters.items() if "." not in name
    ]
    for block in BLOCKS:
        settings = {
            name: value for name, value in parameters.items() if name.startswith(f"{block}.")
        }
        if settings:
            lines.append(f"{block}:")
        lines += [
            f'  {name.partition(".")[2]}: "{_escaped(value)}"' for name, value in settings.items()
        ]
    return "\n".join([*lines, ""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
