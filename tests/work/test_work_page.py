"""docs/work_next.md: its rule works, its errors are those that a person gets, its lists are complete."""

import re

import pytest

from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.work.columns import rule_columns
from opsdesk.work.rules_file import read_rules

PAGE = (project.ROOT / "docs/work_next.md").read_text(encoding="utf-8")
(OWN,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)


def test_the_own_rule_of_the_page_is_two_lines_and_works(tmp_path):
    path = tmp_path / "my_rules.yaml"
    path.write_text(OWN)
    assert len(OWN.splitlines()) == 2
    own = read_rules(str(path)).rules[-1]
    assert (own.name, own.weight, own.do) == ("VIP", 60, "Call them today")


@pytest.mark.parametrize(
    ("wrong", "place"), [("custommer = 'Acme'", 0), ("priority = 5", 1), ("CURRENT_TIMESTAMP() > created_at", 2)]
)  # fmt: skip
def test_the_errors_of_the_page_are_those_that_a_person_gets(tmp_path, wrong, place):
    (said,) = re.findall(r"```text\n(.*?)```", PAGE, re.S)
    path = tmp_path / "my_rules.yaml"
    path.write_text(OWN.replace("customer = 'Acme' AND hours_open > 8", wrong))
    with pytest.raises(OpsdeskError) as refused:
        read_rules(str(path))
    expected = said.splitlines()[place].partition("my_rules.yaml")[2]
    assert str(refused.value).partition("my_rules.yaml")[2] == expected


def test_the_page_has_every_shipped_rule_with_its_weight_and_every_column():
    rows = re.findall(r"^\| (.+?) \| .+ \| (\d+) \|$", PAGE, re.M)
    assert rows == [(rule.name, str(rule.weight)) for rule in read_rules("default").rules]
    assert set(rule_columns()) <= set(re.findall(r"`(\w+)`", PAGE))
