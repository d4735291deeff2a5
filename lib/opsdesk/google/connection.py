"""Google Cloud as a run is told to use it: who asks, where, and how much it may cost. Nothing is opened here before it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from opsdesk.config.blocks import from_block
from opsdesk.config.locations import read_endpoints

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud import bigquery, storage

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
TIMEOUT = (
    5.0,
    15.0,
)  # seconds to connect, and to wait for the next bytes of an answer: for every call of every client
TRANSFER_TIMEOUT = (5.0, 60.0)  # the same for objects, which may be under way on a slow line
PATIENCE = 35.0  # seconds in which a call is tried again; the last try may begin at their end, so all is over in 60
FIRST_WAIT = 1.0  # seconds before the first retry, doubled each time


@dataclass(frozen=True)
class GoogleConnection:
    """The settings of the block `google:`, as texts, and the clients made from them.

    `impersonate` is a service account to act as, "" is the login that is there (Application Default Credentials).
    `endpoints` is "" for Google's own, else such as "storage=http://127.0.0.1:4443 bigquery=http://127.0.0.1:9050":
    emulators on this machine, which take no credentials. `location` is where a missing dataset is made,
    `maximum_bytes_billed` bounds each query ("" is no bound), `uploads` is how many objects are written at a time.
    """

    impersonate: str = ""
    endpoints: str = ""
    location: str = "US"
    maximum_bytes_billed: str = ""
    uploads: str = "10"

    @classmethod
    def of(cls, block: Mapping[str, str]) -> "GoogleConnection":
        """The connection that a block `google:` describes.

        Raises:
            OpsdeskError: the block has a setting that is not there.
        """
        return from_block(cls, "google", block)

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The emulators by service; empty for Google's own."""
        return read_endpoints(self.endpoints)

    def storage_client(self, project: str | None = None) -> "storage.Client":
        """A client of Google Cloud Storage; an OpsdeskError where there is no login."""
        from google.cloud import storage

        from opsdesk.google.errors import translate_errors

        with translate_errors("reach Google Cloud Storage"):
            return storage.Client(project=project, **self._reach("storage"))

    def bigquery_client(self, project: str) -> "bigquery.Client":
        """A client of BigQuery whose jobs belong to `project`; an OpsdeskError where there is no login."""
        from google.cloud import bigquery

        from opsdesk.google.errors import translate_errors

        with translate_errors("reach BigQuery"):
            return bigquery.Client(
                project=project, location=self.location or None, **self._reach("bigquery")
            )

    def _reach(self, service: str) -> dict:
        if service in self.addresses:
            from google.auth.credentials import AnonymousCredentials

            return {
                "credentials": AnonymousCredentials(),
                "client_options": {"api_endpoint": self.addresses[service]},
            }
        return {"credentials": self._impersonated()} if self.impersonate else {}

    def _impersonated(self) -> "Credentials":
        import google.auth
        from google.auth import impersonated_credentials

        source, _ = google.auth.default(scopes=SCOPES)
        return impersonated_credentials.Credentials(
            source_credentials=source, target_principal=self.impersonate, target_scopes=SCOPES
        )


ON_THIS_MACHINE = GoogleConnection()  # Google itself, with the login that is there
