"""Google's predefined roles, as far as we need them, and which permissions a request takes.

Sources: https://docs.cloud.google.com/bigquery/docs/access-control (roles and permissions),
https://docs.cloud.google.com/storage/docs/access-control/iam-json (permissions by method),
https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#required_permissions.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_READ = "bigquery.datasets.get bigquery.tables.get bigquery.tables.getData bigquery.tables.list "
_WRITE = "bigquery.tables.create bigquery.tables.delete bigquery.tables.update bigquery.tables.updateData "
ROLES = {
    "roles/bigquery.jobUser": "bigquery.jobs.create",
    "roles/bigquery.user": "bigquery.datasets.create bigquery.datasets.get bigquery.jobs.create "
    "bigquery.readsessions.create bigquery.tables.list",
    "roles/bigquery.metadataViewer": "bigquery.datasets.get bigquery.tables.get bigquery.tables.list",
    "roles/bigquery.dataViewer": _READ,
    "roles/bigquery.dataEditor": _READ + _WRITE,
    "roles/bigquery.dataOwner": _READ
    + _WRITE
    + "bigquery.datasets.delete bigquery.datasets.update",
    "roles/storage.objectViewer": "storage.objects.get storage.objects.list",
    "roles/storage.objectCreator": "storage.objects.create",
    "roles/storage.objectUser": "storage.objects.create storage.objects.delete storage.objects.get "
    "storage.objects.list storage.objects.update",
    "roles/storage.legacyBucketReader": "storage.buckets.get storage.objects.list",
}
# The permission of each method, where there is a project, a dataset or a bucket to hold it on.
TAKES = {
    "bigquery.datasets.get": ("dataset", "bigquery.datasets.get"),
    "bigquery.datasets.insert": ("project", "bigquery.datasets.create"),
    "bigquery.jobs.get": ("project", "bigquery.jobs.create"),  # of one's own job
    "bigquery.jobs.getQueryResults": ("project", "bigquery.jobs.create"),
    "bigquery.jobs.insert": ("project", "bigquery.jobs.create"),
    "bigquery.tabledata.list": ("dataset", "bigquery.tables.getData"),
    "bigquery.tables.delete": ("dataset", "bigquery.tables.delete"),
    "bigquery.tables.get": ("dataset", "bigquery.tables.get"),
    "bigquery.tables.insert": ("dataset", "bigquery.tables.create"),
    "bigquery.tables.list": ("dataset", "bigquery.tables.list"),
    "bigquery.tables.patch": ("dataset", "bigquery.tables.update"),
    "storage.buckets.get": ("bucket", "storage.buckets.get"),
    "storage.objects.delete": ("bucket", "storage.objects.delete"),
    "storage.objects.get": ("bucket", "storage.objects.get"),
    "storage.objects.insert": ("bucket", "storage.objects.create"),
    "storage.objects.list": ("bucket", "storage.objects.list"),
}
WRITES = re.compile(r"\b(?:INSERT INTO|DELETE FROM|TRUNCATE TABLE)\s+`([^`]+)`")
READS = re.compile(r"(?:FROM|JOIN)\s+`?([\w.-]+)`?")


@dataclass(frozen=True)
class Account:
    """Who asks: its roles on project, dataset and bucket; `without` takes permissions away."""

    name: str
    project: tuple[str, ...] = ()
    dataset: tuple[str, ...] = ()
    bucket: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    made: set[str] = field(default_factory=set)  # the datasets that it has made

    def may(self, place: str, permission: str) -> bool:
        """Whether it holds a permission on a place; what it holds on the project, it does on all."""
        roles = {*self.project, *getattr(self, place)}
        if place == "dataset" and self.made:
            roles.add("roles/bigquery.dataOwner")
        held = {one for role in roles for one in ROLES[role].split()}
        return permission in held.difference(self.without)


def of_a_query(text: str) -> Iterator[tuple[str, str]]:
    """The permissions on the dataset that a query takes, each with the table it is about."""
    for table in WRITES.findall(text):
        yield "bigquery.tables.updateData", table
    for table in READS.findall(WRITES.sub("", text)):
        yield "bigquery.tables.getData", table


def of_a_load(load: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The permissions that a load job takes, each with the place it is held on."""
    if not load:
        return
    yield "dataset", "bigquery.tables.update"
    yield "dataset", "bigquery.tables.updateData"
    if load.get("sourceUris"):
        yield "bucket", "storage.buckets.get"
        yield "bucket", "storage.objects.get"
