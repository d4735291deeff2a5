"""The cases that tests type by hand, as what they build tables from, so that another engine can build them too."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType
from typing import NamedTuple
from unittest import mock

from tickets import Row, instant


class Case(NamedTuple):
    """The arguments of `tickets.build`, and the test and case that they are of."""

    name: str
    tickets: list[Row]
    as_of: object
    timezone: str
    agents: list[Row]
    only: tuple[str, ...]


class _BuiltError(Exception):
    """Ends a test at its first `build`: what it would expect of the tables does not matter here."""


def hand_typed(*modules: ModuleType) -> list[Case]:
    """Every case of these modules' tests that calls `build`."""
    return [
        case
        for module in modules
        for name, run in _runs(module)
        for case in _built(module, name, run)
    ]


def _runs(module: ModuleType) -> Iterator[tuple[str, Callable[[], None]]]:
    """The tests of a module with their parameters filled in."""
    for name, test in vars(module).items():
        if not name.startswith("test_"):
            continue
        (names, cases), *more = [mark.args for mark in getattr(test, "pytestmark", ())] or [
            ((), [()])
        ]
        assert not more, f"{name}: parametrized twice"
        for case in cases:
            values = getattr(case, "values", case if names == () else (case,))
            values = zip((names,) if isinstance(names, str) else names, values, strict=True)
            yield f"{name}[{getattr(case, 'id', case)}]", partial(test, **dict(values))


def _built(module: ModuleType, name: str, run: Callable[[], None]) -> list[Case]:
    built: list[Case] = []

    def remember(
        tickets: Iterable[Row],
        as_of: object,
        timezone: str = "UTC",
        agents: Iterable[Row] = (),
        only: Iterable[str] = (),
    ) -> None:
        built.append(Case(name, list(tickets), instant(as_of), timezone, list(agents), tuple(only)))
        raise _BuiltError

    with mock.patch.object(module, "build", remember):
        try:
            run()
        except _BuiltError:
            return built
    raise AssertionError(f"{name} builds nothing")
