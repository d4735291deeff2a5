"""Both emulators as one: started in an empty state, on free ports of this machine, until the block ends."""

import json
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.emulators import installed
from opsdesk.emulators.certificate import PASSWORD, write_certificate
from opsdesk.emulators.process import running
from opsdesk.errors import OpsdeskError

PROJECT = "opsdesk-emulator"
HOST = "127.0.0.1"
MARK = "emulators.lock"  # a folder with it is one of ours, and may be emptied


@dataclass(frozen=True)
class Pair:
    """Where the running emulators are reached, and what is needed to do so."""

    folder: Path
    storage_url: str
    bigquery_url: str
    grpc_endpoint: str
    trust_store: Path
    trust_store_password: str = PASSWORD
    project: str = PROJECT

    @property
    def endpoints(self) -> str:
        """The parameter `endpoints` that leads the clients here instead of to the cloud."""
        return (
            f"storage={self.storage_url} bigquery={self.bigquery_url} "
            f"bigquery_storage={self.grpc_endpoint} trust_store={self.trust_store}"
        )

    def make_bucket(self, name: str) -> None:
        """Makes an empty bucket.

        Raises:
            urllib.error.HTTPError: there is one of that name (409).
        """
        request = urllib.request.Request(
            f"{self.storage_url}/storage/v1/b?project={self.project}",
            json.dumps({"name": name}).encode(),
            {"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=30).close()


@contextmanager
def start_emulators(folder: Path, patience: float = 60) -> Iterator[Pair]:
    """Starts both emulators with nothing in them; they end with the block, or with this process.

    `folder` keeps logs, certificate and the objects; what an earlier start left there is deleted first.

    Raises:
        OpsdeskError: not installed, the folder is in use or holds other files, or one of them does not start within
            `patience` seconds.
    """
    program, python = installed.storage_program(), installed.python()
    folder = folder.resolve()
    with _emptied(folder), ExitStack() as stack:
        storage, rest, grpc, tls = (f"{HOST}:{port}" for port in _free_ports(4))
        trust_store = write_certificate(folder / "tls")
        objects = folder / "storage"
        objects.mkdir()
        command = [
            program, "-scheme", "http", "-host", HOST, "-port", storage.partition(":")[2], "-backend", "filesystem", "-filesystem-root", objects,
            "-external-url", f"http://{storage}", "-public-host", storage, "-log-level", "warn",
        ]  # fmt: skip
        stack.enter_context(
            running("The storage emulator", command, folder / "storage.log", f"http://{storage}/storage/v1/b?project={PROJECT}", {}, patience)
        )  # fmt: skip
        stack.enter_context(
            running(
                "The BigQuery emulator", [python, "-m", "opsdesk.emulators.mended"], folder / "bigquery.log", f"http://{rest}/healthz",
                {
                    "PYTHONPATH": str(project.ROOT / "lib"), "TZ": "UTC",
                    "BQEMU_REST_PORT": rest.partition(":")[2], "BQEMU_GRPC_PORT": grpc.partition(":")[2],
                    "BQEMU_GCS_LOCAL_ROOT": str(objects), "BQEMU_DEFAULT_PROJECT_ID": PROJECT, "BQEMU_LOG_LEVEL": "warning",
                    "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false", "BQEMU_UPLOAD_STAGING_DIR": str(folder / "uploads"),
                    "OPSDESK_TLS": f"{tls} {folder / 'tls'}",
                },
                patience,
            )
        )  # fmt: skip
        yield Pair(folder, f"http://{storage}", f"http://{rest}", f"localhost:{tls.partition(':')[2]}", trust_store)


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """The folder, ours alone and with nothing in it."""
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise OpsdeskError(f"{project.shown(folder)} holds other files: name an empty folder for the emulators.")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / MARK, timeout=0):
            for entry in folder.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name != MARK:
                    entry.unlink()
            yield
            (folder / MARK).touch()  # filelock takes it away where it can; the next start must know the folder
    except Timeout:
        raise OpsdeskError(
            f"Emulators are running in {project.shown(folder)} already: use those, or another folder."
        ) from None


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
