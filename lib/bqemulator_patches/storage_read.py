"""What Google's Spark connector needs: its Arrow schema, results that can be listed, and TLS."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

import grpc
import pyarrow as pa
from bqemulator.api.routes import jobs, tabledata
from bqemulator.grpc_api import server
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.streaming import read_session
from fastapi import Query

from bqemulator_patches.rest import Json

RESULT_PATH = "/projects/{project_id}/datasets/_bqemu_anonymous/tables/{table_id}/data"
ANONYMOUS = re.compile(r"^anon(.{8})(.{4})(.{4})(.{4})(.{12})$")
LISTED = ("rows", "totalRows", "pageToken")


def apply() -> None:
    """Serve the Storage Read API as the connector reads it."""
    read_session._serialise_arrow_schema = _bare_schema
    server.grpc = _GrpcWithTls()
    DuckDBEngine._load_spatial = _load_nothing
    tabledata.router.get(RESULT_PATH)(_rows_of_a_result)
    # The route of every other table would match first: ours goes before it.
    tabledata.router.routes.insert(0, tabledata.router.routes.pop())


def _bare_schema(schema: pa.Schema) -> bytes:
    """Return the schema message alone.

    With the end-of-stream mark after it, the connector silently reads no row.
    """
    return schema.serialize().to_pybytes()


def _load_nothing(self: DuckDBEngine) -> None:
    """Do nothing: GEOGRAPHY would need an extension from the network, and is not used."""


def _rows_of_a_result(
    project_id: str,
    table_id: str,
    limit: Annotated[int, Query(alias="maxResults")] = 10000,
    start: Annotated[int, Query(alias="startIndex")] = 0,
    page: Annotated[str | None, Query(alias="pageToken")] = None,
) -> Json:
    """Answer tabledata.list for a query's anonymous result, which the connector's count() reads."""
    job_id = ANONYMOUS.sub(r"\1-\2-\3-\4-\5", table_id)
    answer = jobs.get_query_results(project_id, job_id, None, limit, start, page)
    listed = {key: answer[key] for key in LISTED if key in answer}
    return {"kind": "bigquery#tableDataList", **listed}


class _GrpcWithTls:
    """The module grpc as bqemulator's server sees it: each server listens on the TLS port, too.

    Without TLS the connector does not connect.
    """

    def __getattr__(self, name: str) -> object:
        return getattr(grpc, name)

    @property
    def aio(self) -> "_GrpcWithTls":
        return self

    def server(self, *arguments: Any, **options: Any) -> grpc.aio.Server:
        made = grpc.aio.server(*arguments, **options)
        address, _, folder = os.environ["OPSDESK_TLS"].partition(" ")
        key = Path(folder, "key.pem").read_bytes()
        certificate = Path(folder, "cert.pem").read_bytes()
        made.add_secure_port(address, grpc.ssl_server_credentials([(key, certificate)]))
        return made
