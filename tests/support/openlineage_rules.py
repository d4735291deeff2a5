"""What OpenLineage says an event must be: by its JSON schemas, and by the typed classes of its own client."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from openlineage.client import event_v2
from openlineage.client import facet_v2 as classes
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[1] / "runner" / "openlineage"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
REGISTRY = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
CLASSES = {
    "dataQualityAssertions": classes.data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet,
    "dataQualityMetrics": classes.data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet,
    "documentation": classes.documentation_dataset.DocumentationDatasetFacet,
    "errorMessage": classes.error_message_run.ErrorMessageRunFacet,
    "inputStatistics": classes.input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "jobType": classes.job_type_job.JobTypeJobFacet,
    "nominalTime": classes.nominal_time_run.NominalTimeRunFacet,
    "outputStatistics": classes.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
    "parent": classes.parent_run.ParentRunFacet,
    "schema": classes.schema_dataset.SchemaDatasetFacet,
    "symlinks": classes.symlinks_dataset.SymlinksDatasetFacet,
}
# What is in lists of a facet, for its own names: a schema takes any more.
INNER = {
    "dataQualityAssertions": ("assertions", classes.data_quality_assertions_dataset.Assertion),
    "schema": ("fields", classes.schema_dataset.SchemaDatasetFacetFields),
    "symlinks": ("identifiers", classes.symlinks_dataset.Identifier),
}


def problems(event: dict) -> list[str]:
    """Everything that is wrong with an event."""
    found = _against({"$ref": event["schemaURL"]}, event)
    for place, facets in _facets(event):
        for key, facet in facets.items():
            found += [
                f"{key}: {problem}" for problem in _against({"$ref": facet["_schemaURL"]}, facet)
            ]
            found += _misplaced(place, key, facet["_schemaURL"])
            found += _against_class(key, facet)
    return found + _against_event_classes(event)


def _against(schema: dict, value: dict) -> list[str]:
    validator = Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(value)]


def _facets(event: dict):
    yield "RunFacet", event["run"]["facets"]
    yield "JobFacet", event["job"]["facets"]
    for dataset in (*event["inputs"], *event["outputs"]):
        yield "DatasetFacet", dataset["facets"]
        yield "InputDatasetFacet", dataset.get("inputFacets", {})
        yield "OutputDatasetFacet", dataset.get("outputFacets", {})


def _misplaced(place: str, key: str, url: str) -> list[str]:
    """The base that the facet's schema names must be that of the place where the event has it."""
    name = url.rpartition("/")[2]
    base = SCHEMAS[name]["$defs"][name]["allOf"][0]["$ref"].rpartition("/")[2]
    is_right = base == place and list(SCHEMAS[name]["properties"]) == [key]
    return [] if is_right else [f"{key} is a {base}, and is where a {place} belongs"]


def _against_class(key: str, facet: dict) -> list[str]:
    values = {name: value for name, value in facet.items() if not name.startswith("_")}
    kind = CLASSES[key]
    try:
        kind(**values)
        if key in INNER:
            name, inner = INNER[key]
            for item in values[name]:
                inner(**item)
    except (TypeError, ValueError) as error:
        return [f"{key}: {error}"]
    url = kind._get_schema()
    return [] if facet["_schemaURL"] == url else [f"{key}: the client has {url}"]


def _against_event_classes(event: dict) -> list[str]:
    try:
        read = event_v2.RunEvent(
            eventTime=event["eventTime"],
            producer=event["producer"],
            eventType=event_v2.RunState(event["eventType"]),
            run=event_v2.Run(event["run"]["runId"]),
            job=event_v2.Job(event["job"]["namespace"], event["job"]["name"]),
        )
    except (TypeError, ValueError) as error:
        return [str(error)]
    return [] if read.schemaURL == event["schemaURL"] else [f"the client has {read.schemaURL}"]
