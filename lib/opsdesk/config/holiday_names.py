"""Public holidays of a country or of a part of it, by the library `holidays`, in English.

`holidays` is imported where a country is named: most runs name none.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from importlib import metadata

from opsdesk.errors import OpsdeskError

ENGLISH = "en_US"
NEAR = 0.5  # of 1: a code has two letters, and one of them may be wrong
FORM = 'must be the code of a country such as "US", or with its part such as "US-MA" or "DE-BY"'


def read_holidays(code: str) -> Mapping[date, str]:
    """Return the names of the holidays of any day; no name at all where `code` is "".

    The mapping is filled year by year as days are asked for, by `get`.

    Raises:
        OpsdeskError: no such country or part; the text has the near names.
    """
    if not code:
        return {}
    problem = problem_with_country(code)
    if problem:
        raise OpsdeskError(f"holidays_country {code!r} {problem}.")
    from holidays import country_holidays

    country, _, part = code.partition("-")
    found = country_holidays(country, subdiv=part or None, language=ENGLISH)
    if ENGLISH in found.supported_languages:
        return found
    # Without a language of its own the library would take that of the environment.
    return country_holidays(country, subdiv=part or None, language=found.default_language)


def holidays_release() -> str:
    """Return the release of the library: another one may know other days."""
    return f"holidays {metadata.version('holidays')}"


def problem_with_country(code: str) -> str | None:
    """Return what is wrong with a country's code, as the end of a sentence; nothing for ""."""
    if not code:
        return None
    from holidays import list_supported_countries

    there = list_supported_countries()
    country, dash, part = code.partition("-")
    if country not in there:
        return FORM + _near_country(country, list(there))
    if dash and part not in there[country]:
        return _other_part(country, part, list(there[country]))
    return None


def _near_country(text: str, codes: list[str]) -> str:
    """Return the near codes as the rest of a sentence, by the English name or by the code."""
    from holidays.registry import COUNTRIES

    of_name = {name: entry[1] for name, entry in COUNTRIES.items()}
    names = get_close_matches(text.strip().casefold().replace(" ", "_"), list(of_name), 1)
    near = [of_name[name] for name in names] or get_close_matches(text.upper(), codes, 3, NEAR)
    return f" (near: {', '.join(near)})" if near else ""


def _other_part(country: str, part: str, parts: list[str]) -> str:
    """Return that a country has no such part, with the near ones and all that it has."""
    if not parts:
        return f'names a part, but {country} has none in the library: write "{country}"'
    from holidays import country_holidays

    aliases = country_holidays(country).get_subdivision_aliases()
    of_name = {name.casefold(): code for code, names in aliases.items() for name in names}
    names = get_close_matches(part.casefold(), list(of_name), 1)
    near = [of_name[name] for name in names] or get_close_matches(part.upper(), parts, 3, NEAR)
    hint = f" (near: {', '.join(f'{country}-{code}' for code in near)})" if near else ""
    return f"names no part of {country}{hint}: there are {', '.join(parts)}"
