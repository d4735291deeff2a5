#!/bin/sh
# Initialization action of a cluster: what the steps need, on the node where the driver runs.
# Clusters have no way to the internet: everything comes from the bucket.
set -eu
[ "$(/usr/share/google/get_metadata_value attributes/dataproc-role)" = Master ] || exit 0
from=$(/usr/share/google/get_metadata_value attributes/opsdesk-from)
work=$(mktemp -d)
gcloud storage cp "$from/requirements.txt" "$from/opsdesk-*.whl" "$from/wheels/*.whl" "$work"
pip install --no-cache-dir --no-index --find-links "$work" -r "$work/requirements.txt"
pip install --no-cache-dir --no-index --no-deps "$work"/opsdesk-*.whl
