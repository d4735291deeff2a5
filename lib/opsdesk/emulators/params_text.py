"""The params file that runs the Boston export on the emulators."""

from collections.abc import Mapping
from pathlib import Path

from opsdesk.params_file import read_params_file

BOSTON = Path(__file__).resolve().parents[3] / "params" / "boston311.yaml"


def params_text(values: Mapping[str, str]) -> str:
    """The text of params/boston311.yaml with `values` in place of its own, every value in quotes."""
    parameters = read_params_file(BOSTON) | values
    lines = [f'{name}: "{_escaped(value)}"' for name, value in parameters.items()]
    return "\n".join(["# Boston 311 on the emulators that are running now.", *lines, ""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
