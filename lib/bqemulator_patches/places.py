"""Places: a load job reads no bucket that is elsewhere than its dataset.

Where buckets are is in the file that OPSDESK_PLACES names: Cloud Storage's emulator forgets it.
"""

import json
import os
from pathlib import Path
from typing import Any

from bqemulator.domain.errors import InvalidQueryError


def refuse_other_places(job: Any, ctx: Any) -> None:
    """Refuse a load job whose bucket is neither in the dataset's place nor within it.

    A dataset of the multi-region US takes from anywhere. A bucket of unknown place is anywhere.

    Raises:
        InvalidQueryError: as BigQuery says it.
    """
    dataset = ctx.catalog.get_dataset(job.project_id, job.dataset_id)
    target = (dataset.location if dataset else "US").upper()
    places = _places()
    for bucket in sorted({uri.split("/")[2] for uri in job.source_uris if uri.startswith("gs://")}):
        source = places.get(bucket, target).upper()
        if target != "US" and source != target and not _contains(target, source):
            raise InvalidQueryError(
                "Cannot read and write in different locations: "
                f"source: {source}, destination: {target}"
            )


def _contains(dataset: str, bucket: str) -> bool:
    """Return whether a bucket's region is in a dataset's multi-region."""
    return dataset == "EU" and bucket.startswith("EUROPE-")


def _places() -> dict[str, str]:
    file = Path(os.environ.get("OPSDESK_PLACES", ""))
    return json.loads(file.read_text()) if file.is_file() else {}
