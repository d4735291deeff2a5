"""The connection to Google Cloud: who asks, where, at which cost, and how long a call may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from opsdesk.config.blocks import from_block
from opsdesk.config.locations import read_endpoints

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud import bigquery
    from google.cloud.storage import Client as StorageClient

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
# Seconds to connect, and seconds to wait for the next bytes of an answer.
TIMEOUT = (5.0, 15.0)  # of every call of every client
TRANSFER_TIMEOUT = (5.0, 60.0)  # of objects, which may take a slow line
# Seconds in which a call is tried again. The last try may begin at their end: all is over in 60.
PATIENCE = 35.0
FIRST_WAIT = 1.0  # seconds before the first retry, doubled each time
LONGEST_WAIT = 10.0
LEAST_CONNECTIONS = 10


@dataclass(frozen=True)
class GoogleConnection:
    """The settings of the block `google:`, as texts, and the clients made from them.

    `impersonate` is a service account to act as; "" is the login of this machine (Application
    Default Credentials). `endpoints` is "" for Google itself, else such as
    "storage=http://127.0.0.1:4443 bigquery=http://127.0.0.1:9050": emulators on this machine,
    without credentials. `location` is where a missing dataset is made. `maximum_bytes_billed`
    limits each query; "" is no limit. `uploads` is how many objects are written at a time.
    """

    impersonate: str = ""
    endpoints: str = ""
    location: str = "US"
    maximum_bytes_billed: str = ""
    uploads: str = "10"

    @classmethod
    def of(cls, block: Mapping[str, str]) -> "GoogleConnection":
        """Return the connection that a block `google:` describes.

        Raises:
            OpsdeskError: the block has an unknown setting.
        """
        return from_block(cls, "google", block)

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Return the emulators' addresses by service; empty for Google itself."""
        return read_endpoints(self.endpoints)

    def storage_client(self, project: str | None = None) -> "StorageClient":
        """Make a client of Google Cloud Storage with a connection for each upload at a time.

        Raises:
            OpsdeskError: there is no login.
        """
        from google.cloud.storage import Client

        from opsdesk.google.errors import translate_errors

        with translate_errors("reach Google Cloud Storage"):
            client = Client(project=project, **self._reach("storage"))
        _widen(client, int(self.uploads))
        return client

    def bigquery_client(self, project: str) -> "bigquery.Client":
        """Make a client of BigQuery whose jobs belong to `project`.

        Raises:
            OpsdeskError: there is no login.
        """
        from google.cloud import bigquery

        from opsdesk.google.errors import translate_errors

        location = self.location or None
        with translate_errors("reach BigQuery"):
            return bigquery.Client(project=project, location=location, **self._reach("bigquery"))

    def _reach(self, service: str) -> dict[str, Any]:
        """Return the arguments of a client that say where the service is and who asks."""
        if service in self.addresses:
            from google.auth.credentials import AnonymousCredentials

            return {
                "credentials": AnonymousCredentials(),  # type: ignore[no-untyped-call]  # Google's
                "client_options": {"api_endpoint": self.addresses[service]},
            }
        return {"credentials": self._impersonated()} if self.impersonate else {}

    def _impersonated(self) -> "Credentials":
        import google.auth
        from google.auth import impersonated_credentials

        source, _ = google.auth.default(scopes=SCOPES)
        return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]  # Google's
            source_credentials=source, target_principal=self.impersonate, target_scopes=SCOPES
        )


ON_THIS_MACHINE = GoogleConnection()  # Google itself, with the login of this machine


def call_limits() -> dict[str, Any]:
    """Return the arguments of a call of storage: how long to wait, and to try again."""
    return _limits(TIMEOUT)


def transfer_limits() -> dict[str, Any]:
    """Return the arguments of a call that carries an object."""
    return _limits(TRANSFER_TIMEOUT)


def _limits(timeout: tuple[float, float]) -> dict[str, Any]:
    from google.cloud.storage.retry import DEFAULT_RETRY

    retry = DEFAULT_RETRY.with_timeout(PATIENCE)
    return {
        "timeout": timeout,
        "retry": retry.with_delay(initial=FIRST_WAIT, maximum=LONGEST_WAIT),
    }


def _widen(client: "StorageClient", connections: int) -> None:
    """Let the client keep open as many connections as there are uploads at a time."""
    from requests.adapters import HTTPAdapter

    for scheme in ("https://", "http://"):
        adapter = HTTPAdapter(pool_maxsize=max(LEAST_CONNECTIONS, connections))
        client._http.mount(scheme, adapter)
