"""Which role of Google's own holds a permission, and where it is granted."""

import re

PERMISSION = re.compile(
    r"(?<![\w.@-])((?:storage|bigquery|iam|serviceusage|resourcemanager)\.[a-zA-Z]+\.[a-zA-Z]+)\b"
)
# What a query says where it may not read a table: it names no permission.
NO_RIGHT_TO_QUERY = "permission to query table"
# By the beginning of the permission: the smallest role that holds it. The first that fits counts.
ROLES = {
    "storage.buckets.": "roles/storage.legacyBucketReader on the bucket",
    "storage.": "roles/storage.objectUser on the bucket",
    "bigquery.datasets.create": "roles/bigquery.user on the project",
    "bigquery.jobs.get": "roles/bigquery.resourceViewer on the project",  # of jobs of others
    "bigquery.jobs.": "roles/bigquery.jobUser on the project",
    "bigquery.readsessions.": "roles/bigquery.readSessionUser on the project",
    "bigquery.tables.getData": "roles/bigquery.dataViewer on the dataset",
    "bigquery.": "roles/bigquery.dataEditor on the dataset",
    "iam.serviceAccounts.": "roles/iam.serviceAccountTokenCreator on the service account",
    "serviceusage.": "roles/serviceusage.serviceUsageConsumer on the project",
}
IMPERSONATION_ROLE = ROLES["iam.serviceAccounts."]


def permission_in(text: str) -> str | None:
    """Return the permission that an answer of Google names or means, None where it has none."""
    if NO_RIGHT_TO_QUERY in text:
        return "bigquery.tables.getData"
    found = PERMISSION.search(text)
    return found[1] if found else None


def role_with(permission: str) -> str:
    """Return the role to grant for a permission, and where."""
    for start, role in ROLES.items():
        if permission.startswith(start):
            return role
    return "a role with it"
