"""What the checks found, as lines for a person."""

from typing import Any

Suite = dict[str, Any]
Finding = dict[str, Any]


def result_lines(suites: list[Suite]) -> list[str]:
    """Return a line for each check that failed, each with rows that show it, then a summary."""
    lines = []
    for suite in suites:
        for finding in suite["findings"]:
            lines += _finding_lines(suite["suite"], finding)
    checks = sum(suite["checks"] for suite in suites)
    failed = sum(len(suite["findings"]) for suite in suites)
    outcome = f"{failed:,} failed" if failed else "all passed"
    return [*lines, f"{checks:,} checks in {len(suites)} suites: {outcome}."]


def _finding_lines(suite: str, finding: Finding) -> list[str]:
    sentence = f"FAILED  {suite}: {finding['says']}"
    if finding["error"]:
        return [f"{sentence}; it could not be asked: {finding['error']}"]
    if count := finding["count"]:
        sentence += f"; not so in {count:,} {'row' if count == 1 else 'rows'}, such as"
    return [sentence, *(f"    {_row(row)}" for row in finding["rows"])]


def _row(row: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} = {'NULL' if value is None else value}" for name, value in row.items()
    )
