"""A BigQuery that agrees to everything at once, to see each text and body that it is sent.

with agreeing_bigquery() as google:
    client(google.url) ...
    google.requests        # as faulty_proxy keeps them

It computes nothing: a table has the schema that it was made with and one row, a query has none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from discovery import api
from faulty_proxy import Answer, Proxy, Request, faulty_proxy
from google_answers import refusal

NOWHERE = "http://127.0.0.1:9"  # each request is answered here


@contextmanager
def agreeing_bigquery() -> Iterator[Proxy]:
    with faulty_proxy(NOWHERE, gate=_Agreeing()) as proxy:
        yield proxy


class _Agreeing:
    def __init__(self) -> None:
        self.made: dict[str, dict] = {}  # datasets and tables, by path

    def __call__(self, request: Request) -> Answer:
        kind = api("bigquery", "v2").method_id(request).removeprefix("bigquery.")
        if kind in ("datasets.get", "tables.get"):
            found = self.made.get(request.path)
            return (200, found) if found else refusal(404, "Not found", "notFound")
        if kind in ("datasets.insert", "tables.insert"):
            return 200, self._make(request)
        if kind == "tables.patch":
            self.made[request.path] |= request.body
            return 200, self.made[request.path]
        return 200, _others(kind, request)

    def lose_column(self, table: str) -> None:
        """Let a table be one of an earlier opsdesk: without its last column."""
        for path, made in self.made.items():
            if path.endswith(f"/{table}"):
                made["schema"]["fields"].pop()

    def _make(self, request: Request) -> dict:
        made = {**deepcopy(request.body), "numRows": "1", "numBytes": "1"}
        place = made.get("tableReference") or made["datasetReference"]
        name = place.get("tableId") or place["datasetId"]
        self.made[f"{request.path}/{name}"] = made
        return made


def _others(kind: str, request: Request) -> object:
    if kind == "jobs.insert":
        made = {"query": {"totalBytesBilled": "0", "numDmlAffectedRows": "1"}}
        status = {"state": "DONE"}
        return {**request.body, "status": status, "statistics": made | {"totalBytesProcessed": "1"}}
    if kind == "jobs.getQueryResults":
        reference = {"projectId": "p", "jobId": request.path.rsplit("/", 1)[1]}
        return {"jobReference": reference, "jobComplete": True, "totalRows": "0", "schema": {}}
    return {"rows": [], "tables": [], "totalRows": "0"}
