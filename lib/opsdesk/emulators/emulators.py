"""Both emulators as one: started empty, on free ports of this machine, until the block ends."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from opsdesk.emulators import installation
from opsdesk.emulators.certificate import write_certificate
from opsdesk.emulators.params_file import params_text
from opsdesk.emulators.process import Process, running
from opsdesk.emulators.servers import (
    HOST,
    PROJECT,
    bigquery_server,
    free_ports,
    places_file,
    storage_server,
)
from opsdesk.emulators.state_folder import emptied

BUCKET = "ops-tickets-files"
DATASET = "ops_analytics"


@dataclass(frozen=True)
class Emulators:
    """Where the running emulators are, and what is needed to reach them."""

    folder: Path
    storage_url: str
    bigquery_url: str
    grpc_endpoint: str
    trust_store: Path
    processes: tuple[Process, ...]
    project: str = PROJECT

    @property
    def endpoints(self) -> str:
        """Return the setting `google.endpoints` that leads the clients here."""
        return (
            f"storage={self.storage_url} bigquery={self.bigquery_url} "
            f"bigquery_storage={self.grpc_endpoint} trust_store={self.trust_store}"
        )

    def params_text(self, **values: str) -> str:
        """Return a params file for Boston's export; `values` replace or add parameters."""
        places = {
            "lake": f"gs://{BUCKET}",
            "warehouse": f"bigquery:{self.project}.{DATASET}",
            "google.endpoints": self.endpoints,
        }
        return params_text(places | values)

    def make_bucket(self, name: str, location: str = "") -> None:
        """Make an empty bucket; with a location, load jobs into datasets elsewhere are refused.

        Raises:
            urllib.error.HTTPError: there is one of that name (409).
        """
        request = urllib.request.Request(
            f"{self.storage_url}/storage/v1/b?project={self.project}",
            json.dumps({"name": name}).encode(),
            {"Content-Type": "application/json"},
        )
        # A proxy of the machine must not get what is meant for loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(request, timeout=30).close()
        if location:
            file = places_file(self.folder)
            places = json.loads(file.read_text()) if file.exists() else {}
            file.write_text(json.dumps(places | {name: location}))


@contextmanager
def start_emulators(folder: Path, patience: float = 60) -> Iterator[Emulators]:
    """Start both emulators with nothing in them; they end with the block, or with this process.

    `folder` takes logs, certificate and objects; what an earlier start left there is deleted first.

    Raises:
        OpsdeskError: they are not installed, `folder` is in use or holds other files, or one does
            not start within `patience` seconds.
    """
    installation.environment()
    folder = folder.resolve()
    with emptied(folder), ExitStack() as stack:
        ports = free_ports()
        trust_store = write_certificate(folder / "tls")
        (folder / "storage").mkdir()
        servers = (storage_server(folder, ports), bigquery_server(folder, ports))
        yield Emulators(
            folder,
            storage_url=f"http://{HOST}:{ports.storage}",
            bigquery_url=f"http://{HOST}:{ports.rest}",
            grpc_endpoint=f"localhost:{ports.tls}",
            trust_store=trust_store,
            processes=tuple(stack.enter_context(running(one, patience)) for one in servers),
        )
