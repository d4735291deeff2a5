"""The Storage Read API, for Google's Spark connector: its Arrow schema, and TLS, without which it does not connect."""

import os
from pathlib import Path

import grpc
import pyarrow as pa
from bqemulator.grpc_api import server
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.streaming import read_session


def mend() -> None:
    """Apply what is in this module."""
    read_session._serialise_arrow_schema = _bare_schema
    server.grpc = _WithTls()
    DuckDBEngine._load_spatial = lambda self: None  # GEOGRAPHY would want an extension, and nobody here uses it


def _bare_schema(schema: pa.Schema) -> bytes:
    """The schema message alone: with the end-of-stream mark after it, the connector silently reads no row."""
    return schema.serialize().to_pybytes()


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
