"""Google's own SQL analyzer and reference engine, in-process and offline: what BigQuery itself would make of a text.

The package `zetasql` is Google's C++ built to WebAssembly. Compiling it takes a quarter of a minute, so the compiled module
is kept in .googlesql-cache/. It knows no quotas and runs no scripts; it analyzes them.

Tests that import this module share one worker: `pytestmark = pytest.mark.xdist_group("googlesql")`.
"""

import ctypes
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import wasmtime
from google.protobuf.message import Message
from zetasql.core import wasm_client
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2 as option_messages
from zetasql.wasi._pb2.zetasql.public import options_pb2, type_pb2, value_pb2
from zetasql.wasi._pb2.zetasql.resolved_ast import resolved_node_kind_pb2 as statements

from opsdesk.catalogue.tables import catalogue
from opsdesk.project import ROOT
from tickets import Row

Schema = Mapping[str, str]  # column: GoogleSQL type

CACHE = ROOT / ".googlesql-cache"
KINDS = {
    "STRING": type_pb2.TYPE_STRING,
    "INT64": type_pb2.TYPE_INT64,
    "FLOAT64": type_pb2.TYPE_DOUBLE,
    "BOOL": type_pb2.TYPE_BOOL,
    "DATE": type_pb2.TYPE_DATE,
    "TIMESTAMP": type_pb2.TYPE_TIMESTAMP,
}
NAMES = {kind: name for name, kind in KINDS.items()}
TYPES = {
    str: "STRING",
    int: "INT64",
    float: "FLOAT64",
    bool: "BOOL",
    date: "DATE",
    datetime: "TIMESTAMP",
}
FIELDS = {
    "STRING": "string_value",
    "INT64": "int64_value",
    "FLOAT64": "double_value",
    "BOOL": "bool_value",
}
QUERY_KINDS = (
    statements.RESOLVED_QUERY_STMT,
    statements.RESOLVED_CREATE_TABLE_AS_SELECT_STMT,
)
# What BigQuery takes in a transaction, and an ASSERT before it.
SCRIPT_KINDS = (
    statements.RESOLVED_QUERY_STMT,
    statements.RESOLVED_ASSERT_STMT,
    statements.RESOLVED_BEGIN_STMT,
    statements.RESOLVED_COMMIT_STMT,
    statements.RESOLVED_DELETE_STMT,
    statements.RESOLVED_INSERT_STMT,
    statements.RESOLVED_TRUNCATE_STMT,
)
EPOCH_DAY, EPOCH = date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def schemas(names: Iterable[str] = ()) -> dict[str, Schema]:
    """The declared columns of these tables of tables.yaml, or of all."""
    tables = [catalogue()[name] for name in names or catalogue()]
    return {table.name: {column.name: column.type for column in table.columns} for table in tables}


def analyze(sql: str, tables: Mapping[str, Schema], parameters: Schema) -> list[tuple[str, str]]:
    """The columns of a query, or of the table that a CREATE TABLE AS makes, with the types that Google's analyzer gives them.

    A table's name may be a path as it stands between backticks: project.dataset.table.

    Raises:
        zetasql's ServerError: GoogleSQL does not accept the text; it says why and where.
    """
    request = service.AnalyzeRequest(sql_statement=sql, options=_options(parameters))
    request.simple_catalog.CopyFrom(_catalog(tables))
    request.descriptor_pool_list.definitions.add().builtin.SetInParent()
    statement = _call("Analyze", request, service.AnalyzeResponse).resolved_statement
    table = statement.resolved_create_statement_node.resolved_create_table_stmt_base_node
    queries = (statement.resolved_query_stmt_node, table.resolved_create_table_as_select_stmt_node)
    columns = [column for query in queries for column in query.output_column_list]
    return [(column.name, _type_name(column.column.type)) for column in columns]


def parse(sql: str) -> None:
    """Let Google's parser read a statement of any kind; whether its names exist is not looked at.

    Raises:
        zetasql's ServerError: it is not GoogleSQL; it says why and where.
    """
    request = service.ParseRequest(sql_statement=sql)
    request.options.CopyFrom(_language())
    _call("Parse", request, service.ParseResponse)


