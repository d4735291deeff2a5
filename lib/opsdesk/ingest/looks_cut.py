"""Whether an export stops exactly where many systems cut one."""

from opsdesk.ingest.reading.chunk_layout import Layout

# rows, without the header: what systems export at most, and what a sheet of Excel holds
VENDOR_LIMITS = (1_000, 10_000, 50_000, 65_535, 1_048_575)


def looks_cut(layouts: list[Layout]) -> list[str]:
    """Return a sentence for each file that may lack tickets."""
    return [
        f"{layout.file.name} has exactly {layout.rows:,} rows, where many systems cut an export: "
        "check that it holds every ticket."
        for layout in layouts
        if layout.rows in VENDOR_LIMITS
    ]
