"""What ticket systems call things, in several languages: `words.yaml` and how it is looked up."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("words.yaml")
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"})
UMLAUTS = {"a\u0308": "ae", "o\u0308": "oe", "u\u0308": "ue"}
PATH = re.compile(r"\w+(\.\w+)+")
SAYS_NOTHING = ("name", "value", "displayName", "label", "login")
EXACT = 1000  # how good a name is whose whole text is known; less for each better one in its list
PARTLY = 500  # and one that is known without the words that say nothing


@cache
def words() -> dict[str, Any]:
    """Return the content of words.yaml."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def normal(text: str) -> str:
    """Return a text in small letters without accents, its words separated by one blank."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    plain = unicodedata.normalize("NFKD", split.casefold().translate(LETTERS))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", letters))


def german(text: str) -> str:
    """Return a text with ae, oe and ue for its umlauts."""
    plain = unicodedata.normalize("NFD", text)
    for sign, letters in UMLAUTS.items():
        plain = plain.replace(sign, letters).replace(sign.upper(), letters.capitalize())
    return unicodedata.normalize("NFC", plain)


def spellings(text: str) -> tuple[str, ...]:
    """Return the normal forms under which a text may be in words.yaml."""
    joined = re.sub(r"[^\w]", "", text)
    forms = [text, german(text), joined, *_parts(text)]
    return tuple(dict.fromkeys(map(normal, forms)))


def _parts(text: str) -> list[str]:
    """Return what the last part of a path in JSON says: `fields.status.name` is a status."""
    if not PATH.fullmatch(text):
        return []
    parts = text.split(".")
    return [parts[-2] if parts[-1] in SAYS_NOTHING else parts[-1]]


def name_score(target: str, name: str) -> int:
    """Return how well a column's name fits one of our columns; 0 where it does not."""
    known = _ranks(target)
    for spelling in spellings(name):
        if spelling in known:
            return EXACT - known[spelling]
    shorter = _ranks_without_noise(target)
    for spelling in spellings(name):
        core = _core(spelling)
        if core in shorter:
            return PARTLY - shorter[core]
    return 0


def has_word(group: str, text: str) -> bool:
    """Return whether a text is in one of the lists: closed, open, no_work."""
    return not _group(group).isdisjoint(spellings(text))


def priority_of(text: str) -> str:
    """Return our priority for an export's, "" where it is not known.

    A number in front of a word says nothing: "1 - Critical".
    """
    for spelling in spellings(text):
        for shorter in (spelling, re.sub(r"^\d+ (?=\D)|(?<=\D) \d+$", "", spelling)):
            for ours, theirs in words()["priorities"].items():
                if shorter in theirs:
                    return str(ours)
    return ""


def flag_of(text: str) -> str:
    """Return "true" or "false" for the text of a flag, "" where it is not known."""
    for ours, theirs in words()["flags"].items():
        if normal(text) in theirs:
            return str(ours)
    return ""


@cache
def _ranks(target: str) -> dict[str, int]:
    listed = words()["names"][target]
    return {name: place for place, name in reversed(list(enumerate(listed)))}


@cache
def _ranks_without_noise(target: str) -> dict[str, int]:
    ranks = {_core(name): rank for name, rank in reversed(_ranks(target).items())}
    return {core: rank for core, rank in ranks.items() if core}


def _core(spelling: str) -> str:
    noise = _group("noise")
    return " ".join(word for word in spelling.split() if word not in noise)


@cache
def _group(name: str) -> frozenset[str]:
    return frozenset(words()[name])