class Analyzer:
    """Google's analyzer on scripts over the same tables: they are registered once."""

    def __init__(self, tables: Mapping[str, Schema]) -> None:
        self.catalog = _registered(_catalog(tables))

    def kinds(self, script: str, parameters: Schema) -> list[str]:
        """The kind of each statement of a script, such as INSERT; a query alone is a script of one.

        Raises:
            zetasql's ServerError: GoogleSQL does not accept the script; it says why and where.
        """
        _call("Parse", _as_script(script), service.ParseResponse)
        request = service.AnalyzeRequest(options=_options(parameters, SCRIPT_KINDS))
        _use(self.catalog, request)
        location = request.parse_resume_location
        location.input = script
        location.allow_resume = True
        kinds = []
        while location.byte_position < len(script.rstrip().encode()):
            answer = _call("Analyze", request, service.AnalyzeResponse)
            node = answer.resolved_statement.WhichOneof("node")
            kinds.append(node.removeprefix("resolved_").removesuffix("_stmt_node").upper())
            location.byte_position = answer.resume_byte_position
        return kinds


def rows(sql: str, tables: Mapping[str, list[Row]], parameters: Mapping[str, object]) -> list[Row]:
    """The rows of a query, as Google's reference engine computes them from these rows of tables of tables.yaml.

    The tables become CTEs around the text, as on BigQuery, and each text is analyzed once however often it is computed.
    """
    types = tuple((name, TYPES[type(value)]) for name, value in parameters.items())
    query, columns = _prepared(sql, tuple(tables), types)
    request = service.EvaluateQueryRequest(prepared_query_id=query)
    for name, value in parameters.items():
        request.params.add(name=name, value=_message(value, TYPES[type(value)]))
    for name, content in tables.items():
        request.params.add(name=name, value=_array(content, schemas([name])[name]))
    content = _call("EvaluateQuery", request, service.EvaluateQueryResponse).content.table_data
    return [dict(zip(columns, map(_python, row.cell), strict=True)) for row in content.row]


# the engine


class _Engine(wasm_client.WasmClient):
    """The package's client, started from the kept module, and copying bytes in blocks instead of one by one."""

    def __init__(self) -> None:
        with mock.patch.object(wasm_client, "Module", mock.Mock(from_file=_compiled)):
            super().__init__(get_wasm_path())

    def write_bytes(self, ptr: int, data: bytes) -> None:
        ctypes.memmove(self._address(ptr), data, len(data))

    def read_bytes(self, ptr: int, size: int) -> bytes:
        return ctypes.string_at(self._address(ptr), size)

    def _address(self, pointer: int) -> int:
        return ctypes.addressof(self.memory.data_ptr().contents) + pointer


def _compiled(engine: wasmtime.Engine, path: str) -> wasmtime.Module:
    """The compiled module, from the cache where there is one of the same versions and machine."""
    kept = (
        CACHE
        / f"zetasql-{version('zetasql')}-wasmtime-{version('wasmtime')}-{platform.machine()}.cwasm"
    )
    if kept.exists():
        return wasmtime.Module.deserialize_file(engine, str(kept))
    module = wasmtime.Module.from_file(engine, path)
    CACHE.mkdir(exist_ok=True)
    unfinished = Path(f"{kept}.{os.getpid()}")
    unfinished.write_bytes(module.serialize())
    unfinished.replace(kept)
    return module


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    return _Engine()


def _call(method: str, request: Message, response: type[Message]) -> Message:
    return _engine().call_grpc_func(f"ZetaSqlLocalService_{method}", request, response)


@lru_cache
def _language(kinds: tuple[int, ...] = QUERY_KINDS) -> Message:
    """GoogleSQL as BigQuery has it: its names of types, QUALIFY a reserved word."""
    request = service.LanguageOptionsRequest(maximum_features=True)
    language = _call("GetLanguageOptions", request, option_messages.LanguageOptionsProto)
    language.product_mode = options_pb2.PRODUCT_EXTERNAL
    language.reserved_keywords.append("QUALIFY")
    language.supported_statement_kinds[:] = kinds
    return language


@lru_cache
def _plain_options(kinds: tuple[int, ...]) -> Message:
    options = _call(
        "GetAnalyzerOptions", service.AnalyzerOptionsRequest(), option_messages.AnalyzerOptionsProto
    )
    options.language_options.CopyFrom(_language(kinds))
    options.default_timezone = "UTC"
    return options


def _options(parameters: Schema, kinds: tuple[int, ...] = QUERY_KINDS) -> Message:
    options = option_messages.AnalyzerOptionsProto()
    options.CopyFrom(_plain_options(kinds))
    for name, kind in parameters.items():
        options.query_parameters.add(name=name).type.type_kind = KINDS[kind]
    return options


