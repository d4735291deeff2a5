"""Commands of gcloud and bq in our texts, and what is wrong with one by the flags that gcloud has."""

import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml

from opsdesk import project

FLAGS = Path(__file__).with_name("gcloud_flags.yaml")
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`((?:gcloud|bq) [a-z][^`]*)`")
QUOTED = re.compile(r"'[^']*'")
ANYTHING = re.compile(r"\{[\w.]+\}|\.\.\.")  # of a text that is filled in later
Flags = dict[str, str]  # "value" where something follows


@lru_cache
def recorded() -> dict[str, dict[str, Flags]]:
    """The flags of each command, and below "" those of every command, by program."""
    programs = yaml.safe_load(FLAGS.read_text())
    return {
        program: {name: _kinds(given or {}) for name, given in commands.items()}
        for program, commands in programs.items()
    }


def _kinds(given: dict[str, str]) -> Flags:
    return {flag: kind for kind, flags in given.items() for flag in flags.split()}


def shown_commands() -> Iterator[str]:
    """Every whole command of gcloud and bq that the docs, the params files and the code show."""
    for path in [project.ROOT / "README.md", *sorted((project.ROOT / "docs").glob("*.md"))]:
        for block in BLOCK.findall(path.read_text()):
            yield from _lines(block)
    for path in sorted((project.ROOT / "lib" / "opsdesk").rglob("*.py")):
        for command in INLINE.findall(path.read_text()):
            yield ANYTHING.sub("x", command)


def _lines(block: str) -> Iterator[str]:
    one_line = QUOTED.sub(lambda text: text[0].replace("\n", " "), block.replace("\\\n", " "))
    for line in one_line.splitlines():
        if line.startswith(("gcloud ", "bq ")):
            yield line


def problems(command: str) -> list[str]:
    """What gcloud would refuse in a command."""
    program, *words = shlex.split(command, comments=True)
    name, flags = _command(program, words)
    if name is None:
        return [f"not a recorded command: {command}"]
    left = [word for word in _before_arguments(words) if word not in name.split()]
    found = []
    while left:
        flag, _, value = left.pop(0).partition("=")
        if flag.startswith("-"):
            kind = flags.get(flag)
            takes_next = kind == "value" and not value and left and not left[0].startswith("-")
            found += [] if kind else [f"{name} has no flag {flag}"]
            found += [f"{flag} lacks its value"] if kind == "value" and not (value or left) else []
            left = left[1:] if takes_next else left
    return found


def _before_arguments(words: list[str]) -> list[str]:
    return words[: words.index("--")] if "--" in words else words


def _command(program: str, words: list[str]) -> tuple[str | None, Flags]:
    """The name of the command that the words begin with, and its flags with those of all."""
    commands = recorded()[program]
    plain = " ".join(word for word in words if not word.startswith("-")) + " "
    for name in sorted(commands, key=len, reverse=True):
        if name and plain.startswith(f"{name} "):
            return name, commands[""] | commands[name]
    return None, {}
