"""The pages on mappings are so: every example is a mapping that is read, every key is shown, every system is listed."""

import re

import pytest
import yaml

from opsdesk import project
from opsdesk.ingest.mapping import mappings_folder, read_mapping
from opsdesk.ingest.mapping_checks import KEYS, targets
from opsdesk.ingest.mapping_sources import KEYS as WAYS

PAGE = (project.ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NEEDED = {"ticket_id": "Id", "created_at": "Created", "resolved_at": "Solved"}
SYSTEMS = (project.ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
CARRIED = {
    "updated": "updated_at",
    "first response": "first_response_at",
    "customer tier": "customer_tier",
}


def keys_of(block) -> set[str]:
    if isinstance(block, list):
        return set().union(*map(keys_of, block))
    if not isinstance(block, dict):
        return set()
    return set(block).union(*map(keys_of, block.values()))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[-1][:40])
def test_an_example_is_read(tmp_path, example):
    said = yaml.safe_load(example)
    needed = {"columns": NEEDED | said.get("columns", {})}
    if "timestamps" not in said:
        needed["timestamps"] = ["%Y-%m-%d"]
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump(said | needed, allow_unicode=True), encoding="utf-8")
    mapping = read_mapping(str(file))
    assert set(mapping.columns) >= set(NEEDED)


def test_every_key_and_column_is_shown():
    shown = set().union(*(keys_of(yaml.safe_load(example)) for example in EXAMPLES))
    assert set(KEYS) | set(WAYS) | {"name", "in", "matches"} <= shown
    assert {name for name in targets() if name != "due_at"} <= shown
    assert "due_at" in PAGE


def test_the_page_lists_each_mapping_with_what_it_carries():
    rows = [line.strip("| ").split(" | ") for line in SYSTEMS.splitlines() if line[:3] == "| `"]
    assert {cells[0].strip("`") for cells in rows} == {
        path.stem for path in mappings_folder().glob("*.yaml")
    }
    for line in SYSTEMS.splitlines():
        if line[:3] != "| `":
            continue
        name, _, target, carried, rules, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        mapping = read_mapping(name.strip("` "))
        listed = {CARRIED.get(word, word) for word in carried.split(", ")}
        kinds = {"sla_hours", "sla_breached", "due_at", "resolution_hours"}
        common = {"ticket_id", "created_at", "resolved_at", "status", "agent_id"}
        assert listed == {*mapping.columns, *mapping.attributes} - kinds - common, name
        assert rules == ", ".join(rule.name for rule in mapping.exclude), name
        kind = {"due_at": "due", "sla_hours": "hours", "sla_breached": "flag"}
        found = [text for column, text in kind.items() if column in mapping.columns]
        assert target.split(" ")[0] == (found[0] if found else ""), name
