"""How papermill writes the executed copy of a notebook: without secrets."""

import json
from pathlib import Path
from typing import Any

from opsdesk.guards.secrets import redacted_values

PICTURES = ("image/png", "image/jpeg", "application/pdf")


def hide_secrets(copy: Path) -> None:
    """Let papermill write no secret into the executed copy of a notebook."""
    from papermill.iorw import LocalHandler, papermill_io

    class Copies(LocalHandler):  # type: ignore[misc]  # papermill has no types
        """papermill's own way to write a file, after a look at the text."""

        def write(self, buf: str, path: str) -> None:
            super().write(_redacted(buf), path)

    papermill_io.register(str(copy), Copies())


def _redacted(text: str) -> str:
    notebook = json.loads(text)
    shown = {**notebook, "cells": [_redacted_cell(cell) for cell in notebook["cells"]]}
    return text if shown == notebook else json.dumps(shown, indent=1, ensure_ascii=False)


def _redacted_cell(cell: dict[str, Any]) -> dict[str, Any]:
    outputs = [_redacted_output(output) for output in cell.get("outputs", [])]
    rest = {key: value for key, value in cell.items() if key != "outputs"}
    shown: dict[str, Any] = redacted_values(rest)
    return shown | ({"outputs": outputs} if "outputs" in cell else {})


def _redacted_output(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output redacted, but for its pictures: they are bytes, and large."""
    data = output.get("data", {})
    pictures = {kind: data[kind] for kind in PICTURES if kind in data}
    texts = {kind: value for kind, value in data.items() if kind not in pictures}
    shown: dict[str, Any] = redacted_values({**output, "data": texts} if data else output)
    if data:
        shown["data"] = {**shown["data"], **pictures}
    return shown
