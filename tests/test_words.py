"""One plain word per thing: other words are refused, with file, line and what to write."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsdesk import project

ROOT = project.ROOT
TICKET_TEXTS = "phrases.py"  # what made-up customers write: its bytes are the sample's
KINDS = ("*.py", "*.sql", "*.yaml", "*.j2", "*.md", "*.properties")
UNITS = r"(?:local |UTC )?(?:day|week|month|year|minute|second|hour|ticket|agent|segment|part|run)"
THINGS = r"(?:rows?|files?|lines?|manifests?|partitions?|tickets?|figures?)"

# Each form that is refused, as a pattern over words, and what to write instead.
REFUSED = {
    "torn": "incomplete, unclosed or interrupted",
    "mend(?:s|ed|ing)?": "repair or patch",
    "nobody|no-one": "no user, no reader",
    "whoever": "the person who",
    "meanwhile": "at the same time",
    "anew": "again",
    "leash": "supervisor",
    "[Ii]s none": 'say what it is not, such as "is not a zone"',
    "of ours": "our",
    "so many": "that many, or the number",
    "held (?:to|against)": "checked against",
    "beside": "next to, with",
    "careful reader": "line reader",
    "cannot be meant": "invalid",
    "told": "reported, said or printed",
    "lies": "is",
    "stands(?! for)|stood": "is, was",
    rf"{THINGS} an? {UNITS}": "per day, per month",
}
CASE_MATTERS = {"[Ii]s none"}  # `is None` is Python


def find_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each refused form in a line with what to write; names are read word by word."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_", " ", text)
    for form, instead in REFUSED.items():
        flags = re.NOFLAG if form in CASE_MATTERS else re.IGNORECASE
        for found in re.finditer(rf"\b(?:{form})\b", words, flags):
            yield found[0], instead


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines of a file, each with its place; of a notebook those of its cells."""
    name = path.relative_to(ROOT)
    if path.suffix != ".ipynb":
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{name}:{number}", line
        return
    for cell, content in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        for line in content["source"]:
            yield f"{name} cell {cell}", line


def problems_in(paths: list[Path]) -> list[str]:
    return [
        f"{place}: {found!r}; write {instead}"
        for path in paths
        for place, line in texts_of(path)
        for found, instead in find_words(line)
    ]


ROOMS = sorted(
    folder for folder in (ROOT / "lib" / "opsdesk").iterdir() if (folder / "__init__.py").exists()
)


@pytest.mark.parametrize("room", ROOMS, ids=lambda folder: folder.name)
def test_the_words_of_a_room(room):
    paths = [path for kind in KINDS for path in room.rglob(kind) if path.name != TICKET_TEXTS]
    assert problems_in(sorted(paths)) == []


def test_the_words_of_the_modules_in_no_room_and_of_the_patches():
    lib = ROOT / "lib"
    paths = [*(lib / "opsdesk").glob("*.py"), *(lib / "bqemulator_patches").glob("*.py")]
    assert problems_in(sorted(paths)) == []


def test_the_words_of_the_documents():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    pages += [ROOT / "benchmarks/README.md", *(ROOT / "deploy").rglob("*.md")]
    data = (ROOT / "lib" / "opsdesk" / "data").rglob("*.md")
    deploy = [path for kind in ("*.md", "*.py") for path in (ROOT / "deploy").rglob(kind)]
    assert problems_in(sorted([*pages, *data, *deploy])) == []


def test_the_words_of_the_notebooks():
    assert problems_in(sorted((ROOT / "notebooks").glob("*.ipynb"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The lake is torn.", ["torn"], id="a word"),
        pytest.param("Mended quotes", ["Mended"], id="in any case"),
        pytest.param("def _refuse_torn(part):", ["torn"], id="in a name"),
        pytest.param("class TornError(Exception):", ["Torn"], id="in the name of a class"),
        pytest.param("recommend a stubborn tornado", [], id="not as a part of a word"),
        pytest.param("if value is None:", [], id="None of Python"),
        pytest.param("a zone that is none", ["is none"], id="is none"),
        pytest.param("one row a local day", ["row a local day"], id="per"),
        pytest.param("10 tickets a day", ["tickets a day"], id="per day"),
        pytest.param("on a day a ticket was open", [], id="an article alone"),
        pytest.param("a word that stands for another", [], id="stands for"),
    ],
)
def test_words_are_found(text, expected):
    assert [found for found, _ in find_words(text)] == expected
