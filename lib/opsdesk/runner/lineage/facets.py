"""Facets: named parts of an event, each with the schema that it follows.

The versions are those of OpenLineage 2-0-2. `tests/runner/openlineage/` has the schemas.
"""

from typing import Any

import opsdesk

PRODUCER = f"urn:opsdesk:{opsdesk.__version__}"
SPEC = "https://openlineage.io/spec"
EVENT_SCHEMA = f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
# The key of a facet, with the version and the name of its schema.
SCHEMAS = {
    "dataQualityAssertions": ("1-1-0", "DataQualityAssertionsDatasetFacet"),
    "dataQualityMetrics": ("1-0-3", "DataQualityMetricsInputDatasetFacet"),
    "documentation": ("1-1-0", "DocumentationDatasetFacet"),
    "errorMessage": ("1-0-1", "ErrorMessageRunFacet"),
    "inputStatistics": ("1-0-0", "InputStatisticsInputDatasetFacet"),
    "jobType": ("2-0-4", "JobTypeJobFacet"),
    "nominalTime": ("1-0-1", "NominalTimeRunFacet"),
    "outputStatistics": ("1-0-2", "OutputStatisticsOutputDatasetFacet"),
    "parent": ("1-2-0", "ParentRunFacet"),
    "schema": ("1-2-0", "SchemaDatasetFacet"),
    "symlinks": ("1-0-1", "SymlinksDatasetFacet"),
}
Facets = dict[str, dict[str, Any]]


def facet(key: str, **values: Any) -> Facets:
    """Return the facet `key` with these values, to be merged with other facets."""
    version, name = SCHEMAS[key]
    base = {
        "_producer": PRODUCER,
        "_schemaURL": f"{SPEC}/facets/{version}/{name}.json#/$defs/{name}",
    }
    return {key: base | values}
