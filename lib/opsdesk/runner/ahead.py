"""What each notebook imports, by its name, so that a waiting kernel can do it ahead.

The list is kept by hand: a test fails where a notebook imports something that is not in it. A
notebook that is not in it at all imports when it runs.
"""

AHEAD = {
    "01_ingest": [
        "opsdesk.workbench",
        "opsdesk.ingest.source_files",
        "opsdesk.lake.open",
        "opsdesk.steps.ingest",
        "opsdesk.display.frames",
    ],
    "02_backfill": [
        "opsdesk.workbench",
        "opsdesk.lake.open",
        "opsdesk.steps.backfill",
        "opsdesk.display.frames",
    ],
    "03_transform": [
        "opsdesk.workbench",
        "opsdesk.calendars.calendar_file",
        "opsdesk.steps.transform",
        "opsdesk.warehouse.open",
        "opsdesk.display.frames",
    ],
    "04_foresight": [
        "opsdesk.workbench",
        "opsdesk.instants",
        "opsdesk.warehouse.open",
        "opsdesk.steps.foresight",
        "opsdesk.foresight.notebook",
        "opsdesk.display.foresight_charts",
        "opsdesk.display.frames",
    ],
    "05_trends": [
        "opsdesk.workbench",
        "opsdesk.instants",
        "opsdesk.warehouse.open",
        "opsdesk.trends.notebook",
        "opsdesk.foresight.notebook",
        "opsdesk.display.arrival_chart",
        "opsdesk.display.bar_charts",
        "opsdesk.display.foresight_charts",
        "opsdesk.display.frames",
        "opsdesk.display.signal_chart",
        "opsdesk.display.time_charts",
    ],
}
