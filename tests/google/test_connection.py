"""Google's clients where Google cannot be reached or refuses: a sentence, soon, and never a secret
in what a run leaves.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2 import credentials, service_account

from cloud_lakes import bucket_files, cloud_ingest
from exports import line, run_ingest, write_export
from opsdesk import project
from opsdesk.errors import OpsdeskError
from opsdesk.google.connection import GoogleConnection
from opsdesk.lake.open import open_lake

DENIED = ("opsdesk@p.iam.gserviceaccount.com does not have storage.objects.list access to the Google Cloud Storage bucket. "
          "Permission 'storage.objects.list' denied on resource (or it may not exist).")  # fmt: skip
LOGIN = "type `gcloud auth application-default login`"


@contextmanager
def google(status: int, message: str, silent: float = 0):
    """A server that gives every request one answer as Google's storage and login do, after `silent`
    seconds; yields its URL.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            time.sleep(silent)
            body = {
                "error": {
                    "code": status,
                    "message": message,
                    "errors": [{"message": message, "domain": "global"}],
                }
            }
            if self.path == "/token":
                body = {"error": "invalid_grant", "error_description": message}
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client without an answer has hung up
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    ).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def error_of(cloud: GoogleConnection, tmp_path) -> str:
    with pytest.raises(OpsdeskError) as error:
        run_ingest(
            tmp_path, write_export(tmp_path, line()), lake="gs://ops-tickets/desk", google=cloud
        )
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("status", "message", "says"),
    [
        pytest.param(403, DENIED, "the permission storage.objects.list is missing; grant roles/storage.objectUser on the bucket", id="403"),
        pytest.param(404, "The specified bucket does not exist.", "`gcloud storage buckets create gs://ops-tickets --location=EU`", id="404"),
        pytest.param(503, "Backend Error", "when asked again (Backend Error): run it again later", id="503 for ever"),
        pytest.param(429, "Slow down", "when asked again (Slow down): run it again later", id="429 for ever"),
        pytest.param(400, "Unknown project id: x", "Google refuses it: Unknown project id: x", id="wrong project"),
    ],
)  # fmt: skip
def test_refused(tmp_path, monkeypatch, status, message, says):
    monkeypatch.setattr("opsdesk.google.connection.PATIENCE", 0.2)
    with google(status, message) as url:
        sentence = error_of(GoogleConnection(endpoints=f"storage={url}", location="EU"), tmp_path)
    assert says in sentence
    assert "gs://ops-tickets" in sentence


def test_nothing_listens(tmp_path, monkeypatch):
    monkeypatch.setattr("opsdesk.google.connection.PATIENCE", 0.2)
    assert "127.0.0.1:1 cannot be reached" in error_of(
        GoogleConnection(endpoints="storage=http://127.0.0.1:1"), tmp_path
    )


def test_no_answer_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("opsdesk.google.connection.PATIENCE", 0.5)
    monkeypatch.setattr("opsdesk.google.connection.TIMEOUT", (0.3, 0.3))
    with google(200, "", silent=20) as url:
        started = time.monotonic()
        sentence = error_of(GoogleConnection(endpoints=f"storage={url}"), tmp_path)
    assert time.monotonic() - started < 3
    assert "did not answer in time. Look at the network" in sentence


def test_the_limits_are_within_a_minute():
    from opsdesk.google import connection

    assert connection.PATIENCE + sum(connection.TIMEOUT) < 60


@pytest.fixture
def login(monkeypatch):
    """Lets a Cloud without endpoints use these credentials against that URL."""

    def use(given, url: str) -> GoogleConnection:
        reach = lambda *_: {"credentials": given, "client_options": {"api_endpoint": url}}  # noqa: E731
        monkeypatch.setattr(GoogleConnection, "_reach", reach)
        return GoogleConnection()

    return use


def test_a_login_that_google_does_not_take(tmp_path, login):
    with google(401, "Invalid Credentials") as url:
        sentence = error_of(login(credentials.Credentials("old"), url), tmp_path)
    assert "the login to Google Cloud has expired or was withdrawn" in sentence
    assert LOGIN in sentence


def test_an_expired_login(tmp_path, login):
    with google(400, "Token has been expired or revoked.") as url:
        info = account(f"{url}/token")
        sentence = error_of(
            login(
                service_account.Credentials.from_service_account_info(info).with_scopes(["x"]), url
            ),
            tmp_path,
        )
    assert "(invalid_grant: Token has been expired or revoked" in sentence
    assert LOGIN in sentence


def test_no_login_at_all(tmp_path):
    """In a clean environment, where google.auth looks for a metadata server too."""
    code = "from opsdesk.lake.open import open_lake; open_lake('gs://ops-tickets').store.exists"
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(project.ROOT / "lib"), "PATH": os.environ["PATH"],
                   "GCE_METADATA_HOST": "127.0.0.1:1", "GCE_METADATA_IP": "127.0.0.1:1"}  # fmt: skip
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert time.monotonic() - started < 60
    assert f"there is no login to Google Cloud on this machine: {LOGIN}." in done.stderr


def test_no_key_in_what_a_run_leaves(tmp_path):
    """A run whose service account is refused fails in a sentence; neither its key nor the file is
    in any output.
    """
    name, export = f"refused{os.getpid()}", write_export(tmp_path, line())
    outputs = project.ROOT / "outputs" / name
    with google(400, "Invalid JWT Signature.") as url:
        info = account(f"{url}/token")
        (tmp_path / "adc.json").write_text(json.dumps(info))
        params = tmp_path / f"{name}.yaml"
        params.write_text(
            f'export: "{export}"\nmapping: "ops_tickets"\nlake: "gs://ops-tickets/{name}"\n'
        )
        environment = os.environ | {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "adc.json"),
                                    "PYTHONPATH": str(project.ROOT / "lib")}  # fmt: skip
        code = "from opsdesk.cli import main; main()"
        command = [sys.executable, "-c", code, "run", str(params), "--only", "01_ingest"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    try:
        left = {
            path: path.read_text(errors="replace") for path in outputs.rglob("*") if path.is_file()
        }
        assert done.returncode == 1, done.stderr
        assert "(invalid_grant: Invalid JWT Signature" in done.stderr
        assert any(path.suffix == ".ipynb" for path in left)
        for text in (*left.values(), done.stdout, done.stderr):
            assert not any(
                piece in text for piece in (*info["private_key"].splitlines()[1:-1], "PRIVATE KEY")
            )
    finally:
        shutil.rmtree(outputs, ignore_errors=True)


def test_no_key_in_the_lake(tmp_path, cloud, monkeypatch):
    info = account("http://127.0.0.1:1/token")
    (tmp_path / "adc.json").write_text(json.dumps(info))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "adc.json"))
    cloud_ingest(tmp_path, write_export(tmp_path, line()), cloud.lake, cloud.endpoints())
    record = open_lake(cloud.lake, GoogleConnection(endpoints=cloud.endpoints())).store.read(
        "_ingest.json"
    )
    for content in (record, *bucket_files(cloud.lake, cloud.endpoints()).values()):
        assert b"PRIVATE" not in content


def account(token_uri: str) -> dict[str, str]:
    """A service account's file with a key made for this test."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": key.decode(),
            "client_email": "opsdesk@p.iam.gserviceaccount.com", "client_id": "1", "token_uri": token_uri}  # fmt: skip
