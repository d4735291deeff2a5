"""Both emulators as one: started in an empty state, on free ports of this machine, until the block ends."""

import json
import re
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from filelock import FileLock, Timeout

from opsdesk import project
from opsdesk.emulators import installation
from opsdesk.emulators.certificate import PASSWORD, write_certificate
from opsdesk.emulators.params_file import params_text
from opsdesk.emulators.process import running
from opsdesk.errors import OpsdeskError

PROJECT = "opsdesk-emulator"
BUCKET, DATASET = "ops-tickets-files", "ops_analytics"
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
    processes: tuple[Popen, ...]
    trust_store_password: str = PASSWORD
    project: str = PROJECT

    @property
    def endpoints(self) -> str:
        """The setting `google.endpoints` that leads the clients here instead of to the cloud."""
        return (
            f"storage={self.storage_url} bigquery={self.bigquery_url} "
            f"bigquery_storage={self.grpc_endpoint} trust_store={self.trust_store}"
        )

    def params_text(self, **values: str) -> str:
        """A params file for the Boston export in `BUCKET` and `DATASET`; `values` replace or add parameters."""
        places = {
            "lake": f"gs://{BUCKET}",
            "warehouse": f"bigquery:{self.project}.{DATASET}",
            "google.endpoints": self.endpoints,
        }
        return params_text(places | values)

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
    installation.environment()
    folder = folder.resolve()
    if re.search(r"\s", str(folder)):
        raise OpsdeskError(
            f"The folder {folder} has a space in its name, which the parameter `endpoints` cannot take."
        )
    with _emptied(folder), ExitStack() as stack:
        storage, rest, grpc, tls = _free_ports(4)
        trust_store = write_certificate(folder / "tls")
        (folder / "storage").mkdir()
        processes = (
            stack.enter_context(_storage(folder, storage, patience)),
            stack.enter_context(_bigquery(folder, rest, grpc, tls, patience)),
        )
        yield Pair(
            folder,
            f"http://{HOST}:{storage}",
            f"http://{HOST}:{rest}",
            f"localhost:{tls}",
            trust_store,
            processes,
        )


def _storage(folder: Path, port: int, patience: float) -> AbstractContextManager[Popen]:
    here = f"{HOST}:{port}"
    command = [
        installation.storage_program(), "-scheme", "http", "-host", HOST, "-port", str(port), "-backend", "filesystem",
        "-filesystem-root", folder / "storage", "-external-url", f"http://{here}", "-public-host", here, "-log-level", "warn",
    ]  # fmt: skip
    ready = f"http://{here}/storage/v1/b?project={PROJECT}"
    return running("The storage emulator", command, folder / "storage.log", ready, {}, patience)


def _bigquery(
    folder: Path, rest: int, grpc: int, tls: int, patience: float
) -> AbstractContextManager[Popen]:
    environment = {
        "PYTHONPATH": str(Path(__file__).parents[2]), "TZ": "UTC", "OPSDESK_TLS": f"{HOST}:{tls} {folder / 'tls'}",
        "BQEMU_REST_PORT": str(rest), "BQEMU_GRPC_PORT": str(grpc), "BQEMU_DEFAULT_PROJECT_ID": PROJECT,
        "BQEMU_GCS_LOCAL_ROOT": str(folder / "storage"), "BQEMU_UPLOAD_STAGING_DIR": str(folder / "uploads"),
        "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false", "BQEMU_LOG_LEVEL": "warning",
    }  # fmt: skip
    command = [installation.python(), "-m", "bqemulator_patches"]
    ready = f"http://{HOST}:{rest}/healthz"
    return running(
        "The BigQuery emulator", command, folder / "bigquery.log", ready, environment, patience
    )


@contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """The folder, ours alone and with nothing in it."""
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise OpsdeskError(
            f"{project.shown(folder)} holds other files: name an empty folder for the emulators."
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / MARK, timeout=0):
            for entry in folder.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name != MARK:
                    entry.unlink()
            yield
            (
                folder / MARK
            ).touch()  # filelock takes it away where it can; the next start must know the folder
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
