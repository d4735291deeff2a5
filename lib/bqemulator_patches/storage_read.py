"""What Google's Spark connector needs: its Arrow schema, results that can be listed, and TLS, without which it does not connect."""

import os
import re
from pathlib import Path
from typing import Annotated

import grpc
import pyarrow as pa
from bqemulator.api.routes import jobs, tabledata
from bqemulator.grpc_api import server
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.streaming import read_session
from fastapi import Query


def mend() -> None:
    """Apply what is in this module."""
    read_session._serialise_arrow_schema = _bare_schema
    server.grpc = _WithTls()
    DuckDBEngine._load_spatial = lambda self: (
        None
    )  # GEOGRAPHY would want an extension, and nobody here uses it
    path = "/projects/{project_id}/datasets/_bqemu_anonymous/tables/{table_id}/data"
    tabledata.router.get(path)(_rows_of_a_result)
    tabledata.router.routes.insert(
        0, tabledata.router.routes.pop()
    )  # before the route of every other table


def _bare_schema(schema: pa.Schema) -> bytes:
    """The schema message alone: with the end-of-stream mark after it, the connector silently reads no row."""
    return schema.serialize().to_pybytes()


def _rows_of_a_result(
    project_id: str,
    table_id: str,
    limit: Annotated[int, Query(alias="maxResults")] = 10000,
    start: Annotated[int, Query(alias="startIndex")] = 0,
    page: Annotated[str | None, Query(alias="pageToken")] = None,
) -> dict:
    """tabledata.list of a query's anonymous result, which the connector's count() reads."""
    job_id = re.sub(r"^anon(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", table_id)
    answer = jobs.get_query_results(project_id, job_id, None, limit, start, page)
    return {"kind": "bigquery#tableDataList"} | {
        k: answer[k] for k in ("rows", "totalRows", "pageToken") if k in answer
    }


class _WithTls:
    """The module grpc as bqemulator's server sees it: every server it makes listens on the TLS port as well."""

    def __getattr__(self, name: str) -> object:
        return getattr(grpc, name)

    @property
    def aio(self) -> "_WithTls":
        return self

    def server(self, *arguments: object, **options: object) -> grpc.aio.Server:
        made = grpc.aio.server(*arguments, **options)
        address, _, folder = os.environ["OPSDESK_TLS"].partition(" ")
        key, certificate = (Path(folder, name).read_bytes() for name in ("key.pem", "cert.pem"))
        made.add_secure_port(address, grpc.ssl_server_credentials([(key, certificate)]))
        return made
