"""How Great Expectations reaches the two warehouses: a dialect of SQLAlchemy for each."""

from typing import Any

import duckdb_engine
import sqlalchemy
import sqlalchemy_bigquery
from google.api_core.client_options import ClientOptions
from google.auth import default, impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud import bigquery
from sqlalchemy.dialects import registry

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
# What SQLAlchemy calls DuckDB's types; another type goes by its own name.
DUCKDB_TYPES = {
    "VARCHAR": sqlalchemy.VARCHAR,
    "BIGINT": sqlalchemy.BIGINT,
    "DOUBLE": sqlalchemy.DOUBLE,
    "BOOLEAN": sqlalchemy.BOOLEAN,
    "DATE": sqlalchemy.DATE,
    "TIMESTAMP": sqlalchemy.TIMESTAMP,
}
COLUMNS = """SELECT column_name, data_type FROM duckdb_columns()
    WHERE table_name = :name AND NOT internal ORDER BY column_index"""


class ReadOnlyDuckDB(duckdb_engine.Dialect):  # type: ignore[misc]  # it comes without types
    """DuckDB as Great Expectations needs it."""

    supports_statement_cache = False

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing: a connection that only reads needs no transaction."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Keep what was asked.

        Great Expectations reads a result after it has given the connection back. SQLAlchemy rolls
        back then, and DuckDB forgets the result (great_expectations issue 11579).
        """

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        """Return the columns of a table; duckdb-engine asks PostgreSQL's catalogue, which fails."""
        rows = connection.execute(sqlalchemy.text(COLUMNS), {"name": table_name}).fetchall()
        return [
            {"name": name, "type": _duckdb_type(kind), "nullable": True, "default": None}
            for name, kind in rows
        ]


class JobClient(bigquery.Client):  # type: ignore[misc]  # Google's client comes without types
    """Google's client, in which each query is a job with our labels.

    The short way, jobs.query, answers an error with no rows in the emulator: a check that could
    not be asked would look like one without rows.
    """

    def query_and_wait(self, query: str, **options: Any) -> Any:
        """Run a query as a job and return its rows."""
        page_size = options.pop("page_size", None)
        return self.query(query, job_config=options["job_config"]).result(page_size=page_size)


class OpsdeskBigQuery(sqlalchemy_bigquery.BigQueryDialect):  # type: ignore[misc]  # no types
    """BigQuery with the settings of the block `google:` of a params file."""

    supports_statement_cache = False
    settings: dict[str, str] = {}  # noqa: RUF012  # SQLAlchemy makes the object, so the class holds them

    def create_connect_args(self, url: Any) -> tuple[list[Any], dict[str, Any]]:
        """Return the client that asks, in place of one that SQLAlchemy would make."""
        super().create_connect_args(url.update_query_dict({"user_supplied_client": "true"}))
        return [], {"client": _bigquery_client(self.settings)}


def connection_string(warehouse: dict[str, str]) -> str:
    """Return the address of a warehouse for SQLAlchemy."""
    if warehouse["kind"] == "duckdb":
        registry.register("duckdb.opsdesk", __name__, "ReadOnlyDuckDB")
        return f"duckdb+opsdesk:///{warehouse['path']}?access_mode=read_only"
    registry.register("bigquery.opsdesk", __name__, "OpsdeskBigQuery")
    OpsdeskBigQuery.settings = warehouse
    return f"bigquery+opsdesk://{warehouse['project']}/{warehouse['dataset']}"


def type_name(warehouse: dict[str, str], google_type: str) -> str:
    """Return what Great Expectations calls a GoogleSQL type in this warehouse."""
    names = {
        "duckdb": {
            "STRING": "VARCHAR",
            "INT64": "BIGINT",
            "FLOAT64": "DOUBLE",
            "BOOL": "BOOLEAN",
            "TIMESTAMP": "TIMESTAMPTZ",
        },
        "bigquery": {"STRING": "String", "INT64": "Integer", "FLOAT64": "Float", "BOOL": "Boolean"},
    }
    return names[warehouse["kind"]].get(google_type, google_type)


def _duckdb_type(kind: str) -> Any:
    if kind == "TIMESTAMP WITH TIME ZONE":
        kind = "TIMESTAMPTZ"
    known = DUCKDB_TYPES.get(kind)
    return known() if known else type(kind, (sqlalchemy.types.NullType,), {})()


def _bigquery_client(settings: dict[str, str]) -> JobClient:
    dataset = bigquery.DatasetReference(settings["project"], settings["dataset"])
    job = bigquery.QueryJobConfig(
        default_dataset=dataset, labels={"app": "opsdesk", "step": "quality"}
    )
    if settings["maximum_bytes_billed"]:
        job.maximum_bytes_billed = int(settings["maximum_bytes_billed"])
    endpoint = settings["endpoint"]
    return JobClient(
        project=settings["project"],
        location=settings["location"] or None,
        credentials=AnonymousCredentials() if endpoint else _credentials(settings["impersonate"]),
        client_options=ClientOptions(api_endpoint=endpoint) if endpoint else None,
        default_query_job_config=job,
    )


def _credentials(account: str) -> Credentials | None:
    """Return the login to act as `account`; None is the login of this machine."""
    if not account:
        return None
    source, _ = default(scopes=SCOPES)
    return impersonated_credentials.Credentials(
        source_credentials=source, target_principal=account, target_scopes=SCOPES
    )
