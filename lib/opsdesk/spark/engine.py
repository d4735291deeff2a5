"""Spark as an engine: what backfill and transform are handed so that Spark computes. It is imported when it starts."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from opsdesk.spark.setup import SparkSetup
from opsdesk.warehouse.open import Warehouse

if TYPE_CHECKING:
    from opsdesk.spark.stage_months import Months


class SparkEngine:
    """Stages months and tables for a warehouse, which commits them as it commits its own."""

    def __init__(self, setup: SparkSetup) -> None:
        self.setup = setup

    def months(self, warehouse: Warehouse) -> "AbstractContextManager[Months]":
        """What stages months for one backfill; Spark and everything staged are gone at its end."""
        from opsdesk.spark.stage_months import stage_months

        return stage_months(self.setup, warehouse)

    def tables(
        self, warehouse: Warehouse, parameters: Mapping[str, object]
    ) -> AbstractContextManager[tuple[dict[str, object], str]]:
        """Every result table computed and staged, as `publish` takes it, and the words for who did.

        Raises:
            OpsdeskError: Spark does not start or fails; the text has the first real cause.
        """
        from opsdesk.spark.stage_tables import stage_tables

        return stage_tables(self.setup, warehouse, parameters)
