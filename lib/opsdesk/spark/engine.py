"""Spark as an engine: what backfill and transform get so that Spark computes.

Everything that needs PySpark is imported when Spark is about to start.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from opsdesk.spark.stage_months import Months


@dataclass(frozen=True)
class SparkEngine:
    """Stages months and tables for a warehouse, which commits them as it commits its own."""

    setup: SparkSetup

    def months(self, warehouse: Warehouse) -> "AbstractContextManager[Months]":
        """Open what stages months for one backfill; see `stage_months`."""
        from opsdesk.spark.stage_months import stage_months

        return stage_months(self.setup, warehouse)

    def tables(
        self, warehouse: Warehouse, parameters: Mapping[str, object]
    ) -> AbstractContextManager[tuple[dict[str, object], str]]:
        """Compute and stage every result table; see `stage_tables`."""
        from opsdesk.spark.stage_tables import stage_tables

        return stage_tables(self.setup, warehouse, parameters)
