"""The page docs/tables.md, made from tables.yaml.

`python -m opsdesk.catalogue.docs_page > docs/tables.md` writes it.
"""

from opsdesk.catalogue.tables import Table, catalogue

KINDS = {
    "result": "Published tables",
    "estimate": "Estimates, shown only with the publication that they were made from",
    "raw": "Loaded tables",
    "ledger": "Ledgers",
}


def tables_page() -> str:
    """Return every table and column in words, as Markdown."""
    parts = [
        "# Tables",
        "",
        "Made from `lib/opsdesk/catalogue/tables.yaml`; types are GoogleSQL's. "
        "The same sentences are in the database as comments.",
        "",
    ]
    for kind, title in KINDS.items():
        parts += [f"## {title}", ""]
        for table in catalogue().values():
            if table.kind == kind:
                parts += _section(table)
    return "\n".join(parts).rstrip() + "\n"


def _section(table: Table) -> list[str]:
    rows = [
        f"| {column.name} | {column.type} | {column.unit} | {column.description} |"
        for column in table.columns
    ]
    about = [f"### {table.name}", "", f"{table.description} Unique by {', '.join(table.key)}.", ""]
    if table.layout.partition:
        by = f"by month of {table.layout.partition}, clustered by {', '.join(table.layout.cluster)}"
        about += [f"In BigQuery partitioned {by}. {table.layout.why}", ""]
    return [*about, "| column | type | unit | meaning |", "|---|---|---|---|", *rows, ""]


if __name__ == "__main__":
    print(tables_page(), end="")
