"""Who writes where: no run replaces what the runs of another params file have left.

outputs/owners.json has one line per location (an outputs folder, a lake, a warehouse) with the
params file that wrote there last.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.config.locations import is_in_bigquery, is_in_bucket
from opsdesk.config.parameters import Parameters
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import parse_yaml

FILE = "owners.json"
PATIENCE = 10.0  # seconds; the registry is locked for an instant only
REMEDIES = {
    "outputs": "give {ours} another name",
    "lake": "name another `lake` in {ours}",
    "warehouse": "name another `warehouse` in {ours}",
}


def take_ownership(parameters: Parameters) -> list[str]:
    """Write down that this params file writes to its locations; return lines for the run's log.

    A location whose former params file does not exist any more passes on, and a line says so.

    Raises:
        OpsdeskError: a location belongs to another params file that exists.
    """
    registry = _registry(parameters)
    ours = _own_name(parameters)
    lines = []
    with _locked(registry):
        owners, problem = _read(registry)
        lines += [problem] if problem else []
        for kind, location in _locations(parameters).items():
            owner = owners.get(location, ours)
            if owner == ours:
                continue
            if project.resolve(owner).exists():
                raise OpsdeskError(_refusal(kind, location, owner, ours, registry))
            lines.append(
                f"{location} was written by {owner}, which does not exist any more: "
                f"it belongs to {ours} now."
            )
        _write(registry, owners | dict.fromkeys(_locations(parameters).values(), ours))
    return lines


def other_owners(parameters: Parameters) -> dict[str, str]:
    """Return the locations of this params file that another one wrote last, with that one."""
    owners, _ = _read(_registry(parameters))
    ours = _own_name(parameters)
    locations = _locations(parameters).values()
    return {place: owners[place] for place in locations if owners.get(place, ours) != ours}


def is_registered(parameters: Parameters) -> bool:
    """Return whether the outputs of this params file are in the registry."""
    owners, _ = _read(_registry(parameters))
    return _normal(parameters.outputs) in owners


def _own_name(parameters: Parameters) -> str:
    return _normal(parameters.path)


def _registry(parameters: Parameters) -> Path:
    return parameters.outputs.parent / FILE


def _locations(parameters: Parameters) -> dict[str, str]:
    """Return where a run writes, by kind, each location in one spelling only."""
    locations = {"outputs": _normal(parameters.outputs)}
    is_emulated = bool(parameters.block("google").get("endpoints"))
    for kind in ("lake", "warehouse"):
        text = parameters.values.get(kind, "")
        if is_in_bucket(text) or is_in_bigquery(text):
            # What an emulator holds is gone when it stops: it has no owner.
            if not is_emulated:
                locations[kind] = text.rstrip("/")
        elif text:
            scheme = "duckdb:" if kind == "warehouse" else ""
            path = project.resolve(text.removeprefix(scheme))
            locations[kind] = scheme + _normal(path)
    return locations


def _normal(path: Path) -> str:
    """Return a path without links and dots, from the project root where it is inside."""
    real = path.resolve()
    root = project.ROOT.resolve()
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else str(real)


def _refusal(kind: str, location: str, owner: str, ours: str, registry: Path) -> str:
    remedy = REMEDIES[kind].format(ours=ours)
    return (
        f"{location} was last written by {owner}, and a run of {ours} would replace what is there: "
        f"{remedy}. If {ours} is to go on there, take the line of {location} out of "
        f"{project.shown(registry)}."
    )


def _read(registry: Path) -> tuple[dict[str, str], str | None]:
    """Return the owners by location, and what is wrong with the registry if it cannot be read."""
    try:
        # YAML, not JSON: it forgives the comma that is left when the last line is taken out.
        content = parse_yaml(registry.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError):
        content = None
    if isinstance(content, dict) and all(
        isinstance(text, str) for text in sum(content.items(), ())
    ):
        return content, None
    return {}, f"{project.shown(registry)} could not be read: it is written new."


def _write(registry: Path, owners: dict[str, str]) -> None:
    new = registry.with_name(f"{FILE}.new")
    text = json.dumps(owners, indent=2, ensure_ascii=False, sort_keys=True)
    new.write_text(f"{text}\n", encoding="utf-8")
    new.replace(registry)


@contextmanager
def _locked(registry: Path) -> Iterator[None]:
    lock = FileLock(registry.with_name(".owners.lock"))
    try:
        lock.acquire(timeout=PATIENCE, poll_interval=0.02)
    except Timeout:
        raise OpsdeskError(
            f"{project.shown(registry)} is in use by another run: run it again."
        ) from None
    try:
        yield
    finally:
        lock.release()
