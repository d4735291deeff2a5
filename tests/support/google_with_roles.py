"""The emulators behind a server that answers as each account's roles let Google answer.

    world = World(cloud)
    with world.as_account(Account("ann", project=("roles/bigquery.user",))) as google:
        backfill(..., google)        # a GoogleConnection

What is refused is said in Google's own words (https://docs.cloud.google.com/bigquery/docs/troubleshoot-access-control
and answers that people have published). All else is the emulators' answer: whose a job is, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from discovery import api
from emulated import Cloud
from faulty_proxy import Answer, Proxy, Request, faulty_proxy
from google_answers import denied, refusal
from google_roles import TAKES, Account, of_a_load, of_a_query
from opsdesk.google.connection import GoogleConnection

LOCATION = "EU"  # where an account makes a missing dataset


@dataclass
class World:
    """A project with one dataset, which may be missing, and one bucket."""

    cloud: Cloud
    has_dataset: bool = False
    proxies: list[Proxy] = field(default_factory=list)

    def make_dataset(self) -> None:
        """The dataset, as an owner of the project makes it."""
        self.cloud.bigquery_client().create_dataset(self.cloud.dataset)
        self.has_dataset = True

    @contextmanager
    def as_account(self, account: Account) -> Iterator[GoogleConnection]:
        running = self.cloud.emulators
        storage = _Storage(self, account)
        bigquery = _BigQuery(self, account)
        with (
            faulty_proxy(running.storage_url, gate=storage, login=account.name) as files,
            faulty_proxy(running.bigquery_url, gate=bigquery, login=account.name) as tables,
        ):
            self.proxies += [files, tables]
            endpoints = self.cloud.endpoints(files.url, tables.url)
            yield GoogleConnection(endpoints=endpoints, location=LOCATION)

    def statuses(self, method: str, pattern: str) -> list[int]:
        """What requests so far were answered with."""
        return [one.status for proxy in self.proxies for one in proxy.asked(method, pattern)]


@dataclass
class _Storage:
    """The gate of Cloud Storage for one account."""

    world: World
    account: Account

    def __call__(self, request: Request) -> Answer | None:
        taken = TAKES[api("storage", "v1").method_id(request)][1]
        replaces = request.query.get("ifGenerationMatch", "0") != "0"
        for permission in (taken, "storage.objects.delete" if replaces else taken):
            if not self.account.may("bucket", permission):
                text = f"{_no_access(self.account, permission)} (or it may not exist)."
                return refusal(403, text, "forbidden")
        return None


def _no_access(account: Account, permission: str) -> str:
    kind = "object" if permission.startswith("storage.objects.") else "bucket"
    kind = "bucket" if permission.endswith(".list") else kind
    return (
        f"{account.name} does not have {permission} access to the Google Cloud Storage {kind}. "
        f"Permission '{permission}' denied on resource"
    )


@dataclass
class _BigQuery:
    """The gate of BigQuery for one account."""

    world: World
    account: Account

    def __call__(self, request: Request) -> Answer | None:
        method = api("bigquery", "v2").method_id(request)
        place, permission = TAKES[method]
        if place == "dataset" and not self.world.has_dataset:
            place = "project"  # nothing can be granted on what is not there
        if not self.account.may(place, permission):
            return denied(self._why(permission, request.path))
        if method == "bigquery.datasets.insert":
            self.world.has_dataset = True
            self.account.made.add(self.world.cloud.dataset)
        if method == "bigquery.jobs.insert":
            return self._failed_job(request.body)
        return None

    def _why(self, permission: str, path: str) -> str:
        project = self.world.cloud.emulators.project
        if permission.startswith(("bigquery.jobs.", "bigquery.datasets.create")):
            lacks = f"User does not have {permission} permission in project {project}."
            return f"Project {project}: {lacks}"
        if "/tables/" in path:
            return self._of_a_table(permission, path.split("/tables/")[1].split("/")[0])
        name = f"{project}:{self.world.cloud.dataset}"
        return f"Dataset {name}: {_denied_on('dataset', name, permission)}"

    def _of_a_table(self, permission: str, table: str) -> str:
        project, dataset = self.world.cloud.emulators.project, self.world.cloud.dataset
        name = f"{project}:{dataset}.{table.rsplit('.', 1)[-1]}"
        return f"Table {name}: {_denied_on('table', name, permission)}"

    def _failed_job(self, body: dict) -> Answer | None:
        """The job as it fails where a right on tables or files is missing: it was started."""
        problem = next(self._problems(body["configuration"]), None)
        if problem is None:
            return None
        error = {"reason": "accessDenied", "message": f"Access Denied: {problem}"}
        return 200, {**body, "status": {"state": "DONE", "errorResult": error, "errors": [error]}}

    def _problems(self, settings: dict) -> Iterator[str]:
        for permission, table in of_a_query(settings.get("query", {}).get("query", "")):
            if not self.account.may("dataset", permission):
                yield self._of_a_table(permission, table)
        load = settings.get("load", {})
        for place, permission in of_a_load(load):
            if self.account.may(place, permission):
                continue
            if place == "dataset":
                yield self._of_a_table(permission, load["destinationTable"]["tableId"])
            else:
                yield f"File {load['sourceUris'][0]}: {_no_access(self.account, permission)}."


def _denied_on(kind: str, name: str, permission: str) -> str:
    if permission == "bigquery.tables.getData":
        return f"User does not have permission to query table {name}, or perhaps it does not exist."
    return f"Permission {permission} denied on {kind} {name} (or it may not exist)."
