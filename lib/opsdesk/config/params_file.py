"""Reading params/NAME.yaml: keys and quoted texts, and blocks of them.

Every error names the file and the line.
"""

from pathlib import Path

import yaml

from opsdesk import project
from opsdesk.config.block_rules import BLOCKS
from opsdesk.config.locations import BETWEEN_PATTERNS
from opsdesk.config.notes import is_day
from opsdesk.errors import OpsdeskError
from opsdesk.guards.documents import UnreadableDocument, compose_yaml
from opsdesk.guards.secrets import looks_secret

TEXT = "tag:yaml.org,2002:str"
NOTES = "notes.yaml"  # in params/ too, and no params file
LISTED = ("export", "events")  # the keys that take a list too
KINDS = {
    "timestamp": "a date",
    "int": "a number",
    "float": "a number",
    "bool": "a truth value",
    "null": "nothing",
}


def read_params_file(path: Path) -> dict[str, str]:
    """Return the keys and texts of a params file, in its order.

    A setting of a block is called BLOCK.SETTING.

    Raises:
        OpsdeskError: the file is missing, empty or not YAML; a key is given twice; a value is not
            quoted text; a block is not `google:` or `spark:`.
    """
    root = _parsed(path)
    where = project.shown(path)
    if not isinstance(root, yaml.MappingNode):
        what = "is empty" if root is None else "is not a list of `key: value` lines"
        raise OpsdeskError(
            f'{where} {what}: write lines such as `timezone: "UTC"` '
            "(params/sample.yaml shows all keys)."
        )
    return _texts(where, root, "")


def _texts(where: str, block: yaml.MappingNode, prefix: str) -> dict[str, str]:
    """Return the texts of the file, or of one block in it."""
    values: dict[str, str] = {}
    seen: set[str] = set()
    for key_node, value_node in block.value:
        key = prefix + _key(where, key_node)
        line = f"{where}, line {_line(key_node)}"
        if key in seen:
            raise OpsdeskError(f"{line}: {key} is given twice: keep one of the two.")
        seen.add(key)
        if key in BLOCKS:
            values |= _block(line, where, key, value_node)
        elif key in LISTED and isinstance(value_node, yaml.SequenceNode):
            texts = [_text(line, key, item) for item in value_node.value]
            values[key] = BETWEEN_PATTERNS.join(texts)
        else:
            values[key] = _text(line, key, value_node)
    return values


def _block(line: str, where: str, key: str, node: yaml.Node) -> dict[str, str]:
    if isinstance(node, yaml.MappingNode):
        return _texts(where, node, f"{key}.")
    # `google:` whose settings are all taken out is an empty block.
    if isinstance(node, yaml.ScalarNode) and not node.value and not node.style:
        return {}
    first = next(iter(BLOCKS[key]))
    raise OpsdeskError(
        f"{line}: {key} is a block: write `{key}:` alone, and its settings indented on the lines "
        f'after it, such as `  {first}: ""`.'
    )


def _parsed(path: Path) -> yaml.Node | None:
    where = project.shown(path)
    if not path.is_file():
        files = sorted((project.ROOT / "params").glob("*.yaml"))
        there = ", ".join(f"params/{file.name}" for file in files if file.name != NOTES)
        if not path.is_dir() and path.exists():
            project.refuse_pipe("The params file", path)
        raise OpsdeskError(
            f"{where} {_what_it_is(path)}; parameter files there are: {there or 'none'}."
        )
    try:
        return compose_yaml(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise OpsdeskError(f"{where} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OpsdeskError(f"{where} is not UTF-8 text: save it as UTF-8.") from None
    except UnreadableDocument as error:
        raise OpsdeskError(f'{where}, {error}: write lines such as `timezone: "UTC"`.') from None


def _what_it_is(path: Path) -> str:
    if path.is_dir():
        return "is a folder"
    return "is not a file" if path.exists() else "does not exist"


def _key(where: str, node: yaml.Node) -> str:
    if is_day(str(node.value)):
        raise OpsdeskError(
            f"{where}, line {_line(node)}: a key that is a day makes this a notes file, not a "
            f'params file: name it in one, notes: "{where}", and run that.'
        )
    if not isinstance(node, yaml.ScalarNode) or node.tag != TEXT:
        raise OpsdeskError(
            f"{where}, line {_line(node)}: a key must be a plain word such as timezone."
        )
    return str(node.value)


def _text(where: str, key: str, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a nested block"
        raise OpsdeskError(f"{where}: {key} is {kind}, but it takes one text in quotes.")
    value = str(node.value)
    if node.tag == TEXT:
        return value
    kind = KINDS.get(node.tag.rpartition(":")[2], f"a {node.tag}")
    if kind == "nothing":
        raise OpsdeskError(
            f'{where}: {key} has no value: write {key}: "" for empty, or take the line out.'
        )
    if looks_secret(key):
        value = "..."
    raise OpsdeskError(
        f'{where}: {key}: {value} is {kind} to YAML: put it in quotes, {key}: "{value}".'
    )


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
