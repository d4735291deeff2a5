"""A server that takes events over HTTP, as Marquez and the catalogues that know OpenLineage do."""

from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import opsdesk
from opsdesk.runner.lineage.delivery import DeliveryError

if TYPE_CHECKING:
    import requests

API_KEY = "OPENLINEAGE_API_KEY"
PATH = "/api/v1/lineage"  # what OpenLineage documents
TIMEOUT = (2.0, 4.0)  # seconds to connect, and for an answer
TRIES = 2
PAUSE = 0.5  # seconds between them
BUSY = 429


class Endpoint:
    """An http(s) address, and the key for it or ""; one without a path gets the documented one."""

    def __init__(self, address: str, key: str = "") -> None:
        parts = urlsplit(address)
        self.shown = f"{parts.scheme}://{parts.netloc}"  # a path may be a secret
        self._url = address if parts.path.strip("/") else f"{self.shown}{PATH}"
        self._key = key.strip()

    def deliver(self, event: str) -> None:
        """Send an event; once more where the server may only be busy.

        Raises:
            DeliveryError: the server cannot be reached or refuses.
        """
        if not (self._key.isascii() and self._key.isprintable()):
            raise DeliveryError(f"{API_KEY} has characters that no header takes")
        for tries_left in reversed(range(TRIES)):
            try:
                status = self._post(event)
            except DeliveryError:
                if not tries_left:
                    raise
            else:
                if 200 <= status < 300:
                    return
                if not tries_left or (status < 500 and status != BUSY):
                    raise DeliveryError(f"it answered {status}")
            sleep(PAUSE)

    def _post(self, event: str) -> int:
        """Return the status that the server answers with; what else it says is not read."""
        import requests

        # texts of errors are not repeated: they may quote what was sent
        try:
            answer = requests.post(
                self._url,
                data=event.encode(),
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": f"opsdesk/{opsdesk.__version__}",
                },
                auth=self._authorize,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
        except requests.exceptions.SSLError:
            raise DeliveryError("its certificate is not trusted") from None
        except requests.Timeout:
            raise DeliveryError("it did not answer in time") from None
        except requests.ConnectionError:
            raise DeliveryError("no connection") from None
        except (requests.RequestException, ValueError) as error:
            raise DeliveryError(type(error).__name__) from None
        answer.close()
        return answer.status_code

    def _authorize(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        """Add the key; a function for it keeps requests from looking for one in ~/.netrc."""
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request
