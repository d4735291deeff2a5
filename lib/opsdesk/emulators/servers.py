"""The two servers: which program, with which arguments and environment, on which ports."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from opsdesk.emulators import installation
from opsdesk.emulators.process import Server

PROJECT = "opsdesk-emulator"
HOST = "127.0.0.1"
LIB = Path(__file__).parents[2]  # where the emulator's Python finds bqemulator_patches


@dataclass(frozen=True)
class Ports:
    """The ports of both servers; `tls` is gRPC with TLS, which Spark's connector needs."""

    storage: int
    rest: int
    grpc: int
    tls: int


def free_ports() -> Ports:
    """Return ports without a listener, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(4)]
        for each in sockets:
            each.bind((HOST, 0))
        return Ports(*(each.getsockname()[1] for each in sockets))


def storage_server(folder: Path, ports: Ports) -> Server:
    """Describe the storage emulator, whose objects are files in `folder`/storage.

    Raises:
        OpsdeskError: it is not installed.
    """
    address = f"{HOST}:{ports.storage}"
    command: list[str | Path] = [installation.storage_program(), "-scheme", "http"]
    command += ["-host", HOST, "-port", str(ports.storage)]
    command += ["-backend", "filesystem", "-filesystem-root", folder / "storage"]
    command += ["-external-url", f"http://{address}", "-public-host", address]
    command += ["-log-level", "warn"]
    ready_url = f"http://{address}/storage/v1/b?project={PROJECT}"
    return Server("The storage emulator", command, folder / "storage.log", ready_url)


def places_file(folder: Path) -> Path:
    """Return the file that says where buckets are: the storage emulator forgets it."""
    return folder / "places.json"


def bigquery_server(folder: Path, ports: Ports) -> Server:
    """Describe the BigQuery emulator with our patches; it reads the storage emulator's folder.

    Raises:
        OpsdeskError: it is not installed.
    """
    environment = {
        "PYTHONPATH": str(LIB),
        "TZ": "UTC",
        "OPSDESK_TLS": f"{HOST}:{ports.tls} {folder / 'tls'}",
        "OPSDESK_PLACES": str(places_file(folder)),
        "BQEMU_REST_PORT": str(ports.rest),
        "BQEMU_GRPC_PORT": str(ports.grpc),
        "BQEMU_DEFAULT_PROJECT_ID": PROJECT,
        "BQEMU_GCS_LOCAL_ROOT": str(folder / "storage"),
        "BQEMU_UPLOAD_STAGING_DIR": str(folder / "uploads"),
        "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
        "BQEMU_LOG_LEVEL": "warning",
    }
    command: list[str | Path] = [installation.python(), "-m", "bqemulator_patches"]
    ready_url = f"http://{HOST}:{ports.rest}/healthz"
    log = folder / "bigquery.log"
    return Server("The BigQuery emulator", command, log, ready_url, environment)
