"""Google's real clients on running emulators: one start for each test process,
a bucket and a dataset of its own for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage

from opsdesk.emulators.emulators import Emulators, start_emulators
from opsdesk.emulators.installation import is_supported


@dataclass(frozen=True)
class Cloud:
    """A test's own corner of the emulators: an empty bucket, and the name of a dataset that is not
    there yet.
    """

    emulators: Emulators
    bucket: str
    dataset: str

    @property
    def lake(self) -> str:
        """The parameter `lake`."""
        return f"gs://{self.bucket}"

    @property
    def warehouse(self) -> str:
        """The parameter `warehouse`."""
        return f"bigquery:{self.emulators.project}.{self.dataset}"

    def endpoints(self, storage_url: str | None = None, bigquery_url: str | None = None) -> str:
        """The parameter `endpoints`; with URLs of faulty proxies in place of the emulators'."""
        own = self.emulators.endpoints
        own = own.replace(self.emulators.storage_url, storage_url or self.emulators.storage_url)
        return own.replace(self.emulators.bigquery_url, bigquery_url or self.emulators.bigquery_url)

    def storage_client(self, url: str | None = None) -> storage.Client:
        """Google's client of Cloud Storage, to the emulator or to a proxy in front of it."""
        return storage.Client(**_options(self.emulators, url or self.emulators.storage_url))

    def bigquery_client(self, url: str | None = None) -> bigquery.Client:
        """Google's client of BigQuery, to the emulator or to a proxy in front of it."""
        return bigquery.Client(**_options(self.emulators, url or self.emulators.bigquery_url))


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulators]:
    if not is_supported():
        pytest.skip("the emulators exist for Linux on x86_64 only")
    with start_emulators(tmp_path_factory.mktemp("emulators")) as running:
        yield running


@pytest.fixture
def cloud(emulators: Emulators) -> Cloud:
    name = f"t{uuid4().hex[:12]}"
    emulators.make_bucket(name)
    return Cloud(emulators, name, name)


def _options(emulators: Emulators, url: str) -> dict:
    return {
        "project": emulators.project,
        "credentials": AnonymousCredentials(),
        "client_options": {"api_endpoint": url},
    }
