"""Objects of BigQuery's REST API, such as a job's configuration, as bqemulator hands them on."""

from typing import Any

Json = dict[str, Any]
