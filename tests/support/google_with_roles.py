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
    world: World
    account: Account

    def __call__(self, request: Request) -> Answer | None:
        taken = TAKES.get(api("storage", "v1").method_id(request))
        if taken is None or self.account.may(*taken):
            return None
        kind = "bucket" if taken[1].endswith((".list", "buckets.get")) else "object"
        return refusal(
            403,
            f"{self.account.name} does not have {taken[1]} access to the Google Cloud Storage "
            f"{kind}. Permission '{taken[1]}' denied on resource (or it may not exist).",
            "forbidden",
        )


@dataclass
class _BigQuery:
    world: World
    account: Account

    def __call__(self, request: Request) -> Answer | None:
        method = api("bigquery", "v2").method_id(request)
        place, permission = TAKES[method]
        if place == "dataset" and not self.world.has_dataset:
            place = "project"  # nothing can be granted on what is not there
        if not self.account.may(place, permission):
            return denied(self._words(permission, request.path))
        if method == "bigquery.datasets.insert":
            self.world.has_dataset = True
            self.account.made.add(self.world.cloud.dataset)
        problem = self._of_a_job(request.body) if method == "bigquery.jobs.insert" else None
        return _failed(request.body, problem) if problem else None

    def _words(self, permission: str, path: str) -> str:
        project, dataset = self.world.cloud.emulators.project, self.world.cloud.dataset
        if permission.startswith(("bigquery.jobs.", "bigquery.datasets.create")):
            return f"Project {project}: User does not have {permission} permission in project {project}."
        kind, name = "dataset", f"{project}:{dataset}"
        if "/tables/" in path:
            kind, name = "table", f"{name}.{path.split('/tables/')[1].split('/')[0]}"
        what = f"Permission {permission} denied on {kind} {name} (or it may not exist)."
        return f"{kind.title()} {name}: {what}"

    def _of_a_job(self, body: dict) -> str | None:
        """Why a job fails: it is started first, and looked through then."""
        settings = body["configuration"]
        for permission, table in of_a_query(settings.get("query", {}).get("query", "")):
            if not self.account.may("dataset", permission):
                return self._of_a_table(permission, table)
        for place, permission in of_a_load(settings["load"]) if "load" in settings else ():
            if not self.account.may(place, permission):
                if place == "dataset":
                    return self._of_a_table(
                        permission, settings["load"]["destinationTable"]["tableId"]
                    )
                file = settings["load"]["sourceUris"][0]
                return f"Access Denied: File {file}: {self.account.name} does not have {permission} access to the Google Cloud Storage bucket."
        return None

    def _of_a_table(self, permission: str, table: str) -> str:
        place = f"{self.world.cloud.emulators.project}:{self.world.cloud.dataset}"
        name = f"{place}.{table.rsplit('.', 1)[-1]}"
        if permission == "bigquery.tables.getData":
            what = f"User does not have permission to query table {name}, or perhaps it does not exist."
        else:
            what = f"Permission {permission} denied on table {name} (or it may not exist)."
        return f"Access Denied: Table {name}: {what}"


def _failed(body: dict, problem: str) -> Answer:
    """A job that has ended with this problem."""
    error = {"reason": "accessDenied", "message": problem}
    return 200, {**body, "status": {"state": "DONE", "errorResult": error, "errors": [error]}}
