#!/bin/bash
# The command opsdesk on a worker of Composer. Its environment is made on the worker's own disk, at the first task
# of each worker, from requirements.lock and the wheel next to this file: README.md.
set -eu
from=$(cd "$(dirname "$0")" && pwd)
made=${TMPDIR:-/tmp}/opsdesk-$(cat "$from/requirements.lock" "$from"/opsdesk-*.whl | sha256sum | cut -c1-16)
if [ ! -e "$made/ready" ]; then
  exec 9> "$made.lock"
  flock 9 # a task that starts at the same time waits here
  if [ ! -e "$made/ready" ]; then
    echo "Setting up opsdesk in $made, once on this worker (some minutes, 1.3 GB) ..."
    rm -rf "$made"
    python3 -m venv "$made"
    pip=("$made/bin/python" -m pip install --quiet --disable-pip-version-check)
    "${pip[@]}" --no-deps --require-hashes -r "$from/requirements.lock"
    "${pip[@]}" --no-deps --no-index "$from"/opsdesk-*.whl
    touch "$made/ready"
  fi
  exec 9>&-
fi
exec "$made/bin/opsdesk" "$@"