def _catalog(tables: Mapping[str, Schema]) -> Message:
    """All functions of GoogleSQL, and the tables."""
    catalog = service.AnalyzeRequest().simple_catalog
    catalog.name = "warehouse"
    catalog.builtin_function_options.language_options.CopyFrom(_language())
    for number, (name, columns) in enumerate(tables.items(), 1):
        table = catalog.table.add(name=name, serialization_id=number)
        for column, kind in columns.items():
            table.column.add(name=column).type.type_kind = KINDS[kind]
    return catalog


@lru_cache(maxsize=1)
def _functions() -> Message:
    """A catalog without tables, registered once."""
    return _registered(_catalog({}))


def _registered(catalog: Message) -> Message:
    request = service.RegisterCatalogRequest(simple_catalog=catalog)
    request.descriptor_pool_list.definitions.add().builtin.SetInParent()
    return _call("RegisterCatalog", request, service.RegisterResponse)


def _use(catalog: Message, request: Message) -> None:
    """Let a request mean a registered catalog."""
    request.registered_catalog_id = catalog.registered_id
    for pool in catalog.descriptor_pool_id_list.registered_ids:
        request.descriptor_pool_list.definitions.add(registered_id=pool)


def _as_script(text: str) -> Message:
    request = service.ParseRequest(sql_statement=text, allow_script=True)
    request.options.CopyFrom(_language(SCRIPT_KINDS))
    return request


@lru_cache(maxsize=1000)
def _prepared(
    sql: str, tables: tuple[str, ...], parameters: tuple[tuple[str, str], ...]
) -> tuple[int, list[str]]:
    """The number of an analyzed query whose tables are parameters, and the names of its columns."""
    options = _options(dict(parameters))
    for name, columns in schemas(tables).items() if tables else ():
        kind = options.query_parameters.add(name=name).type
        kind.type_kind = type_pb2.TYPE_ARRAY
        kind.array_type.element_type.type_kind = type_pb2.TYPE_STRUCT
        for column, column_type in columns.items():
            field = kind.array_type.element_type.struct_type.field.add(field_name=column)
            field.field_type.type_kind = KINDS[column_type]
    text = staged(sql, {name: f"UNNEST(@{name})" for name in tables}) if tables else sql
    request = service.PrepareQueryRequest(options=options, sql=text)
    _use(_functions(), request)
    prepared = _call("PrepareQuery", request, service.PrepareQueryResponse).prepared
    return prepared.prepared_query_id, [column.name for column in prepared.columns]


def staged(sql: str, places: Mapping[str, str]) -> str:
    """The text of a file, unchanged, with each table it reads by name taken from its place."""
    tables = ",\n".join(f"{name} AS (SELECT * FROM {place})" for name, place in places.items())
    return f"WITH {tables}\nSELECT * FROM (\n{sql}\n)"


# values


def _type_name(kind: Message) -> str:
    return NAMES.get(kind.type_kind) or type_pb2.TypeKind.Name(kind.type_kind).removeprefix("TYPE_")


def _array(content: list[Row], columns: Schema) -> Message:
    array = value_pb2.ValueProto()
    array.array_value.SetInParent()
    for row in content:
        struct = array.array_value.element.add().struct_value
        struct.SetInParent()
        struct.field.extend(_message(row[column], kind) for column, kind in columns.items())
    return array


def _message(value: object, kind: str) -> Message:
    """A Python value as the engine takes it; None is NULL."""
    if value is None:
        return value_pb2.ValueProto()
    if kind == "TIMESTAMP":
        message = value_pb2.ValueProto()
        seconds, micros = divmod((value - EPOCH) // MICROSECOND, 1_000_000)
        message.timestamp_value.seconds, message.timestamp_value.nanos = seconds, micros * 1000
        return message
    if kind == "DATE":
        return value_pb2.ValueProto(date_value=(value - EPOCH_DAY).days)
    return value_pb2.ValueProto(**{FIELDS[kind]: value})


def _python(message: Message) -> object:
    kind = message.WhichOneof("value")
    if kind is None:
        return None
    value = getattr(message, kind)
    if kind == "date_value":
        return EPOCH_DAY + timedelta(days=value)
    if kind == "timestamp_value":
        return EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
    if kind == "datetime_value":  # a wall time, packed into bits
        packed = value.bit_field_datetime_seconds
        parts = (
            packed >> 26,
            packed >> 22 & 15,
            packed >> 17 & 31,
            packed >> 12 & 31,
            packed >> 6 & 63,
            packed & 63,
        )
        return datetime(*parts, value.nanos // 1000)
    return value
