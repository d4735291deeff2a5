"""Google's own description of its APIs (discovery documents), and what is wrong with a request by it.

    api("bigquery", "v2").problems(request)      # a request as faulty_proxy keeps it; [] is right
    api("bigquery", "v2").method_id(request)     # "bigquery.jobs.insert"

The documents come with the wheel google-api-python-client; none of its code is used. Bodies are read
as JSON of protocol buffers: https://protobuf.dev/programming-guides/json (numbers may be texts).
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import fields_mask
import google_schema
from faulty_proxy import Request

DOCUMENTS = "discovery_cache/documents"
# What Google's own clients send and its documents do not have; Google takes it.
OF_THE_CLIENTS = re.compile(
    r"storage.objects.insert: there is no parameter upload_id|"
    r"bigquery.jobs.get: there is no parameter projection|"
    # without one, the copy has the metadata of the object
    r"storage.objects.rewrite: the body is not JSON of Object|"
    # FLOAT64 is a number, and not a text
    r"bigquery.jobs.insert: \S+queryParameters\[\d+\].parameterValue.value is not of type string: [\d.]+"
)
WITHOUT_UPLOAD = "Job.configuration.load.sourceUris is missing"  # the files are in the request


class Method(NamedTuple):
    """A method of an API; `form` matches the paths at which it is called."""

    id: str
    verb: str
    form: re.Pattern[str]
    described: dict
    is_upload: bool


class Api:
    """One API as its document describes it."""

    def __init__(self, document: dict) -> None:
        self.document = document
        self.schemas = google_schema.Schemas(document["schemas"])
        self.methods = list(_methods(document, document["servicePath"]))

    def method_id(self, request: Request) -> str:
        """The method that a request calls, "" where there is none."""
        found = self._method(request)
        return found.id if found else ""

    def problems(self, request: Request) -> list[str]:
        """What Google would refuse or ignore in a request."""
        method = self._method(request)
        if method is None:
            return [f"no method is called by {request.method} {request.path}"]
        if request.method == "PUT" and method.is_upload:
            return [] if request.query.get("upload_id") else ["a piece of no upload"]
        found = [
            *self._wrong_places(method, request),
            *self._wrong_parameters(method, request),
            *self._wrong_body(method, request),
        ]
        told = [f"{method.id}: {text}" for text in found]
        return [text for text in told if not OF_THE_CLIENTS.fullmatch(text)]

    def _method(self, request: Request) -> Method | None:
        # The pieces of a resumable upload go to the address that its first answer gave.
        is_piece = request.method == "PUT"
        for method in self.methods:
            is_verb = method.verb == request.method or (is_piece and method.is_upload)
            if is_verb and method.form.fullmatch(request.path):
                return method
        return None

    def _wrong_places(self, method: Method, request: Request) -> Iterator[str]:
        places = method.form.fullmatch(request.path).groupdict()
        for name, value in places.items():
            yield from google_schema.wrong_value(name, method.described["parameters"][name], value)

    def _wrong_parameters(self, method: Method, request: Request) -> Iterator[str]:
        described = method.described.get("parameters", {})
        taken = {n: one for n, one in described.items() if one["location"] == "query"}
        known = self.document["parameters"] | taken
        for name in taken.keys() - request.query.keys():
            if taken[name].get("required"):
                yield f"the parameter {name} is missing"
        for name, value in request.query.items():
            if name not in known:
                yield f"there is no parameter {name}"
            elif name == "fields":
                answer = method.described.get("response", {}).get("$ref", "")
                yield from fields_mask.unknown(value, answer, self.schemas)
            elif name in known:
                yield from google_schema.wrong_value(name, known[name], value)

    def _wrong_body(self, method: Method, request: Request) -> Iterator[str]:
        wanted = method.described.get("request", {}).get("$ref")
        if wanted is None:
            yield from [f"a body of {request.size} bytes is not taken"] if request.size else []
        elif request.body is not None:
            found = self.schemas.wrong(request.body, {"$ref": wanted}, wanted)
            yield from (one for one in found if not _is_allowed(one, method, wanted))
        elif request.size or not method.is_upload:
            yield f"the body is not JSON of {wanted}"


def _is_allowed(problem: str, method: Method, schema: str) -> bool:
    """Whether what is missing may be: files that come along, and what a patch leaves as it is."""
    is_left = re.fullmatch(rf"{schema}\.\w+ is missing", problem) is not None
    return (method.is_upload and problem == WITHOUT_UPLOAD) or (method.verb == "PATCH" and is_left)


def _methods(resource: dict, service: str) -> Iterator[Method]:
    for described in resource.get("methods", {}).values():
        paths = {f"/{service}{described['path']}": False}
        for protocol in described.get("mediaUpload", {}).get("protocols", {}).values():
            paths[protocol["path"]] = True
        if described.get("useMediaDownloadService"):
            paths[f"/download/{service}{described['path']}"] = False
        for path, is_upload in paths.items():
            form = re.sub(r"\{\+?(\w+)\}", r"(?P<\1>[^/]+)", path)
            yield Method(
                described["id"], described["httpMethod"], re.compile(form), described, is_upload
            )
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner, service)


@lru_cache
def api(name: str, version: str) -> Api:
    """An API by its name in Google's list, such as storage, v1."""
    (package,) = find_spec("googleapiclient").submodule_search_locations
    path = Path(package) / DOCUMENTS / f"{name}.{version}.json"
    return Api(json.loads(path.read_text()))
