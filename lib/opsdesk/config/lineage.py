"""Where lineage goes, as the parameter `lineage` names it: an http(s) address, or a file."""

from urllib.parse import urlsplit

from opsdesk import project
from opsdesk.guards.secrets import SECRET_VALUE

SCHEMES = ("http://", "https://")
ENDINGS = (".ndjson", ".jsonl")


def is_address(text: str) -> bool:
    """Return whether lineage goes to a server."""
    return text.startswith(SCHEMES)


def problem_with_lineage(text: str) -> str | None:
    """Return what is wrong with where lineage is to go, as the end of a sentence."""
    if not text:
        return None
    if is_address(text):
        return _problem_with_address(text)
    if "://" in text or not text.endswith(ENDINGS):
        return (
            "must be an http(s) address such as http://localhost:5000, or a file whose name ends "
            "in .ndjson, such as outputs/lineage.ndjson"
        )
    path = project.resolve(text)
    if path.exists() and not path.is_file():
        return "is not a file: name one that events can be appended to"
    return None


def _problem_with_address(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "is not an address: write one such as http://localhost:5000"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return SECRET_VALUE  # the key goes into OPENLINEAGE_API_KEY, which is not written down
    if not parts.hostname or port == 0 or " " in text:
        return "is not an address: write one such as http://localhost:5000"
    return None
