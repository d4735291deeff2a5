"""Check published tables with Great Expectations: `python deploy/quality PLAN FOLDER`.

PLAN is a JSON file that `opsdesk quality` writes. FOLDER gets the Data Docs and results.json.
This runs in an environment of its own, which knows nothing of opsdesk.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before Great Expectations is imported

import great_expectations as gx
import sqlalchemy
from data_docs import write_index, write_page
from findings import findings_of
from sources import connection_string, type_name
from suites import suite_of

EXAMPLES = 3  # rows that are shown of a failed check


def main(plan_file: str, folder: str) -> None:
    """Validate the suite of each table of the plan, and write what was found."""
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "warehouse", connection_string=connection_string(plan["warehouse"])
    )
    there = sqlalchemy.inspect(source.get_engine())
    results = []
    for table in plan["tables"]:
        if table["columns"] and not there.has_table(table["name"]):
            results.append(_missing(table["name"]))
            continue
        validated = _validate(context, source, plan["warehouse"], table)
        write_page(validated, Path(folder))
        results.append(
            {
                "suite": table["name"],
                "checks": len(validated.results),
                "page": f"{table['name']}.html",
                "findings": findings_of(validated, EXAMPLES),
            }
        )
    write_index(plan["title"], results, Path(folder))
    text = json.dumps({"suites": results}, ensure_ascii=False, default=str)
    Path(folder, "results.json").write_text(text, encoding="utf-8")


def _validate(context: Any, source: Any, warehouse: dict[str, str], table: dict[str, Any]) -> Any:
    """Return the result of a table's suite, with rows where a check failed.

    What each check counts is asked first, in a few queries. Rows take a query per check, which
    BigQuery bills: they are asked for in a second pass, of a suite that failed.
    """
    suite = context.suites.add(suite_of(table, lambda name: type_name(warehouse, name)))
    if table["columns"]:
        asset = source.add_table_asset(table["name"], table_name=table["name"])
        batches = asset.add_batch_definition_whole_table("all rows")
    else:  # its checks name their tables themselves
        asset = source.add_query_asset(table["name"], query="SELECT 1 AS one")
        batches = asset.add_batch_definition_whole_table("all tables")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=table["name"], data=batches, suite=suite)
    )
    counted = definition.run(result_format="BOOLEAN_ONLY")
    if counted.success:
        return counted
    columns = batches.get_batch().columns()
    shown = {"result_format": "COMPLETE", "partial_unexpected_count": EXAMPLES}
    if key := [name for name in table["key"] if name in columns]:
        shown["unexpected_index_column_names"] = key
    return definition.run(result_format=shown)


def _missing(name: str) -> dict[str, Any]:
    finding = {"says": "the table is there", "count": None, "rows": [], "error": "no such table"}
    return {"suite": name, "checks": 1, "page": "", "findings": [finding]}


def _end_with_the_parent() -> None:
    """Wait until the other end of standard input is closed, which is when the parent is gone."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    main(*sys.argv[1:])
