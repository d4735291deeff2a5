"""A block of records: DuckDB reads its cells as text and cleans them."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from opsdesk.duckdb_file import quoted, quoted_path
from opsdesk.errors import OpsdeskError
from opsdesk.ingest.cleaning_sql import select_tickets
from opsdesk.ingest.column_plan import ColumnPlan
from opsdesk.ingest.export_file import ExportFile
from opsdesk.ingest.reading.chunk import Chunk
from opsdesk.ingest.timestamps_sql import clock_table, zones_of

AT_A_TIME = 2  # blocks that are read and cleaned in parallel, each by one thread


class BlockCleaner:
    """Reads and cleans blocks of an export as of a moment (UTC), AT_A_TIME in parallel.

    `plans` are those of the export's files, by name. `select` makes the query; only tests of
    reading give another.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        plans: dict[str, ColumnPlan],
        moment: datetime,
        select: Callable[..., str] = select_tickets,
    ) -> None:
        self._plans = plans
        self._moment = moment
        self._select = select
        for timezone in {zone for plan in plans.values() for zone in zones_of(plan)}:
            con.execute(clock_table(timezone))
        # a connection works on one block at a time; its temporary tables are its own
        self._free = deque(con.cursor() for _ in range(AT_A_TIME))

    def clean(self, block: Path, file: ExportFile, chunks: list[Chunk]) -> pa.Table:
        """Return the cleaned rows of a block: number of the chunk, record in it, cleaned columns.

        Args:
            block: a file with the records of `chunks`, in order.
            file: the file of the export that they are from.
        """
        con = self._free.pop()
        plan = self._plans[file.name]
        self._read_texts(con, block, file, sum(chunk.records for chunk in chunks))
        has_newlines = any(chunk.has_newlines for chunk in chunks)
        select = self._select(plan, "texts", self._moment, has_newlines=has_newlines)
        con.execute(f"CREATE OR REPLACE TEMP TABLE cleaned AS {select}")
        rows = con.table("cleaned").to_arrow_table()
        self._free.append(con)
        return _number_by_chunk(rows, chunks)

    def _read_texts(
        self, con: duckdb.DuckDBPyConnection, block: Path, file: ExportFile, expected: int
    ) -> None:
        """Create `texts`: the cells that the mapping names, as text, in the records' order."""
        plan = self._plans[file.name]
        selected = ", ".join(f"c{place}" for place in plan.places)
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(file.header)))
        # one thread reads a block: in parallel DuckDB would not keep the order
        con.execute(f"""CREATE OR REPLACE TEMP TABLE texts AS SELECT {selected} FROM read_csv(
            {quoted_path(block)}, columns={{{columns}}}, delim={quoted(file.delimiter)},
            quote='"', escape='"', new_line='\\n', header=false, auto_detect=false,
            parallel=false)""")
        ((read,),) = con.execute("SELECT count(*) FROM texts").fetchall()
        if read != expected:
            raise OpsdeskError(
                f"{file.name}: {expected} records were found and {read} read. "
                "Nothing was written; please report this file."
            )


def _number_by_chunk(rows: pa.Table, chunks: list[Chunk]) -> pa.Table:
    """Replace the number of a record in its block by that of its chunk, and that in the chunk."""
    sizes = np.array([chunk.records for chunk in chunks], np.int64)
    numbers = np.repeat(np.array([chunk.number for chunk in chunks], np.int64), sizes)
    firsts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    records = rows["record"].to_numpy()  # DuckDB may have changed the order of the rows
    rows = rows.set_column(0, "record", pa.array(records - firsts[records]))
    return rows.add_column(0, "chunk", pa.array(numbers[records]))
