"""What failed in a validated suite: which check, how often, and rows that show it."""

from typing import Any


def findings_of(validated: Any, examples: int) -> list[dict[str, Any]]:
    """Return a finding for each check that failed, with at most `examples` rows.

    `count` is None where a check is about the table and not about rows. A check that could not be
    asked failed, too: its `error` says why.
    """
    return [_finding(one, examples) for one in validated.results if not one.success]


def _finding(one: Any, examples: int) -> dict[str, Any]:
    shown = one.to_json_dict()
    result = shown["result"]
    error = _error(shown.get("exception_info") or {})
    rows = [] if error else _rows(result)
    return {
        "says": one.expectation_config.meta["says"],
        "count": _count(result),
        "rows": rows[:examples],
        "error": error,
    }


def _count(result: dict[str, Any]) -> int | None:
    if "unexpected_count" in result:
        return int(result["unexpected_count"])
    observed = result.get("observed_value")
    # Of a check by a query it is the number of rows; of the columns, a number that says nothing.
    return observed if "unexpected_rows" in (result.get("details") or {}) else None


def _rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    details = result.get("details") or {}
    if "unexpected_rows" in details:
        return list(details["unexpected_rows"])
    if "mismatched" in details:
        return [
            {"expected": each["Expected"], "found": each["Found"]} for each in details["mismatched"]
        ]
    if "partial_unexpected_index_list" in result:
        return list(result["partial_unexpected_index_list"])
    if "partial_unexpected_list" in result:
        return [
            each if isinstance(each, dict) else {"value": each}
            for each in result["partial_unexpected_list"]
        ]
    return [{"found": result["observed_value"]}] if "observed_value" in result else []


def _error(info: dict[str, Any]) -> str:
    """Return why a check could not be asked, "" if it was; GX has one answer or one per metric."""
    answers = [info] if "raised_exception" in info else list(info.values())
    raised = [each["exception_message"] for each in answers if each.get("raised_exception")]
    return str(raised[0]).strip().splitlines()[0] if raised else ""
